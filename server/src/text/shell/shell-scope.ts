import { limits } from '../../limits.ts';
import type { MappedText, SourceMap } from '../source-map.ts';
import type { ShellNode } from './shell-node.ts';
import { TracedMap } from './traced-map.ts';
import type { Word, WordPart } from './word.ts';

/** The text that the offsets of nodes count in, and its place in the document. */
export interface Frame {
  readonly text: string;
  readonly map: SourceMap;
}

/** The values a variable may have here. */
export interface Variable {
  /** Each a string in parts. For a list, the first element stands for the whole, as in bash. */
  readonly values: readonly (readonly WordPart[])[];
  /** Elements, when it is an array. */
  readonly elements?: readonly Word[];
  /** It may also have a value that is not known. */
  readonly open: boolean;
  readonly exported: boolean;
}

export interface ShellFunction {
  readonly body: ShellNode;
  readonly frame: Frame;
}

export interface KnownFile {
  readonly content: MappedText | undefined;
  readonly append: boolean;
}

/**
 * What the script has set up so far: variables, functions, arguments, files that it wrote. A fork sees its parent's
 * variables and keeps its own changes; the parent must not change while the fork is in use.
 */
export class ShellScope {
  readonly #parent: ShellScope | undefined;
  /** Changes since the fork; `null` for a variable that was unset. */
  readonly #own = new TracedMap<Variable | null>();
  #exported: ReadonlyMap<string, readonly WordPart[]> | undefined;
  readonly functions: TracedMap<ShellFunction>;
  readonly files: TracedMap<KnownFile>;
  /** `$1`…; `undefined` when the caller is not known. */
  args: readonly Word[] | undefined;

  constructor(parent?: ShellScope) {
    this.#parent = parent;
    this.functions = parent?.functions ?? new TracedMap();
    this.files = parent?.files ?? new TracedMap();
    this.args = parent?.args;
  }

  /** A scope whose variables can be changed alone (a branch, a subshell). */
  fork(): ShellScope {
    return new ShellScope(this);
  }

  get(name: string): Variable | undefined {
    const own = this.#own.get(name);
    if (own !== undefined) return own ?? undefined;
    return this.#parent?.get(name);
  }

  set(name: string, variable: Variable): void {
    const exported = variable.exported || this.#isExported(name);
    this.#put(name, exported ? { ...variable, exported } : variable);
  }

  /** The variables changed here, with notes of their use. */
  get variables(): TracedMap<Variable | null> {
    return this.#own;
  }

  /** Puts back what a variable was. */
  restore(name: string, variable: Variable | null): void {
    this.#put(name, variable);
  }

  /** Asked without a note: `exported()` tells it too. */
  #isExported(name: string): boolean {
    const own = this.#own.peek(name);
    if (own !== undefined || this.#parent === undefined) return own?.exported === true;
    return this.#parent.#isExported(name);
  }

  forget(name: string): void {
    if (this.get(name) !== undefined) this.#put(name, null);
  }

  export(name: string): void {
    const variable = this.get(name);
    if (variable !== undefined) this.#put(name, { ...variable, exported: true });
  }

  #put(name: string, variable: Variable | null): void {
    if (variable?.exported === true || this.#isExported(name)) this.#exported = undefined;
    this.#own.set(name, variable);
  }

  /** First values of the exported variables. */
  exported(): ReadonlyMap<string, readonly WordPart[]> {
    this.#exported ??= this.#collectExported();
    return this.#exported;
  }

  #collectExported(): ReadonlyMap<string, readonly WordPart[]> {
    const inherited = this.#parent?.exported() ?? new Map<string, readonly WordPart[]>();
    let all: Map<string, readonly WordPart[]> | undefined;
    for (const [name, variable] of this.#own.entries()) {
      const value = variable?.values[0];
      if (variable?.exported === true && value !== undefined) {
        all ??= new Map(inherited);
        all.set(name, value);
      } else if (variable === null && inherited.has(name)) {
        all ??= new Map(inherited);
        all.delete(name);
      }
    }
    return all ?? inherited;
  }

  /** After branches of which exactly one has run: a variable may have the value of any. All are forks of this scope. */
  merge(branches: readonly ShellScope[]): void {
    const names = new Set(branches.flatMap((branch) => [...branch.#own.keys()]));
    const read = [...names].map((name) => [name, branches.map((branch) => branch.get(name))] as const);
    for (const [name, values] of read) {
      const known = values.filter((value) => value !== undefined);
      const [first, ...rest] = known;
      if (first === undefined) {
        this.#put(name, null);
        continue;
      }
      const all = rest.reduce(union, first);
      const merged = known.length < values.length && !all.open ? { ...all, open: true } : all;
      if (merged !== this.#own.peek(name)) this.#put(name, merged);
    }
  }

  /** After a branch that may or may not have run. */
  join(branch: ShellScope): void {
    this.merge([this.fork(), branch]);
  }
}

function union(one: Variable, two: Variable): Variable {
  if (one === two) return one;
  const texts = new Set<string>();
  const values: (readonly WordPart[])[] = [];
  for (const value of [...one.values, ...two.values]) {
    const key = value.map((part) => part.text ?? `\0${part.start}`).join('');
    if (texts.has(key) || values.length >= limits.shellAlternatives) continue;
    texts.add(key);
    values.push(value);
  }
  const elements =
    one.elements !== undefined && two.elements !== undefined ? longer(one.elements, two.elements) : undefined;
  return {
    values,
    ...(elements && { elements }),
    open: one.open || two.open,
    exported: one.exported || two.exported,
  };
}

function longer(one: readonly Word[], two: readonly Word[]): readonly Word[] {
  return two.length > one.length ? two : one;
}

export function constant(parts: readonly WordPart[], exported = false): Variable {
  return { values: [parts], open: false, exported };
}

export const unknownVariable: Variable = { values: [], open: true, exported: false };
