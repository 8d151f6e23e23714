import type { WordPart } from '../shell/word.ts';
import type { MappedText } from '../source-map.ts';

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  a: '\x07',
  e: '\x1b',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

/** What a double-quoted JSON or YAML escape means, and how long it is with its backslash. `at` is the backslash. */
export function escapeAt(text: string, at: number): { readonly text: string; readonly length: number } {
  const next = text.charAt(at + 1);
  const digits = next === 'x' ? 2 : next === 'u' ? 4 : next === 'U' ? 8 : 0;
  if (digits > 0) {
    const hex = text.slice(at + 2, at + 2 + digits);
    if (/^[0-9a-fA-F]+$/.test(hex) && hex.length === digits && Number.parseInt(hex, 16) <= 0x10ffff) {
      return { text: String.fromCodePoint(Number.parseInt(hex, 16)), length: 2 + digits };
    }
  }
  return { text: escapes[next] ?? next, length: 2 };
}

/** The inside of a JSON string as parts of a word, each character with its place. */
export function jsonStringParts(host: MappedText, start: number, end: number): WordPart[] {
  const parts: WordPart[] = [];
  let run = start;
  const flush = (to: number): void => {
    if (to > run) parts.push({ text: host.text.slice(run, to), ...host.map.span(run, to), quoted: true });
  };
  for (let at = start; at < end; ) {
    if (host.text.charAt(at) !== '\\') {
      at++;
      continue;
    }
    const meaning = escapeAt(host.text, at);
    flush(at);
    parts.push({ text: meaning.text, ...host.map.span(at, at + meaning.length), quoted: true });
    at += meaning.length;
    run = at;
  }
  flush(end);
  return parts.length > 0 ? parts : [{ text: '', ...host.map.span(start, start), quoted: true }];
}
