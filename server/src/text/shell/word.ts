import type { MappedText, TextSpan } from '../source-map.ts';
import { MappedTextBuilder } from '../source-map.ts';

/** A stretch of a word, with the place where it is written (for a variable's value: where the value is). */
export interface WordPart extends TextSpan {
  /** `undefined` when the script alone does not say what it will be. */
  readonly text: string | undefined;
  /** As written, for a part that is not known: `$(uname -r)`, `$VERSION`. */
  readonly source?: string;
  /** Protected from splitting, globbing and brace expansion. */
  readonly quoted: boolean;
}

/** One word of a command as it will run. */
export interface Word extends TextSpan {
  readonly parts: readonly WordPart[];
  /** The whole word; `undefined` when any part is not known. */
  readonly value: string | undefined;
  /** Not known and not quoted: may become no word at all, or several. */
  readonly elastic: boolean;
  /** Came out of a variable: the literal text stands elsewhere. */
  readonly indirect: boolean;
  /** An element of a JSON or YAML list, which has no shell syntax around it. */
  readonly listItem?: boolean;
}

/** Stands for an unknown part in `patternOf`; no name or path has it. */
export const unknownMark = '\u0001';

export function makeWord(parts: readonly WordPart[], start: number, end: number, indirect = false): Word {
  const unknown = parts.some((part) => part.text === undefined);
  return {
    parts,
    start,
    end,
    value: unknown ? undefined : parts.map((part) => part.text).join(''),
    elastic: parts.length === 1 && unknown && parts[0]?.quoted === false,
    indirect,
  };
}

/** A word that is written exactly so in the host. */
export function literalWord(text: string, start: number, end = start + text.length): Word {
  return makeWord([{ text, start, end, quoted: true }], start, end);
}

/** The word with a mark in place of each unknown part. */
export function patternOf(word: Word): string {
  return word.value ?? word.parts.map((part) => part.text ?? unknownMark).join('');
}

/** The word as it reads to a person: unknown parts as written. */
export function displayOf(word: Word): string {
  return word.value ?? word.parts.map((part) => part.text ?? part.source ?? '…').join('');
}

/** Stands for an unknown value where words become a script: expands to something unknown there too. */
const unknownInScript = '$_';

/** Words joined by blanks as the text of a script, as `eval` and `ssh` do. */
export function wordsAsScript(words: readonly Word[]): MappedText {
  const builder = new MappedTextBuilder();
  let previous: Word | undefined;
  for (const word of words) {
    if (previous !== undefined) builder.append(' ', previous.end, Math.max(previous.end, word.start));
    for (const part of word.parts) {
      if (part.text === undefined) builder.append(unknownInScript, part.start, part.end);
      else builder.append(part.text, part.start, part.end);
    }
    previous = word;
  }
  return builder.build();
}

/** The place where a word's text is written, for an edit: its own, or that of the value it came from. */
export function writtenAt(word: Word): TextSpan {
  if (!word.indirect) return word;
  const starts = word.parts.map((part) => part.start);
  const ends = word.parts.map((part) => part.end);
  return { start: Math.min(...starts), end: Math.max(...ends) };
}
