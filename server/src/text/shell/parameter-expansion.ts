import type { TextSpan } from '../source-map.ts';
import { childOfType, type ShellNode } from './shell-node.ts';
import type { Variable } from './shell-scope.ts';
import type { Word, WordPart } from './word.ts';
import { type Alternatives, type Expansion, fillGaps, type Piece, unknownPiece } from './word-expansion.ts';

/** `$X`, `${X}`, `${X:-…}`, `"$@"`, `"${A[@]}"`. What cannot be followed is one unknown part. */
export function expandParameter(node: ShellNode, context: Expansion, quoted: boolean): Alternatives {
  const { frame, scope } = context;
  const use = frame.map.span(node.start, node.end);
  const unknown: Alternatives = [[unknownPiece(node, frame, quoted)]];
  const subscript = childOfType(node, 'subscript');
  const nameNode = node.children.find((child) => /variable_name$/.test(child.type));
  const text = (of: ShellNode): string => frame.text.slice(of.start, of.end);
  if (subscript !== undefined) {
    const simple = node.children.filter((child) => !['${', '}', 'subscript'].includes(child.type)).length === 0;
    return simple ? (expandElements(text(subscript), context, use, quoted) ?? unknown) : unknown;
  }
  if (nameNode === undefined) return unknown;
  const name = text(nameNode);
  const operator = node.type === 'expansion' ? operatorOf(node, nameNode, frame.text) : '';
  if (operator === undefined) return unknown;
  if (name === '@' || name === '*')
    return scope.args === undefined || operator !== '' ? unknown : [[{ kind: 'words', words: scope.args }]];
  if (/^[1-9]\d*$/.test(name)) {
    const known = scope.args?.[Number(name) - 1];
    if (known !== undefined) {
      if (quoted || !/\s/.test(known.value ?? '')) return [[{ kind: 'words', words: [known] }]];
      return [known.parts.map((part) => pieceOf(part, use, false))];
    }
    if (scope.args === undefined && operator === '') return unknown;
    return (
      expandOperator({ node, context, quoted, operator, variable: undefined, use }) ??
      (scope.args === undefined ? unknown : [[]])
    );
  }
  const variable = scope.get(name);
  return expandOperator({ node, context, quoted, operator, variable, use }) ?? unknown;
}

interface Operation {
  readonly node: ShellNode;
  readonly context: Expansion;
  readonly quoted: boolean;
  readonly operator: string;
  readonly variable: Variable | undefined;
  readonly use: TextSpan;
}

/** The operator after the name; `''` for none, `undefined` for one that changes the value. */
function operatorOf(node: ShellNode, name: ShellNode, text: string): string | undefined {
  if (text.slice(node.start, name.start) !== '${') return undefined;
  const match = /^(:?[-=+?])|^\}/.exec(text.slice(name.end, node.end));
  return match === null ? undefined : (match[1] ?? '');
}

function expandOperator(operation: Operation): Alternatives | undefined {
  const { node, context, quoted, operator, variable, use } = operation;
  const own = valuesOf(variable, use, quoted);
  const operand = (): Alternatives => {
    const at = node.children.find((child) => child.field === 'operator' || child.type === operator);
    return at === undefined ? [[]] : fillGaps(node, at.end, node.end - 1, context, quoted);
  };
  switch (operator.replace(':', '')) {
    case '':
    case '?':
      return own.length > 0 ? own : undefined;
    case '-':
    case '=': {
      const filled = operator.startsWith(':') ? own.filter((pieces) => !isEmpty(pieces)) : own;
      if (filled.length > 0 && filled.length === own.length && variable?.open === false) return filled;
      return [...filled, ...operand()];
    }
    case '+':
      return variable !== undefined && !variable.open && own.some(isEmpty) ? [[]] : [...operand(), []];
    default:
      return undefined;
  }
}

function isEmpty(pieces: readonly Piece[]): boolean {
  return pieces.every((piece) => piece.kind === 'part' && piece.part.text === '');
}

function valuesOf(variable: Variable | undefined, use: TextSpan, quoted: boolean): readonly (readonly Piece[])[] {
  if (variable === undefined) return [];
  return variable.values.map((value) => value.map((part) => pieceOf(part, use, quoted)));
}

function pieceOf(part: WordPart, use: TextSpan, quoted: boolean): Piece {
  return { kind: 'part', part: { ...part, quoted }, use, fromVariable: true };
}

/** `A[@]`, `A[*]`, `A[2]`. The words keep the place of the expansion; their parts stand in the array. */
function expandElements(
  subscript: string,
  context: Expansion,
  use: TextSpan,
  quoted: boolean,
): Alternatives | undefined {
  const match = /^(\w+)\[([@*]|\d+)\]$/.exec(subscript);
  const variable = match?.[1] === undefined ? undefined : context.scope.get(match[1]);
  const elements = variable?.elements;
  if (elements === undefined) return undefined;
  const moved = (word: Word): Word => ({ ...word, start: use.start, end: use.end, indirect: true });
  if (match?.[2] === '@' || match?.[2] === '*') return [[{ kind: 'words', words: elements.map(moved) }]];
  const one = elements[Number(match?.[2])];
  return one === undefined ? undefined : [one.parts.map((part) => pieceOf(part, use, quoted))];
}
