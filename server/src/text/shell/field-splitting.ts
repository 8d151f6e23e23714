import { limits } from '../../limits.ts';
import type { TextSpan } from '../source-map.ts';
import { makeWord, type Word, type WordPart } from './word.ts';
import type { Piece } from './word-expansion.ts';

/** Splits the pieces of one word at the blanks that unquoted values brought in. */
export function splitFields(branches: readonly (readonly Piece[])[], whole: TextSpan): readonly Word[] {
  return branches.flatMap((pieces) => splitOne(pieces, whole));
}

function splitOne(pieces: readonly Piece[], whole: TextSpan): readonly Word[] {
  const words: Word[] = [];
  let parts: WordPart[] = [];
  let indirect = false;
  let literal = false;
  const close = (): void => {
    if (parts.length > 0) words.push(makeWord(parts, whole.start, whole.end, indirect && !literal));
    parts = [];
    indirect = false;
    literal = false;
  };
  for (const piece of pieces) {
    if (piece.kind === 'words') {
      piece.words.forEach((word, index) => {
        if (index > 0) close();
        if (parts.length === 0 && (piece.words.length > 1 || pieces.length === 1)) {
          // An argument of a call keeps its place there; an array's element gets that of the word.
          words.push(word.indirect ? { ...word, ...whole } : word);
          return;
        }
        parts.push(...word.parts);
        indirect = true;
      });
      continue;
    }
    const { part, fromVariable } = piece;
    if (!fromVariable || part.quoted || part.text === undefined) {
      parts.push(part);
      if (fromVariable) indirect = true;
      else if (part.text !== '') literal = true;
      continue;
    }
    for (const field of fieldsOf(part)) {
      if (field === undefined) close();
      else {
        parts.push(field);
        indirect = true;
      }
    }
  }
  close();
  return words;
}

/** The runs between blanks, with `undefined` for each gap. */
function fieldsOf(part: WordPart): (WordPart | undefined)[] {
  const text = part.text ?? '';
  const exact = part.end - part.start === text.length;
  const fields: (WordPart | undefined)[] = [];
  for (const match of text.matchAll(/[ \t\n\r]+|[^ \t\n\r]+/g)) {
    if (/^[ \t\n\r]/.test(match[0])) fields.push(undefined);
    else {
      const start = exact ? part.start + match.index : part.start;
      fields.push({ ...part, text: match[0], start, end: exact ? start + match[0].length : part.end });
    }
  }
  return fields;
}

/** `a{b,c}d` becomes two words. Only braces within one literal stretch are read; nested ones are left as they are. */
export function expandBraces(split: readonly Piece[]): readonly (readonly Piece[])[] {
  const pieces = joinNeighbours(split);
  return countOfChoices(pieces) > limits.shellListWords ? [pieces] : expandJoined(pieces);
}

function countOfChoices(pieces: readonly Piece[]): number {
  let count = 1;
  for (const piece of pieces) {
    if (piece.kind !== 'part' || piece.fromVariable || piece.part.quoted) continue;
    for (const [braces] of (piece.part.text ?? '').matchAll(/\{[^{}\s]*,[^{}\s]*\}/g))
      count *= braces.split(',').length;
  }
  return count;
}

function expandJoined(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== 'part' || piece.fromVariable || piece.part.quoted || piece.part.text === undefined) continue;
    const { part } = piece;
    const text = part.text ?? '';
    const braces = /\{([^{}\s]*,[^{}\s]*)\}/.exec(text);
    if (braces === null || part.end - part.start !== text.length) continue;
    const cut = (from: number, to: number): Piece => {
      const own = { ...part, text: text.slice(from, to), start: part.start + from, end: part.start + to };
      return { kind: 'part', part: own, use: own, fromVariable: false };
    };
    const before = [...pieces.slice(0, index), cut(0, braces.index)];
    const after = [cut(braces.index + braces[0].length, text.length), ...pieces.slice(index + 1)];
    const branches: (readonly Piece[])[] = [];
    let at = braces.index + 1;
    for (const choice of (braces[1] ?? '').split(',')) {
      const chosen = cut(at, at + choice.length);
      for (const rest of expandJoined(after)) branches.push([...before, chosen, ...rest]);
      at += choice.length + 1;
    }
    return branches;
  }
  return [pieces];
}

/** The grammar cuts literal text at braces; stretches that touch are one again. */
function joinNeighbours(pieces: readonly Piece[]): readonly Piece[] {
  if (pieces.length < 2) return pieces;
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const merged = last === undefined ? undefined : merge(last, piece);
    if (merged === undefined) joined.push(piece);
    else joined[joined.length - 1] = merged;
  }
  return joined;
}

function merge(one: Piece, two: Piece): Piece | undefined {
  if (one.kind !== 'part' || two.kind !== 'part' || one.fromVariable || two.fromVariable) return undefined;
  const [a, b] = [one.part, two.part];
  if (a.quoted || b.quoted || a.text === undefined || b.text === undefined || a.end !== b.start) return undefined;
  if (a.end - a.start !== a.text.length || b.end - b.start !== b.text.length) return undefined;
  const part = { text: a.text + b.text, start: a.start, end: b.end, quoted: false };
  return { kind: 'part', part, use: part, fromVariable: false };
}
