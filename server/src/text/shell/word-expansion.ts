import { limits } from '../../limits.ts';
import type { TextSpan } from '../source-map.ts';
import { expandBraces, splitFields } from './field-splitting.ts';
import { expandParameter } from './parameter-expansion.ts';
import { ansiCParts, quotedParts, unquotedParts } from './quoting.ts';
import type { ShellNode } from './shell-node.ts';
import type { Frame, ShellScope } from './shell-scope.ts';
import { makeWord, type Word, type WordPart } from './word.ts';

/** What an expansion gives before words are split: a stretch of text, or a word that is complete already (`"$@"`, `"${A[@]}"`). */
export type Piece =
  | { readonly kind: 'part'; readonly part: WordPart; readonly use: TextSpan; readonly fromVariable: boolean }
  | { readonly kind: 'words'; readonly words: readonly Word[] };

/** All readings of a stretch of script; at most `limits.shellAlternatives`. */
export type Alternatives = readonly (readonly Piece[])[];

/** Runs the commands of a substitution, which happen while the word is made. */
export type Substitute = (node: ShellNode, frame: Frame) => void;

export interface Expansion {
  readonly frame: Frame;
  readonly scope: ShellScope;
  readonly substitute: Substitute;
}

/** The words that a word of the script becomes, in every reading that the script's constants allow. */
export function expandWord(node: ShellNode, context: Expansion): readonly (readonly Word[])[] {
  const whole = context.frame.map.span(node.start, node.end);
  return expandPieces(node, context, false).map((pieces) => splitFields(expandBraces(pieces), whole));
}

/** The word unsplit, as in an assignment or a redirection. */
export function expandToOne(node: ShellNode, context: Expansion): readonly Word[] {
  const whole = context.frame.map.span(node.start, node.end);
  return expandPieces(node, context, false).map((pieces) => {
    const parts = pieces.flatMap((piece) => (piece.kind === 'part' ? [piece.part] : joinWords(piece.words)));
    const indirect = pieces.some((piece) => piece.kind === 'words' || piece.fromVariable);
    return makeWord(parts, whole.start, whole.end, indirect);
  });
}

function joinWords(words: readonly Word[]): WordPart[] {
  return words.flatMap((word, index): WordPart[] =>
    index === 0 ? [...word.parts] : [{ text: ' ', start: word.start, end: word.start, quoted: true }, ...word.parts],
  );
}

export function expandPieces(node: ShellNode, context: Expansion, quoted: boolean): Alternatives {
  const { frame } = context;
  switch (node.type) {
    case 'string':
    case 'translated_string':
      return expandQuoted(node, context);
    case 'raw_string':
      return [[literalPiece(frame, node.start + 1, node.end - 1)]];
    case 'ansi_c_string':
      return [ansiCParts(frame, node.start + 2, node.end - 1).map(asPiece)];
    case 'concatenation':
    case 'command_name':
    case 'array':
      return node.children.length === 0 ? plain(node, frame, quoted) : sequence(node.children, context, quoted);
    case 'simple_expansion':
    case 'expansion':
      return expandParameter(node, context, quoted);
    case 'command_substitution':
    case 'process_substitution':
      context.substitute(node, frame);
      return [[unknownPiece(node, frame, quoted)]];
    case 'arithmetic_expansion':
      return [[unknownPiece(node, frame, quoted)]];
    default:
      return node.children.length > 0 && hasExpansion(node)
        ? fillGaps(node, node.start, node.end, context, quoted)
        : plain(node, frame, quoted);
  }
}

function hasExpansion(node: ShellNode): boolean {
  return node.children.some((child) => /expansion|substitution|string/.test(child.type) || hasExpansion(child));
}

function plain(node: ShellNode, frame: Frame, quoted: boolean): Alternatives {
  const parts = quoted ? quotedParts(frame, node.start, node.end) : unquotedParts(frame, node.start, node.end);
  return [parts.map(asPiece)];
}

/** A double-quoted string. The grammar drops some blanks between its children; they are put back. */
function expandQuoted(node: ShellNode, context: Expansion): Alternatives {
  const text = context.frame.text;
  const open = text.indexOf('"', node.start);
  const closed = text.charAt(node.end - 1) === '"' && node.end - 1 > open;
  const inner = fillGaps(node, open + 1, closed ? node.end - 1 : node.end, context, true);
  const empty: WordPart = { text: '', ...context.frame.map.span(open + 1, open + 1), quoted: true };
  return inner.map((pieces) => (pieces.length === 0 ? [asPiece(empty)] : pieces));
}

/** How a stretch of script is quoted; a here-document is like a string in which `"` is nothing special. */
export type Quoting = boolean | 'here-document';

/** Expands the children between two offsets and takes everything between them literally. */
export function fillGaps(
  node: ShellNode,
  start: number,
  end: number,
  context: Expansion,
  quoting: Quoting,
): Alternatives {
  const { frame } = context;
  const quoted = quoting !== false;
  const special = quoting === 'here-document' ? '$`\\' : undefined;
  const literal = (from: number, to: number): Alternatives => [
    (quoted ? quotedParts(frame, from, to, special) : unquotedParts(frame, from, to)).map(asPiece),
  ];
  let all: Alternatives = [[]];
  let at = start;
  for (const child of node.children) {
    if (child.start < at || child.end > end || !isExpanded(child, quoted)) continue;
    if (child.start > at) all = combine(all, literal(at, child.start));
    all = combine(all, expandPieces(child, context, quoted));
    at = child.end;
  }
  if (at < end) all = combine(all, literal(at, end));
  return all;
}

/** Within double quotes only expansions are special. */
function isExpanded(node: ShellNode, quoted: boolean): boolean {
  return quoted ? /expansion|substitution/.test(node.type) : node.named;
}

function sequence(nodes: readonly ShellNode[], context: Expansion, quoted: boolean): Alternatives {
  let all: Alternatives = [[]];
  for (const node of nodes) all = combine(all, expandPieces(node, context, quoted));
  return all;
}

export function combine(left: Alternatives, right: Alternatives): Alternatives {
  const [only] = right;
  if (right.length === 1 && only !== undefined) return left.map((pieces) => joined(pieces, only));
  const all: (readonly Piece[])[] = [];
  for (const one of left) {
    for (const two of right) if (all.length < limits.shellAlternatives) all.push(joined(one, two));
  }
  return all;
}

function joined(one: readonly Piece[], two: readonly Piece[]): readonly Piece[] {
  if (one.length + two.length <= limits.shellWordParts) return [...one, ...two];
  const last = two.at(-1) ?? one.at(-1);
  const place = last?.kind === 'part' ? last.use : { start: 0, end: 0 };
  const rest: WordPart = { text: undefined, start: place.start, end: place.end, quoted: true };
  return [...[...one, ...two].slice(0, limits.shellWordParts - 1), asPiece(rest)];
}

export function asPiece(part: WordPart): Piece {
  return { kind: 'part', part, use: part, fromVariable: false };
}

function literalPiece(frame: Frame, start: number, end: number): Piece {
  return asPiece({ text: frame.text.slice(start, end), ...frame.map.span(start, end), quoted: true });
}

export function unknownPiece(node: ShellNode, frame: Frame, quoted: boolean): Piece {
  return asPiece({
    text: undefined,
    source: frame.text.slice(node.start, node.end),
    ...frame.map.span(node.start, node.end),
    quoted,
  });
}
