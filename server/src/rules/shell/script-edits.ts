import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { commandAt, wordAt } from '../../text/shell/statement-places.ts';
import { type Word, writtenAt } from '../../text/shell/word.ts';
import { identityMap, type SourceMap } from '../../text/source-map.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Span, SpanEdit } from '../text-rule.ts';

/** Edits of commands in the text they are written in: quotes, continuation lines, lists and line ends stay right. */
export class ScriptEdits {
  readonly #document: TextDocument;
  readonly #places: SourceMap;

  /** `places` leads from the places in commands and words to those in the document. */
  constructor(document: TextDocument, places: SourceMap = identityMap) {
    this.#document = document;
    this.#places = places;
  }

  get #text(): string {
    return this.#document.text;
  }

  get #newline(): string {
    return this.#text.includes('\r\n') ? '\r\n' : '\n';
  }

  /** Takes a word out where it is written. `undefined` when several words come from that one place. */
  removeWord(word: Word, command: ShellCommand): SpanEdit | undefined {
    const span = this.#written(word);
    const shared = command.argv.some((other) => other !== word && overlaps(this.#written(other), span));
    return shared || span.end <= span.start ? undefined : this.#removeSpan(span, word.listItem === true);
  }

  /** Takes a stretch out of a line of words, with the blanks or the continuation line that belonged to it. */
  #removeSpan(span: Span, listItem: boolean): SpanEdit {
    if (listItem) return this.#removeListItem(span);
    const text = this.#text;
    let { start, end } = span;
    let before = 0;
    while (/^[ \t]$/.test(text.charAt(start - before - 1))) before++;
    let after = 0;
    while (/^[ \t]$/.test(text.charAt(end + after))) after++;
    const startsLine = start - before === 0 || /[\r\n]/.test(text.charAt(start - before - 1));
    const rest = /^[ \t]*(\\?)(\r\n|\n|\r|$)/.exec(text.slice(end));
    if (startsLine && rest !== null) {
      const continued = /[ \t]*\\(\r\n|\n|\r)$/.exec(text.slice(Math.max(0, start - before - 200), start - before));
      if (rest[1] === '\\') {
        // A line of its own in the middle: the whole line goes.
        return { start: start - before, end: end + rest[0].length, newText: '' };
      }
      if (continued !== null) return { start: start - before - continued[0].length, end, newText: '' };
    }
    if (before > 0 && !startsLine) start -= before;
    else if (text.charAt(start - 1) !== '=') end += after;
    return { start, end, newText: '' };
  }

  #removeListItem(span: Span): SpanEdit {
    const text = this.#text;
    const following = /^\s*,\s*/.exec(text.slice(span.end));
    if (following !== null) return { start: span.start, end: span.end + following[0].length, newText: '' };
    const preceding = /\s*,\s*$/.exec(text.slice(0, span.start));
    if (preceding !== null) return { start: span.start - preceding[0].length, end: span.end, newText: '' };
    const line = this.#document.lines.positionAt(span.start).line;
    const start = this.#document.lines.lineStart(line);
    return { start, end: this.#document.lines.lineStart(line + 1), newText: '' };
  }

  /** Takes one letter out of bundled options, or the word when it was the only one. */
  removeLetter(word: Word, letterAt: number, command: ShellCommand): SpanEdit | undefined {
    if ((word.value ?? '').length <= 2) return this.removeWord(word, command);
    const [part, more] = wordAt(word, this.#places).parts;
    if (part?.text === undefined || more !== undefined || part.end - part.start !== part.text.length) return undefined;
    return { start: part.start + letterAt, end: part.start + letterAt + 1, newText: '' };
  }

  /** Takes a whole command out. Where something has to stand, `true` does. */
  removeCommand(command: ShellCommand): SpanEdit {
    const { start, end } = this.#whole(command);
    const text = this.#text;
    const nothing: SpanEdit = { start, end, newText: 'true' };
    if (command.argv.some((word) => word.listItem)) return nothing;
    const next = /^[ \t]*(?:\\\r?\n[ \t]*)?(&&)(?:[ \t]*\\\r?\n)?[ \t]*/.exec(text.slice(end));
    if (next !== null) return { start, end: end + next[0].length, newText: '' };
    const previous = /[ \t]*(?:\\\r?\n[ \t]*)?&&(?:[ \t]*\\?\r?\n)?[ \t]*$/.exec(text.slice(0, start));
    if (previous !== null) return { start: start - previous[0].length, end, newText: '' };
    const { lines } = this.#document;
    const first = lines.positionAt(start).line;
    const last = lines.positionAt(end).line;
    const alone =
      text.slice(lines.lineStart(first), start).trim() === '' &&
      /^\s*(#.*)?$/.test(text.slice(end, lines.lineEnd(last)));
    if (!alone || command.inString || this.#document.kind !== 'shell' || this.#isOnlyOne(start, end)) return nothing;
    return { start: lines.lineStart(first), end: lines.lineStart(last + 1), newText: '' };
  }

  /** The only command of a block, which may not be empty. */
  #isOnlyOne(start: number, end: number): boolean {
    const opens = /(?:^|[\s;])(then|do|else|\{|\(|\)|&&|\|\||\|)\s*$/.test(
      this.#text.slice(Math.max(0, start - 200), start),
    );
    const closes = /^\s*(#[^\n]*\s*)*(fi|done|else|elif|esac|\}|\)|;;)/.test(this.#text.slice(end, end + 200));
    const continued = /\\\r?\n[ \t]*$/.test(this.#text.slice(Math.max(0, start - 200), start));
    return (
      (opens && closes) || continued || /(\(|&&|\|\||\||\))\s*$/.test(this.#text.slice(Math.max(0, start - 50), start))
    );
  }

  /** True when a line of its own can be put before the command. */
  standsOnOwnLine(command: ShellCommand): boolean {
    if (this.#document.kind !== 'shell' || command.inString) return false;
    const { lines } = this.#document;
    const { start } = this.#whole(command);
    const lineStart = lines.lineStart(lines.positionAt(start).line);
    const before = this.#text.slice(0, lineStart);
    return this.#text.slice(lineStart, start).trim() === '' && !/(\\|&&|\|\||\|)[ \t]*\r?\n$/.test(before.slice(-40));
  }

  /** Puts commands before a command: as lines of their own, or in front of it with `&&`. */
  insertBefore(command: ShellCommand, added: readonly string[]): SpanEdit {
    const { start } = this.#whole(command);
    if (!this.standsOnOwnLine(command)) return { start, end: start, newText: `${added.join(' && ')} && ` };
    const { lines } = this.#document;
    const lineStart = lines.lineStart(lines.positionAt(start).line);
    const indent = this.#text.slice(lineStart, start);
    return {
      start: lineStart,
      end: lineStart,
      newText: added.map((line) => `${indent}${line}${this.#newline}`).join(''),
    };
  }

  /** What stands before the command on the way to it: `sudo `, `sudo chroot "$ROOTFS" `. */
  prefixOf(command: ShellCommand): string {
    const { start, whole } = commandAt(command, this.#places);
    const prefix = this.#text.slice(whole.start, start);
    return start >= whole.start && !/[\r\n'"]\s*$/.test(prefix) && prefix.length < 200 ? prefix : '';
  }

  /** The word as it stands in the document. */
  written(word: Word): string {
    const { start, end } = this.#places.span(word.start, word.end);
    return this.#text.slice(start, end);
  }

  /** The line that the command begins in. */
  lineOf(command: ShellCommand): number {
    return this.#document.lines.positionAt(this.#whole(command).start).line;
  }

  /** Writes something else in a place that a command or a text has. */
  replace({ start, end }: Span, newText: string): SpanEdit {
    return { ...this.#places.span(start, end), newText };
  }

  #written(word: Word): Span {
    return writtenAt(wordAt(word, this.#places));
  }

  #whole({ whole }: ShellCommand): Span {
    return this.#places.span(whole.start, whole.end);
  }
}

function overlaps(one: Span, two: Span): boolean {
  return one.start < two.end && two.start < one.end;
}
