import type { TreeCursor } from 'web-tree-sitter';
import { limits } from '../../limits.ts';

/**
 * A node of the syntax tree, copied out of WebAssembly memory: offsets count from the statement it belongs to, so that
 * an unchanged statement can be kept when the text around it changes.
 */
export interface ShellNode {
  readonly type: string;
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  readonly named: boolean;
  /** Some command substitution is in it: expanding it runs commands. */
  readonly substitutes: boolean;
  /** Something in it lies below `limits.shellNesting` and was not copied. */
  readonly cut: boolean;
  readonly children: readonly ShellNode[];
}

/**
 * Copies the node under the cursor; the cursor is back on it afterwards.
 * @param text what the cursor's offsets count in.
 * @param joins is told the ends of lines that the grammar took for blanks within a command.
 */
export function copyNode(cursor: TreeCursor, base: number, text: string, joins: number[], depth = 0): ShellNode {
  const children: ShellNode[] = [];
  const { nodeType, startIndex, endIndex, nodeIsNamed, currentFieldName } = cursor;
  const hasChildren = cursor.gotoFirstChild();
  const tooDeep = hasChildren && depth >= limits.shellNesting;
  if (hasChildren) {
    if (!tooDeep) {
      do children.push(copyNode(cursor, base, text, joins, depth + 1));
      while (cursor.gotoNextSibling());
    }
    cursor.gotoParent();
  }
  const join = nodeType === 'command' ? joinedLines(children, base, text) : undefined;
  if (join !== undefined) joins.push(join);
  return {
    type: nodeType,
    field: currentFieldName,
    start: startIndex - base,
    end: endIndex - base,
    named: nodeIsNamed,
    substitutes: /^(command|process)_substitution$/.test(nodeType) || children.some((child) => child.substitutes),
    cut: tooDeep || children.some((child) => child.cut),
    children,
  };
}

/** The first newline in a command: it ends one, unless a backslash stands before it or it belongs to one of the command's parts. */
function joinedLines(children: readonly ShellNode[], base: number, text: string): number | undefined {
  for (let index = 1; index < children.length; index++) {
    const from = base + (children[index - 1]?.end ?? 0);
    const gap = text.slice(from, base + (children[index]?.start ?? 0));
    const newline = /(?<!\\\r?)\n/.exec(gap);
    if (newline !== null) return from + newline.index;
  }
  return undefined;
}

export function childOf(node: ShellNode, field: string): ShellNode | undefined {
  return node.children.find((child) => child.field === field);
}

export function childOfType(node: ShellNode, type: string): ShellNode | undefined {
  return node.children.find((child) => child.type === type);
}
