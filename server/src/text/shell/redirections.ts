import type { MappedText } from '../source-map.ts';
import { MappedTextBuilder, sliceMapped } from '../source-map.ts';
import { childOf, childOfType, type ShellNode } from './shell-node.ts';
import type { Word } from './word.ts';
import { type Alternatives, asPiece, type Expansion, expandToOne, fillGaps, type Piece } from './word-expansion.ts';

/** What the redirections of one command say. */
export interface Redirections {
  /** Standard input, where it is written in the script. */
  readonly input: MappedText | undefined;
  readonly outputs: readonly { readonly path: Word; readonly append: boolean }[];
  /** What stands behind the here-document's start on the same line: a pipe's other end, `&& next`, more arguments. */
  readonly piped: ShellNode | undefined;
  readonly after: readonly ShellNode[];
  readonly arguments: readonly ShellNode[];
}

export function applyRedirects(node: ShellNode, frame: Expansion['frame'], context: Expansion): Redirections {
  let input: MappedText | undefined;
  const outputs: { path: Word; append: boolean }[] = [];
  let piped: ShellNode | undefined;
  const after: ShellNode[] = [];
  const args: ShellNode[] = [];
  const visit = (redirect: ShellNode): void => {
    if (redirect.type === 'file_redirect') {
      const destination = childOf(redirect, 'destination');
      const operator = redirect.children.find((child) => !child.named)?.type ?? '';
      const descriptor = childOf(redirect, 'descriptor');
      const other = descriptor !== undefined && frame.text.slice(descriptor.start, descriptor.end) !== '1';
      if (destination === undefined || !/^&?>[>|]?$/.test(operator) || other) return;
      const path = expandToOne(destination, context)[0];
      if (path !== undefined) outputs.push({ path, append: operator.endsWith('>>') });
    } else if (redirect.type === 'herestring_redirect') {
      input = hereString(redirect, context);
    } else if (redirect.type === 'heredoc_redirect') {
      input = hereDocument(redirect, context);
      for (const child of redirect.children) {
        if (child.field === 'redirect') visit(child);
        else if (child.type === 'pipeline') piped = child;
        else if (child.field === 'right') after.push(child);
        else if (child.field === 'argument') args.push(child);
      }
    }
  };
  for (const child of node.children) if (child.field === 'redirect' || /_redirect$/.test(child.type)) visit(child);
  return { input, outputs, piped, after, arguments: args };
}

export function hereString(redirect: ShellNode, context: Expansion): MappedText | undefined {
  const value = redirect.children.find((child) => child.named);
  const word = value === undefined ? undefined : expandToOne(value, context)[0];
  return word === undefined ? undefined : mappedParts(word.parts.map(asPiece));
}

/** Stands for an unknown value within a text that may be run as a script. */
const unknownText = '$_';

export function mappedParts(pieces: readonly Piece[]): MappedText {
  const builder = new MappedTextBuilder();
  for (const piece of pieces) {
    const parts = piece.kind === 'part' ? [piece.part] : piece.words.flatMap((word) => word.parts);
    for (const part of parts) builder.append(part.text ?? unknownText, part.start, part.end);
  }
  return builder.build();
}

/** The body as the command will read it: `<<-` without its tabs, `<<WORD` with its expansions made. */
function hereDocument(redirect: ShellNode, context: Expansion): MappedText | undefined {
  const { text, map } = context.frame;
  const startNode = childOfType(redirect, 'heredoc_start');
  const endNode = childOfType(redirect, 'heredoc_end');
  const body = childOfType(redirect, 'heredoc_body');
  if (startNode === undefined || body === undefined) return undefined;
  const start = text.lastIndexOf('\n', Math.max(0, body.start - 1)) + 1;
  const from = start > startNode.end && text.slice(start, body.start).trim() === '' ? start : body.start;
  const to = endNode === undefined ? body.end : Math.max(from, text.lastIndexOf('\n', endNode.start - 1) + 1);
  const quoted = /['"\\]/.test(text.slice(startNode.start, startNode.end));
  const mapped = quoted
    ? sliceMapped({ text, map }, from, to)
    : firstReading(fillGaps(body, from, to, context, 'here-document'));
  return redirect.children.some((child) => child.type === '<<-') ? withoutTabs(mapped) : mapped;
}

function firstReading(readings: Alternatives): MappedText {
  const first = mappedParts(readings[0] ?? []);
  return readings.length > 1 ? { ...first, readings: 'first' } : first;
}

function withoutTabs(body: MappedText): MappedText {
  const kept: { at: number; from: number }[] = [];
  let stripped = '';
  let at = 0;
  for (const line of body.text.split(/(?<=\n)/)) {
    const tabs = /^\t*/.exec(line)?.[0].length ?? 0;
    kept.push({ at: stripped.length, from: at + tabs });
    stripped += line.slice(tabs);
    at += line.length;
  }
  const original = (offset: number): number => {
    const line = kept.findLast((item) => item.at <= offset);
    return line === undefined ? offset : line.from + (offset - line.at);
  };
  return {
    ...body,
    text: stripped,
    map: {
      span: (start, end) => body.map.span(original(start), end > start ? original(end - 1) + 1 : original(end)),
    },
  };
}
