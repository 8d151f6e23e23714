/** One `name=value` of a parameter string; `value` is `undefined` without an equals sign. */
export interface Argument {
  readonly name: string;
  readonly value: string | undefined;
}

export interface SplitArguments {
  readonly pairs: readonly Argument[];
  /** What follows a lone `--`, which ends the parameters. */
  readonly rest: string | undefined;
}

const space = /[\s\u00a0]/;

/** lib/cmdline.c: next_arg, repeated as parse_args does: quotes keep spaces together and are taken off. */
export function splitArguments(text: string): SplitArguments {
  const pairs: Argument[] = [];
  let position = skipSpaces(text, 0);
  while (position < text.length) {
    const { argument, end } = nextArgument(text, position);
    position = skipSpaces(text, end);
    if (argument.value === undefined && argument.name === '--') {
      return { pairs, rest: text.slice(position) };
    }
    pairs.push(argument);
  }
  return { pairs, rest: undefined };
}

function skipSpaces(text: string, from: number): number {
  let position = from;
  while (position < text.length && space.test(text[position] ?? '')) {
    position += 1;
  }
  return position;
}

function nextArgument(text: string, from: number): { argument: Argument; end: number } {
  const quoted = text[from] === '"';
  const start = quoted ? from + 1 : from;
  let inQuotes = quoted;
  let equals = -1;
  let end = start;
  for (; end < text.length; end += 1) {
    const character = text[end] ?? '';
    if (space.test(character) && !inQuotes) {
      break;
    }
    if (equals === -1 && character === '=' && end > start) {
      equals = end;
    }
    if (character === '"') {
      inQuotes = !inQuotes;
    }
  }
  const stop = quoted && text[end - 1] === '"' ? end - 1 : end;
  if (equals === -1) {
    return { argument: { name: text.slice(start, stop), value: undefined }, end };
  }
  const value = text.slice(equals + 1, stop);
  const bare = value.startsWith('"') ? value.slice(1).replace(/"$/, '') : value;
  return { argument: { name: text.slice(start, equals), value: bare }, end };
}
