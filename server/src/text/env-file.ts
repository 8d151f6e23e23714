/** One assignment of a shell or env file. Offsets are UTF-16, end exclusive. */
export interface EnvAssignment {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** Without quotes. */
  readonly raw: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** In single quotes: nothing in it is expanded. */
  readonly literal: boolean;
  /** `${NAME:-value}`, `${NAME:=value}`: holds only when nobody set it before. */
  readonly isDefault: boolean;
}

const assignment =
  /(?<=^[ \t]*(?:(?:export|readonly|local|declare|typeset)(?:[ \t]+-\w+)*[ \t]+)?|[;&|({][ \t]*(?:export[ \t]+)?|[ \t])([A-Za-z_]\w*)=("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s;&|()'"`]*)/gm;
const assignDefault = /\$\{([A-Za-z_]\w*):?[-=]([^}\n]*)\}/g;

/**
 * Assignments in the order of the text: `NAME=value` at the start of a line or command (also in front of one, and as
 * an argument, as in `make LOCALVERSION=-x`), and defaults `${NAME:-value}`. Comments and `$(…)` values are skipped.
 */
export function parseEnvAssignments(text: string): EnvAssignment[] {
  const found: EnvAssignment[] = [];
  const comments = commentSpans(text);
  for (const match of text.matchAll(assignment)) {
    const name = match[1] ?? '';
    const written = match[2] ?? '';
    const nameStart = match.index;
    if (inside(comments, nameStart) || isQuoted(text, nameStart)) continue;
    const quoted = written.startsWith('"') || written.startsWith("'");
    const valueStart = nameStart + name.length + 1 + (quoted ? 1 : 0);
    const raw = quoted ? written.slice(1, -1) : written;
    const own = /^\$\{([A-Za-z_]\w*):?[-=]([^}]*)\}$/.exec(raw);
    const inner = own && own[1] === name ? own[2] : undefined;
    const start = inner === undefined ? valueStart : valueStart + raw.length - 1 - inner.length;
    found.push({
      name,
      nameStart,
      nameEnd: nameStart + name.length,
      raw: inner ?? raw,
      valueStart: start,
      valueEnd: start + (inner ?? raw).length,
      literal: written.startsWith("'"),
      isDefault: inner !== undefined,
    });
  }
  for (const match of text.matchAll(assignDefault)) {
    const name = match[1] ?? '';
    const written = match[2] ?? '';
    const quotes = /^(["']).*\1$/.test(written) ? 1 : 0;
    const raw = written.slice(quotes, written.length - quotes);
    const valueEnd = match.index + match[0].length - 1 - quotes;
    if (inside(comments, match.index) || found.some((one) => one.valueEnd === valueEnd)) continue;
    found.push({
      name,
      nameStart: match.index + 2,
      nameEnd: match.index + 2 + name.length,
      raw,
      valueStart: valueEnd - raw.length,
      valueEnd,
      literal: false,
      isDefault: true,
    });
  }
  return found.sort((a, b) => a.nameStart - b.nameStart);
}

interface VariableUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Names without `$`, behind a word that takes names: `export A B`, `ifdef A`, `ARG A`, `docker run -e A`, `[[ -v A ]]`. */
const namesBehind =
  /(?<=^[ \t]*|[;&|({][ \t]*|\b(?:then|do|else)[ \t]+)(?:export|readonly|declare|typeset|local|unset|ifdef|ifndef|ARG)(?:[ \t]+-\w+)*[ \t]+([^\n;&|#)}]*)|(?<=[ \t])(?:-e|-v|--env|--build-arg)(?:[ \t]+|=)([A-Za-z_]\w*(?![\w=./:-]))/gm;

/** Whether a line may have a use or an assignment; most lines have none and need no closer look. */
export function mayNameVariable(line: string): boolean {
  return /[=$]|\b(?:export|readonly|declare|typeset|local|unset|ifn?def|ARG|env|build-arg)\b|-[ev]\b/.test(line);
}

/**
 * `$NAME`, `${NAME…}`, in Makefiles `$(NAME)`, in workflows `${{ env.NAME }}`, and names that a command takes without a
 * `$`: offsets of the name alone, in their order.
 */
export function variableUses(text: string): VariableUse[] {
  const comments = commentSpans(text);
  const uses: VariableUse[] = [];
  const add = (name: string, start: number) => {
    if (!inside(comments, start)) uses.push({ name, start, end: start + name.length });
  };
  for (const match of text.matchAll(
    /\$(?:[{(]([A-Za-z_]\w*)(?=[})%#:/^,@?+=-])|\{\{[ \t]*env\.([A-Za-z_]\w*)|([A-Za-z_]\w*))/g,
  )) {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    add(name, match.index + match[0].length - name.length);
  }
  for (const match of text.matchAll(namesBehind)) {
    const names = match[1] ?? match[2] ?? '';
    const start = match.index + match[0].length - names.length;
    for (const word of names.matchAll(/(?<!\S)[A-Za-z_]\w*(?!\S)/g)) add(word[0], start + word.index);
  }
  return uses.sort((a, b) => a.start - b.start);
}

/** Puts known values in; `undefined` when a command or an unknown name is left. */
export function expandEnv(raw: string, value: (name: string) => string | undefined): string | undefined {
  if (/\$\(\(|`|\$\([^)]*[\s/]/.test(raw)) return undefined;
  let known = true;
  const expanded = raw.replace(/\$(?:[{(]([A-Za-z_]\w*)[})]|([A-Za-z_]\w*))/g, (_, braced?: string, bare?: string) => {
    const inner = value(braced ?? bare ?? '');
    if (inner === undefined) known = false;
    return inner ?? '';
  });
  return known && !expanded.includes('$') ? expanded : undefined;
}

/** Whether an odd number of quotes stands before the place in its line. */
function isQuoted(text: string, offset: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace(/\\./g, '');
  return (before.split('"').length - 1) % 2 === 1;
}

type Spans = readonly { readonly start: number; readonly end: number }[];

/** Comments from a `#` that begins a line or follows a blank, not inside quotes of the same line. */
function commentSpans(text: string): Spans {
  const spans: { start: number; end: number }[] = [];
  for (const match of text.matchAll(/(?:^|[ \t;])#[^\n]*/gm)) {
    const start = match.index;
    const lineStart = text.lastIndexOf('\n', start - 1) + 1;
    const before = text.slice(lineStart, start);
    const quotes = before.replace(/\\./g, '');
    if ((quotes.split('"').length - 1) % 2 === 1 || (quotes.split("'").length - 1) % 2 === 1) continue;
    spans.push({ start, end: start + match[0].length });
  }
  return spans;
}

/** Binary search: the spans are in order. */
function inside(spans: Spans, offset: number): boolean {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (span === undefined) return false;
    if (offset < span.start) high = middle - 1;
    else if (offset >= span.end) low = middle + 1;
    else return true;
  }
  return false;
}
