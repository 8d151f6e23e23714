import type { Frame } from './shell-scope.ts';
import type { WordPart } from './word.ts';

/** Splits a stretch of script into runs of plain characters and escapes. `meaningOf` gives the meaning of the escape at an offset. */
function partsBetween(
  frame: Frame,
  start: number,
  end: number,
  quoted: boolean,
  meaningOf: (text: string, at: number) => { readonly text: string; readonly length: number } | undefined,
): WordPart[] {
  const parts: WordPart[] = [];
  const { text, map } = frame;
  let run = start;
  const flush = (to: number): void => {
    if (to > run) parts.push({ text: text.slice(run, to), ...map.span(run, to), quoted });
  };
  for (let at = start; at < end; ) {
    if (text.charCodeAt(at) !== 92) {
      at++;
      continue;
    }
    const meaning = meaningOf(text, at);
    if (meaning === undefined) {
      at++;
      continue;
    }
    flush(at);
    const length = Math.min(meaning.length, end - at);
    if (meaning.text !== '') parts.push({ text: meaning.text, ...map.span(at, at + length), quoted: true });
    at += length;
    run = at;
  }
  flush(end);
  return parts;
}

function lineBreakAt(text: string, at: number): number {
  if (text.charCodeAt(at) === 10) return 1;
  return text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? 2 : 0;
}

/** Outside quotes a backslash keeps the next character, and swallows a line break. */
export function unquotedParts(frame: Frame, start: number, end: number): WordPart[] {
  return partsBetween(frame, start, end, false, (text, at) => {
    const lineBreak = lineBreakAt(text, at + 1);
    if (lineBreak > 0) return { text: '', length: 1 + lineBreak };
    return { text: text.charAt(at + 1), length: 2 };
  });
}

/** In double quotes, and in here-documents, a backslash counts before `$`, a backquote, `"`, `\` and a line break only. */
export function quotedParts(frame: Frame, start: number, end: number, special = '$`"\\'): WordPart[] {
  return partsBetween(frame, start, end, true, (text, at) => {
    const lineBreak = lineBreakAt(text, at + 1);
    if (lineBreak > 0) return { text: '', length: 1 + lineBreak };
    const next = text.charAt(at + 1);
    return next !== '' && special.includes(next) ? { text: next, length: 2 } : undefined;
  });
}

const named: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
};

/** `$'…'`: the escapes of C. */
export function ansiCParts(frame: Frame, start: number, end: number): WordPart[] {
  const parts = partsBetween(frame, start, end, true, (text, at) => {
    const numeric = /^(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{1,4}))/.exec(text.slice(at + 1, at + 6));
    if (numeric !== null) {
      const [whole, hex, octal, unicode] = numeric;
      const code = octal === undefined ? Number.parseInt(hex ?? unicode ?? '0', 16) : Number.parseInt(octal, 8);
      return { text: String.fromCharCode(code), length: 1 + whole.length };
    }
    const next = text.charAt(at + 1);
    return next === '' ? undefined : { text: named[next] ?? next, length: 2 };
  });
  return parts.length > 0 ? parts : [{ text: '', ...frame.map.span(start, start), quoted: true }];
}
