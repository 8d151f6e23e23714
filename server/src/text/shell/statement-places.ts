import type { SourceMap, TextSpan } from '../source-map.ts';
import { identityMap } from '../source-map.ts';
import type { ShellCommand } from './shell-command.ts';
import type { ShellStatement } from './shell-parser.ts';
import type { Word, WordPart } from './word.ts';

/** From the places that statements keep while the text around them is edited to where they stand in the document now. */
export function placesOf(statements: readonly ShellStatement[]): SourceMap {
  if (statements.every(({ unit, offset }) => unit.base === offset)) return identityMap;
  const sorted = statements.toSorted((one, two) => one.unit.base - two.unit.base);
  const shifts = sorted.map(({ unit, offset }) => ({ base: unit.base, shift: offset - unit.base }));
  // Places of one command lie together: the statement found last is nearly always the one.
  let [from, to, shift] = [0, -1, 0];
  const shiftOf = (place: number): number => {
    if (place >= from && place < to) return shift;
    let low = 0;
    let high = shifts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((shifts[middle]?.base ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    from = shifts[low]?.base ?? 0;
    to = shifts[low + 1]?.base ?? Number.POSITIVE_INFINITY;
    shift = shifts[low]?.shift ?? 0;
    return shift;
  };
  return {
    span: (start, end) => {
      const first = start + shiftOf(start);
      // Words of several statements joined to one text may have moved apart; the first part tells where.
      const last = end <= start ? first : end + shiftOf(end - 1);
      return { start: first, end: Math.max(first, last) };
    },
  };
}

export function commandAt(command: ShellCommand, places: SourceMap): ShellCommand {
  if (places === identityMap) return command;
  const span = places.span(command.start, command.end);
  const environment =
    command.environment.size === 0
      ? command.environment
      : new Map([...command.environment].map(([name, parts]) => [name, parts.map((part) => at(part, places))]));
  return {
    ...command,
    ...span,
    environment,
    argv: command.argv.map((word) => wordAt(word, places)),
    whole: at(command.whole, places),
  };
}

export function wordAt(word: Word, places: SourceMap): Word {
  if (places === identityMap) return word;
  return { ...word, ...places.span(word.start, word.end), parts: word.parts.map((part) => at(part, places)) };
}

function at<T extends TextSpan | WordPart>(span: T, places: SourceMap): T {
  return { ...span, ...places.span(span.start, span.end) };
}
