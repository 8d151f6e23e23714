/**
 * Makefiles as Kbuild uses them: logical lines, assignments, conditionals, includes and rules. Recipes are
 * only located. Offsets are UTF-16, end exclusive, into the file's text, also across `\`-continuations.
 */
export interface KbuildSyntax {
  readonly assignments: readonly KbuildAssignment[];
  readonly includes: readonly KbuildInclude[];
  readonly rules: readonly KbuildRule[];
  /** `undefine X`, and lines that only expand: `$(eval …)`, `$(call …)`, `$(info …)`. */
  readonly others: readonly KbuildOther[];
}

export interface KbuildWord {
  /** As written, `$(…)` not expanded; in the lists of a `ModuleBuild`, expanded where that can be told. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of the included file that holds it; `undefined` in the file itself. */
  readonly uri?: string;
}

export interface KbuildAssignment {
  /** `obj-m`, `obj-$(CONFIG_X)`, `KDIR`. */
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly operator: '=' | ':=' | '::=' | '+=' | '?=' | '!=' | 'define';
  readonly words: readonly KbuildWord[];
  /** The whole value; empty values end where they start. */
  readonly value: KbuildWord;
  /** Blanks, in front of a comment for instance, that make takes for a part of the value. */
  readonly blankEnd: boolean;
  /** `ifeq ($(A),b)`, … around it, outermost first; an `else` is written `else of …` for each that came before it. */
  readonly conditions: readonly string[];
  readonly exported: boolean;
  /** 0-based. */
  readonly line: number;
  /** Of the logical line, its line break left out. */
  readonly start: number;
  readonly end: number;
}

export interface KbuildInclude {
  readonly words: readonly KbuildWord[];
  readonly optional: boolean;
  readonly conditions: readonly string[];
  readonly start: number;
}

export interface KbuildOther {
  readonly text: string;
  readonly conditions: readonly string[];
  readonly start: number;
  readonly end: number;
}

export interface KbuildRule {
  readonly targets: readonly KbuildWord[];
  readonly prerequisites: readonly KbuildWord[];
  readonly line: number;
  readonly start: number;
  /** End of the head line. */
  readonly end: number;
  /** Lines that begin with a tab, below the head, as one span; `undefined` without any. */
  readonly recipe: { readonly start: number; readonly end: number } | undefined;
}

interface LogicalLine {
  readonly text: string;
  /** Offset in the file of every character of `text`. */
  readonly offsets: readonly number[];
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly isRecipe: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export function parseKbuild(text: string): KbuildSyntax {
  const assignments: KbuildAssignment[] = [];
  const includes: KbuildInclude[] = [];
  const rules: Mutable<KbuildRule>[] = [];
  const others: KbuildOther[] = [];
  const levels: (readonly string[])[] = [];
  let define: string | undefined;
  let open: Mutable<KbuildRule> | undefined;
  for (const line of logicalLines(text)) {
    const content = line.text.trim();
    if (define !== undefined) {
      if (/^endef\b/.test(content)) define = undefined;
      continue;
    }
    if (line.isRecipe && open) {
      open.recipe = { start: open.recipe?.start ?? line.start, end: line.end };
      continue;
    }
    if (content === '') continue;
    const conditional = /^(ifeq|ifneq|ifdef|ifndef|else|endif)\b\s*(.*)$/.exec(content);
    if (conditional) {
      nest(levels, conditional[1] ?? '', conditional[2] ?? '');
      continue;
    }
    const include = /^(-include|sinclude|include)\b/.exec(content);
    if (include) {
      const from = line.text.indexOf(include[0]) + include[0].length;
      includes.push({
        words: wordsOf(line, from, line.text.length),
        optional: include[1] !== 'include',
        conditions: levels.flat(),
        start: line.start,
      });
      continue;
    }
    const assignment = assignmentOf(line, levels.flat());
    if (assignment) {
      open = undefined;
      if (assignment.operator === 'define') define = assignment.name;
      assignments.push(assignment);
      continue;
    }
    const colon = colonOf(line.text);
    if (colon < 0) {
      if (/^(?:undefine\b|\$)/.test(content)) {
        others.push({ text: content, conditions: levels.flat(), start: offsetAt(line, 0), end: line.end });
      }
      continue;
    }
    open = {
      targets: wordsOf(line, 0, colon),
      prerequisites: wordsOf(line, colon + 1, semicolonOf(line.text, colon)),
      line: line.line,
      start: line.start,
      end: line.end,
      recipe: undefined,
    };
    rules.push(open);
  }
  return { assignments, includes, rules, others };
}

/** A level holds what must be true in it: for the third branch, that the first and the second are not taken. */
function nest(levels: (readonly string[])[], keyword: string, rest: string): void {
  if (keyword === 'endif') levels.pop();
  else if (keyword === 'else') {
    const level = levels.pop();
    if (level === undefined) return;
    // A hostile file has a hundred thousand branches.
    const otherwise = [...level.slice(-64, -1), `else of ${level.at(-1)}`];
    levels.push(rest === '' ? otherwise : [...otherwise, rest]);
  } else levels.push([`${keyword} ${rest}`]);
}

const assignmentPattern =
  /^\s*((?:(?:export|override|private|unexport)\s+)*)((?:\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|[^\s:=+?!#$])+)\s*(::=|:=|\+=|\?=|!=|=)/;
const definePattern = /^\s*((?:(?:export|override)\s+)*)define\s+(\S+)/;

function assignmentOf(line: LogicalLine, conditions: readonly string[]): KbuildAssignment | undefined {
  const define = definePattern.exec(line.text);
  const match = define ?? assignmentPattern.exec(line.text);
  if (!match) return undefined;
  const name = match[2] ?? '';
  const operator = define ? 'define' : (match[3] as KbuildAssignment['operator']);
  const nameAt = line.text.indexOf(name, (match[1] ?? '').length);
  const words = wordsOf(line, match[0].length, line.text.length);
  const [first] = words;
  const last = words.at(-1);
  const after = offsetAt(line, match[0].length);
  const value =
    first && last
      ? { text: valueText(line, match[0].length), start: first.start, end: last.end }
      : { text: '', start: after, end: after };
  return {
    name,
    nameStart: offsetAt(line, nameAt),
    nameEnd: offsetAt(line, nameAt + name.length),
    operator,
    words,
    value,
    blankEnd: last !== undefined && /[ \t]$/.test(line.text),
    conditions,
    exported: /\bexport\b/.test(match[1] ?? ''),
    line: line.line,
    start: line.start,
    end: line.end,
  };
}

function valueText(line: LogicalLine, from: number): string {
  return line.text.slice(from).trim().replace(/\s+/g, ' ');
}

/** Blank-separated words; `$(…)` with blanks in it stays one word. */
function wordsOf(line: LogicalLine, from: number, to: number): KbuildWord[] {
  const words: KbuildWord[] = [];
  let at = from;
  while (at < to) {
    if (/\s/.test(line.text[at] ?? '')) {
      at++;
      continue;
    }
    const end = wordEnd(line.text, at, to);
    words.push({ text: line.text.slice(at, end), start: offsetAt(line, at), end: offsetAt(line, end - 1) + 1 });
    at = end;
  }
  return words;
}

function wordEnd(text: string, from: number, to: number): number {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const char = text[at] ?? '';
    if (char === '$' && (text[at + 1] === '(' || text[at + 1] === '{')) {
      depth++;
      at++;
    } else if (depth > 0 && (char === ')' || char === '}')) depth--;
    else if (depth === 0 && /\s/.test(char)) return at;
  }
  return to;
}

/** The colon of a rule, outside of `$(…)`. */
function colonOf(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(' || char === '{') depth++;
    else if (char === ')' || char === '}') depth--;
    else if (char === ':' && depth <= 0) return at;
  }
  return -1;
}

function semicolonOf(text: string, from: number): number {
  const at = text.indexOf(';', from);
  return at < 0 ? text.length : at;
}

function offsetAt(line: LogicalLine, index: number): number {
  return line.offsets[index] ?? line.end;
}

/** Lines joined at `\`, comments cut off. A recipe line keeps everything. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let at = 0;
  let number = 0;
  while (at < text.length) {
    const start = at;
    const line = number;
    const isRecipe = text[at] === '\t';
    const offsets: number[] = [];
    let joined = '';
    let end = at;
    for (;;) {
      end = text.indexOf('\n', at);
      if (end < 0) end = text.length;
      number++;
      const stop = text[end - 1] === '\r' && end > at ? end - 1 : end;
      const continues = stop > at && text[stop - 1] === '\\' && end < text.length;
      for (let index = at; index < (continues ? stop - 1 : stop); index++) {
        joined += text[index];
        offsets.push(index);
      }
      at = end + 1;
      if (!continues) break;
      joined += ' ';
      offsets.push(stop - 1);
    }
    const comment = isRecipe ? -1 : commentStart(joined);
    const content = comment < 0 ? joined : joined.slice(0, comment);
    yield { text: content, offsets, line, start, end: comment < 0 ? end : (offsets[comment] ?? end), isRecipe };
  }
}

function commentStart(text: string): number {
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    if (text[at - 1] !== '\\') return at;
  }
  return -1;
}
