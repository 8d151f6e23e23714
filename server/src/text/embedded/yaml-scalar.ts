import { isScalar, type Node, Scalar } from 'yaml';
import { type MappedText, MappedTextBuilder } from '../source-map.ts';
import { escapeAt } from './json-string.ts';

/**
 * The text of a YAML scalar with the place of every character, in each of YAML's five styles. Where the styles' rules
 * as applied here do not give the value that the YAML library read, the whole scalar stands for its whole place.
 */
export function scalarText(node: unknown, host: MappedText): MappedText | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined;
  const [start, end] = node.range;
  const { value } = node;
  const built = build(node, host, start, end);
  if (built !== undefined && built.text === value) return built;
  const span = host.map.span(start, end);
  return new MappedTextBuilder()
    .append(value, span.start, span.end === span.start + value.length ? span.end + 1 : span.end)
    .build();
}

/** Where a node stands in the host. */
export function nodeSpan(node: Node | null | undefined, host: MappedText): { start: number; end: number } {
  const [start, end] = node?.range ?? [0, 0, 0];
  return host.map.span(start, end);
}

function build(node: Scalar, host: MappedText, start: number, end: number): MappedText | undefined {
  switch (node.type) {
    case Scalar.PLAIN:
      return flow(host, start, end, 'plain');
    case Scalar.QUOTE_SINGLE:
      return flow(host, start + 1, end - 1, 'single');
    case Scalar.QUOTE_DOUBLE:
      return flow(host, start + 1, end - 1, 'double');
    case Scalar.BLOCK_LITERAL:
      return block(host, start, end, false, String(node.value));
    case Scalar.BLOCK_FOLDED:
      return block(host, start, end, true, String(node.value));
    default:
      return undefined;
  }
}

/** Plain and quoted scalars: a line break becomes a blank, an empty line a line break; blanks around breaks go. */
function flow(host: MappedText, start: number, end: number, style: 'plain' | 'single' | 'double'): MappedText {
  const { text, map } = host;
  const builder = new MappedTextBuilder();
  const add = (value: string, from: number, to: number): void => {
    const span = map.span(from, to);
    builder.append(value, span.start, span.end);
  };
  let at = start;
  while (at < end) {
    const rest = text.slice(at, end);
    const fold = /^[ \t]*(\r?\n)(?:[ \t]*\r?\n)*[ \t]*/.exec(rest);
    if (fold !== null) {
      const breaks = fold[0].split('\n').length - 1;
      add(breaks > 1 ? '\n'.repeat(breaks - 1) : ' ', at, at + fold[0].length);
      at += fold[0].length;
      continue;
    }
    const character = text.charAt(at);
    if (style === 'single' && character === "'") {
      add("'", at, at + 2);
      at += 2;
    } else if (style === 'double' && character === '\\') {
      const joined = /^\\\r?\n[ \t]*/.exec(rest);
      if (joined !== null) {
        at += joined[0].length;
        continue;
      }
      const meaning = escapeAt(text, at);
      add(meaning.text, at, at + meaning.length);
      at += meaning.length;
    } else {
      const run = /^(?:[^\s'\\]+|[ \t]+(?![ \t]*\r?\n)|[\s\S])/.exec(rest)?.[0] ?? character;
      add(run, at, at + run.length);
      at += run.length;
    }
  }
  return builder.build();
}

interface BlockLine {
  readonly start: number;
  readonly end: number;
  readonly breakEnd: number;
  readonly more: boolean;
}

/** `|` and `>`: the indentation goes; folding joins lines of the base indentation. Chomping is read off the value. */
function block(host: MappedText, start: number, end: number, folds: boolean, value: string): MappedText | undefined {
  const { text, map } = host;
  const header = /^[|>]([-+]?)([1-9]?)([-+]?)[^\n]*\n/.exec(text.slice(start, end));
  if (header === null) return undefined;
  const body = start + header[0].length;
  const indent = indentation(text.slice(body, end));
  const lines: BlockLine[] = [];
  for (let at = body; at < end; ) {
    const found = text.indexOf('\n', at);
    const breakEnd = found < 0 || found >= end ? end : found + 1;
    let lineEnd = breakEnd;
    while (lineEnd > at && /[\r\n]/.test(text.charAt(lineEnd - 1))) lineEnd--;
    const from = Math.min(lineEnd, at + indent);
    lines.push({ start: from, end: lineEnd, breakEnd, more: /^[ \t]/.test(text.slice(from, lineEnd)) });
    at = breakEnd;
  }
  const builder = new MappedTextBuilder();
  const add = (piece: string, from: number, to: number): void => {
    const span = map.span(from, to);
    builder.append(piece, span.start, span.end);
  };
  for (let index = 0; index < lines.length && builder.length < value.length; index++) {
    const line = lines[index];
    if (line === undefined) break;
    add(text.slice(line.start, line.end), line.start, line.end);
    let next = index + 1;
    while (next < lines.length && isEmpty(lines[next])) next++;
    const following = lines[next];
    const folded = folds && following !== undefined && !isEmpty(line) && !line.more && !following.more;
    if (folded && next === index + 1) add(' ', line.end, following.start);
    else if (folded) {
      add('\n'.repeat(next - index - 1), line.end, following.start);
      index = next - 1;
    } else if (builder.length < value.length) add('\n', line.end, line.breakEnd);
  }
  return builder.build();
}

function isEmpty(line: BlockLine | undefined): boolean {
  return line !== undefined && line.start >= line.end;
}

/** Blanks before the first line that has anything else. */
function indentation(body: string): number {
  return /^(?:[ ]*\r?\n)*([ ]*)/.exec(body)?.[1]?.length ?? 0;
}
