import type { KbuildAssignment, KbuildWord } from './kbuild-syntax.ts';
import { makeFunctions, makeWords, otherMakeFunctions } from './make-functions.ts';

/** One assignment that make still has when it comes to use the variable. */
export interface MakePiece {
  /** In the order of the file. */
  readonly order: number;
  /** Expanded where they stand (`:=`); with `=`, as written, for make expands them at each use. */
  readonly words: readonly KbuildWord[];
  readonly isExpanded: boolean;
  readonly blankEnd: boolean;
  /** Under a condition that only make can tell, or a default. */
  readonly isMaybe: boolean;
  /** `?=`: the caller of make may have given another. */
  readonly isDefault: boolean;
}

/** `unknown`: the output of a command, or a `define`. */
type MakeVariable = readonly MakePiece[] | 'unknown';

/** Far more than the Makefile of any driver needs; keeps a variable that doubles itself in bounds. */
const expansions = 50_000;
const longest = 1 << 18;
const deepest = 60;

/**
 * The variables of a Makefile at one place of it. What the file does not set may come from the environment, the command
 * line or Kbuild: it is not empty but unknown.
 */
export class MakeVariables {
  private readonly variables = new Map<string, MakeVariable>();
  /** Variables of `$(foreach …)`. */
  private readonly bound = new Map<string, string>();
  private readonly folder: string | undefined;
  private used = 0;
  private depth = 0;
  private order = 0;

  /** `folder` is what `src`, `obj`, `M`, `PWD` and `CURDIR` stand for; without it they stay as they are written. */
  constructor(folder: string | undefined) {
    this.folder = folder;
    for (const name of folder === undefined ? [] : ['src', 'obj', 'M', 'PWD', 'CURDIR', 'KBUILD_EXTMOD']) {
      this.bound.set(name, folder ?? '');
    }
  }

  /** Every list there is in the end, in the order of the file, its words expanded as far as can be told. */
  lists(): readonly { readonly name: string; readonly words: readonly KbuildWord[] }[] {
    return [...this.variables]
      .flatMap(([name, pieces]) => (pieces === 'unknown' ? [] : pieces.map((piece) => ({ name, piece }))))
      .sort((a, b) => a.piece.order - b.piece.order)
      .map(({ name, piece }) => ({ name, words: this.wordsOf(piece) }));
  }

  assign(name: string, assignment: KbuildAssignment, words: readonly KbuildWord[], isMaybe: boolean): void {
    const { operator, blankEnd } = assignment;
    if (operator === 'define' || operator === '!=') {
      this.variables.set(name, 'unknown');
      return;
    }
    const before = this.variables.get(name);
    if (before === 'unknown' && (operator === '+=' || operator === '?=' || isMaybe)) return;
    const pieces = before === undefined || before === 'unknown' ? [] : before;
    // Kbuild's own are set by Kbuild.
    if (operator === '?=' && (this.bound.has(name) || pieces.some((piece) => !piece.isMaybe))) return;
    const isExpanded =
      operator === ':=' || operator === '::=' || (operator === '+=' && pieces.at(-1)?.isExpanded === true);
    const piece: MakePiece = {
      order: this.order++,
      words: isExpanded ? this.words(words) : words,
      isExpanded,
      blankEnd,
      isMaybe: isMaybe || operator === '?=',
      isDefault: operator === '?=',
    };
    const isAdded = operator === '+=' || operator === '?=';
    // Of two branches, each replaces what was there before, not the other.
    const kept = isAdded ? pieces : isMaybe ? pieces.filter((one) => one.isMaybe) : [];
    this.variables.set(name, [...kept, piece]);
    this.bound.delete(name);
  }

  undefine(name: string, isMaybe: boolean): void {
    if (isMaybe) this.variables.set(name, 'unknown');
    else this.variables.set(name, []);
  }

  /** Whether `ifdef` holds. */
  isDefined(name: string): boolean | undefined {
    const pieces = this.variables.get(name);
    if (pieces === undefined || pieces === 'unknown' || pieces.some((piece) => piece.isMaybe)) return undefined;
    return pieces.some((piece) => piece.words.length > 0);
  }

  /** Gives the variable of a `foreach` its value; the function that comes back takes it away. */
  bind(name: string, value: string): () => void {
    const before = this.bound.get(name);
    this.bound.set(name, value);
    return () => {
      if (before === undefined) this.bound.delete(name);
      else this.bound.set(name, before);
    };
  }

  /** Words in place of variables; a word that only make can expand stays as it is written. */
  words(words: readonly KbuildWord[]): readonly KbuildWord[] {
    return words.flatMap((word) => (word.text.includes('$') ? this.expandWord(word) : [word]));
  }

  private expandWord(word: KbuildWord): readonly KbuildWord[] {
    const name = /^\$[({]([\w.-]+)[)}]$/.exec(word.text)?.[1];
    const pieces = name === undefined || this.bound.has(name) ? undefined : this.variables.get(name);
    if (pieces !== undefined && pieces !== 'unknown' && this.isAllowed()) {
      return this.within(() => pieces.flatMap((piece) => (piece.isDefault ? [word] : this.wordsOf(piece))));
    }
    const text = this.text(word.text);
    return text === undefined || text.includes('$') ? [word] : makeWords(text).map((one) => ({ ...word, text: one }));
  }

  private wordsOf(piece: MakePiece): readonly KbuildWord[] {
    return piece.isExpanded ? piece.words : this.words(piece.words);
  }

  /** Expanded; with `unknown`, that in place of each part that only make can tell, otherwise `undefined` if there is one. */
  text(raw: string, unknown?: string): string | undefined {
    let out = '';
    let at = 0;
    for (let dollar = raw.indexOf('$'); dollar >= 0; dollar = raw.indexOf('$', at)) {
      out += raw.slice(at, dollar);
      const opens = raw[dollar + 1] === '(' || raw[dollar + 1] === '{';
      const close = opens ? closingOf(raw, dollar + 1) : dollar + 1;
      if (close === undefined || close >= raw.length) return unknown;
      const inner = raw.slice(dollar + (opens ? 2 : 1), close);
      const value = inner === '$' ? '$' : (this.reference(inner) ?? unknown);
      if (value === undefined || out.length + value.length > longest) return undefined;
      out += value;
      at = close + 1;
    }
    return out + raw.slice(at);
  }

  private reference(inner: string): string | undefined {
    if (!this.isAllowed()) return undefined;
    return this.within(() => {
      const called = functionOf(inner);
      if (called) return this.call(called.name, called.args);
      const changed = /^([^\s:=$]+):([^=]*)=(.*)$/.exec(inner);
      if (changed) return this.substituted(changed[1] ?? '', changed[2] ?? '', changed[3] ?? '');
      const name = inner.includes('$') ? this.text(inner) : inner;
      return name === undefined ? undefined : this.value(name);
    });
  }

  private value(name: string): string | undefined {
    const bound = this.bound.get(name);
    if (bound !== undefined) return bound;
    const pieces = this.variables.get(name);
    if (pieces === undefined || pieces === 'unknown' || pieces.some((piece) => piece.isMaybe)) return undefined;
    const texts = pieces.map((piece) => {
      const raw = piece.words.map((word) => word.text).join(' ');
      return piece.isExpanded ? raw : this.text(raw);
    });
    // What is still not expanded, or was not to be.
    if (texts.some((text) => text === undefined || text.includes('$'))) return undefined;
    return `${texts.join(' ')}${pieces.at(-1)?.blankEnd ? ' ' : ''}`;
  }

  private substituted(name: string, from: string, to: string): string | undefined {
    const [text, pattern, result] = [this.value(name), this.text(from), this.text(to)];
    if (text === undefined || pattern === undefined || result === undefined) return undefined;
    const isPattern = pattern.includes('%');
    return makeFunctions.get('patsubst')?.(
      isPattern ? pattern : `%${pattern}`,
      isPattern ? result : `%${result}`,
      text,
    );
  }

  private call(name: string, args: readonly string[]): string | undefined {
    if (name === 'shell' && args.join(',').trim() === 'pwd') return this.folder;
    if (name === 'foreach') return this.foreach(args);
    if (name === 'if') {
      const condition = this.text(args[0]?.trim() ?? '');
      return condition === undefined ? undefined : this.text((condition === '' ? args[2] : args[1]) ?? '');
    }
    const texts = args.map((arg) => this.text(arg));
    const known = texts.filter((text) => text !== undefined);
    return known.length < texts.length ? undefined : makeFunctions.get(name)?.(...known);
  }

  private foreach([variable = '', list = '', ...body]: readonly string[]): string | undefined {
    const [name, items] = [this.text(variable), this.text(list)];
    if (name === undefined || items === undefined) return undefined;
    const parts = makeWords(items).map((item) => {
      const restore = this.bind(name.trim(), item);
      const text = this.text(body.join(','));
      restore();
      return text;
    });
    return parts.includes(undefined) ? undefined : parts.join(' ');
  }

  private isAllowed(): boolean {
    return this.depth < deepest && this.used++ < expansions;
  }

  private within<T>(action: () => T): T {
    this.depth++;
    try {
      return action();
    } finally {
      this.depth--;
    }
  }
}

/** `foreach m,a b,…` inside of `$(…)`; `undefined` for a variable. */
export function functionOf(inner: string): { readonly name: string; readonly args: readonly string[] } | undefined {
  const [head, name = ''] = /^([a-z-]+)[ \t]+/.exec(inner) ?? [];
  const isKnown = makeFunctions.has(name) || otherMakeFunctions.has(name) || name === 'foreach' || name === 'if';
  return head !== undefined && isKnown ? { name, args: argumentsOf(inner.slice(head.length)) } : undefined;
}

/** Parts between commas that stand in no `$(…)`. */
export function argumentsOf(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      args.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...args, text.slice(start)];
}

/** The bracket that closes the one at `open`. */
export function closingOf(text: string, open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(' || text[at] === '{') depth++;
    else if ((text[at] === ')' || text[at] === '}') && --depth === 0) return at;
  }
  return undefined;
}
