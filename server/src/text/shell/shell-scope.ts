import { limits } from '../../limits.ts';
import type { MappedText, SourceMap } from '../source-map.ts';
import type { ShellNode } from './shell-node.ts';
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

/** What the script has set up so far: variables, functions, arguments, files that it wrote. */
export class ShellScope {
  #variables: Map<string, Variable>;
  /** Copied on the first change: most branches change nothing. */
  #shared: boolean;
  #exported: ReadonlyMap<string, readonly WordPart[]> | undefined;
  readonly functions: Map<string, ShellFunction>;
  readonly files: Map<string, KnownFile>;
  /** `$1`…; `undefined` when the caller is not known. */
  args: readonly Word[] | undefined;

  constructor(from?: ShellScope) {
    this.#variables = from === undefined ? new Map() : from.#variables;
    this.#shared = from !== undefined;
    if (from !== undefined) {
      from.#shared = true;
      this.#exported = from.#exported;
    }
    this.functions = from?.functions ?? new Map();
    this.files = from?.files ?? new Map();
    this.args = from?.args;
  }

  /** A copy whose variables can be changed alone (a branch, a subshell). */
  fork(): ShellScope {
    return new ShellScope(this);
  }

  get(name: string): Variable | undefined {
    return this.#variables.get(name);
  }

  set(name: string, variable: Variable): void {
    const exported = variable.exported || this.#variables.get(name)?.exported === true;
    this.#own(exported).set(name, exported ? { ...variable, exported } : variable);
  }

  /** The variables, to be changed. */
  #own(touchesExported: boolean): Map<string, Variable> {
    if (this.#shared) this.#variables = new Map(this.#variables);
    this.#shared = false;
    if (touchesExported) this.#exported = undefined;
    return this.#variables;
  }

  forget(name: string): void {
    if (this.#variables.has(name)) this.#own(true).delete(name);
  }

  export(name: string): void {
    const variable = this.#variables.get(name);
    if (variable !== undefined) this.#own(true).set(name, { ...variable, exported: true });
  }

  exported(): ReadonlyMap<string, readonly WordPart[]> {
    this.#exported ??= this.#collectExported();
    return this.#exported;
  }

  #collectExported(): ReadonlyMap<string, readonly WordPart[]> {
    const all = new Map<string, readonly WordPart[]>();
    for (const [name, variable] of this.#variables) {
      const value = variable.values[0];
      if (variable.exported && value !== undefined) all.set(name, value);
    }
    return all;
  }

  /** After a branch that may or may not have run: a variable may have either value. */
  join(branch: ShellScope): void {
    if (branch.#variables === this.#variables) return;
    const own = this.#own(true);
    for (const [name, theirs] of branch.#variables) {
      const ours = own.get(name);
      if (ours === theirs) continue;
      own.set(name, ours === undefined ? { ...theirs, open: true } : union(ours, theirs));
    }
    for (const [name, ours] of own) {
      if (!branch.#variables.has(name) && !ours.open) own.set(name, { ...ours, open: true });
    }
  }

  /** Takes over the variables of the branch that ran for certain. */
  adopt(branch: ShellScope): void {
    this.#variables = branch.#variables;
    this.#shared = true;
    branch.#shared = true;
    this.#exported = undefined;
  }
}

function union(one: Variable, two: Variable): Variable {
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
