import { limits } from '../../limits.ts';
import type { Place } from '../shell/shell-command.ts';
import type { Word } from '../shell/word.ts';
import { type MappedText, MappedTextBuilder } from '../source-map.ts';

/** Variables that the host sets for a script (`ENV`, `env:`), with the place of each value. */
export type HostVariables = ReadonlyMap<string, MappedText>;

/** What one place of a host file runs: a script for a shell, or the words of one command. */
export type EmbeddedScript =
  | { readonly script: MappedText; readonly variables?: HostVariables; readonly place?: Place }
  | { readonly argv: readonly Word[]; readonly variables?: HostVariables }
  /** A file that the host has written. */
  | { readonly path: Word; readonly content: MappedText };

/**
 * The script without lines that are no script: longer than `limits.scriptLine` or with a NUL (the payload of a
 * self-extracting installer). The rest keeps its places.
 */
export function readableLines(script: MappedText): MappedText {
  if (isReadable(script.text)) return script;
  const builder = new MappedTextBuilder();
  let dropped = false;
  for (let at = 0; at < script.text.length; ) {
    const lineBreak = script.text.indexOf('\n', at);
    const end = lineBreak < 0 ? script.text.length : lineBreak + 1;
    const line = script.text.slice(at, end);
    const span = script.map.span(at, end);
    if (line.length <= limits.scriptLine && !line.includes('\0')) builder.append(line, span.start, span.end);
    else {
      builder.append('\n', Math.max(span.start, span.end - 1), span.end);
      dropped = true;
    }
    if (builder.length > limits.scriptCharacters) break;
    at = end;
  }
  return dropped || builder.length < script.text.length ? builder.build() : script;
}

function isReadable(text: string): boolean {
  if (text.length > limits.scriptCharacters || text.includes('\0')) return false;
  for (let at = 0; at < text.length; ) {
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak < 0 ? text.length : lineBreak;
    if (end - at > limits.scriptLine) return false;
    at = end + 1;
  }
  return true;
}
