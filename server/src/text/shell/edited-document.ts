import type { Tree } from 'web-tree-sitter';
import { limits } from '../../limits.ts';
import { type Difference, differenceOf } from './document-difference.ts';
import type { ShellNode } from './shell-node.ts';

/** A statement of the top level. The object stays the same while the text around it is edited. */
export interface StatementUnit {
  readonly text: string;
  readonly node: ShellNode;
  /** A place of its own for its first character, which stays when the statement moves. */
  readonly base: number;
  /** The parser could not make sense of all of it. */
  readonly broken: boolean;
}

/** A unit with the offset of its first character in the script. */
export interface ShellStatement {
  readonly offset: number;
  readonly unit: StatementUnit;
}

/** Statements read out of a syntax tree of some stretch of a document. */
export type ReadStatements = (text: string, make: MakeUnit) => readonly ShellStatement[] | undefined;
export type MakeUnit = (text: string, node: ShellNode, offset: number, broken: boolean) => StatementUnit;

/** A document between edits: its statements, and the tree that the next full parse starts from. */
export class EditedDocument {
  text: string;
  statements: readonly ShellStatement[] = [];
  /** The text of `tree`; edits since then have been read statement by statement. */
  treeText: string;
  tree: Tree | undefined;
  #nextBase: number;

  constructor(text: string) {
    this.text = text;
    this.treeText = text;
    this.#nextBase = text.length + 1;
  }

  /** Takes statements in, keeping the units of those that were there already. */
  makeUnits(replaced: readonly ShellStatement[]): MakeUnit {
    const known = new Map<string, StatementUnit[]>();
    for (const { unit } of replaced) {
      const key = keyOf(unit.text, unit.node);
      const same = known.get(key);
      if (same === undefined) known.set(key, [unit]);
      else same.push(unit);
    }
    return (text, node, offset, broken) => {
      const old = known.get(keyOf(text, node))?.shift();
      if (old !== undefined) return old;
      // The first reading of a document keeps offsets as they are.
      const base = this.statements.length === 0 ? offset : this.#nextBase;
      if (this.statements.length > 0) this.#nextBase += text.length + 1;
      return { text, node, base, broken };
    };
  }

  /**
   * Reads an edit by parsing the statements that it touches, and one whole statement on either side. `false` when that
   * is not enough: the edit reaches further (an opened quote or block), or something was broken before.
   */
  patch(text: string, read: ReadStatements): boolean {
    const { statements } = this;
    if (statements.length < limits.shellPatchStatements) return false;
    const difference = differenceOf(this.text, text);
    const [low, high] = this.#touched(difference);
    const first = statements[low];
    const last = statements[high];
    if (first === undefined || last === undefined || high - low > statements.length / 2) return false;
    const old = statements.slice(low, high + 1);
    if (old.some(({ unit }) => unit.broken)) return false;
    const start = low === 0 ? 0 : first.offset;
    const shift = difference.newEnd - difference.oldEnd;
    const end = high === statements.length - 1 ? text.length : last.offset + last.unit.text.length + shift;
    const window = read(text.slice(start, end), this.makeUnits(old));
    if (window === undefined) return false;
    const moved = window.map(({ offset, unit }) => ({ offset: offset + start, unit }));
    const [head, tail] = [moved[0], moved.at(-1)];
    if (low > 0 && (head?.unit !== first.unit || head.offset !== first.offset)) return false;
    if (high < statements.length - 1 && (tail?.unit !== last.unit || tail.offset !== last.offset + shift)) return false;
    const after = statements.slice(high + 1);
    this.statements = [
      ...statements.slice(0, low),
      ...moved,
      ...(shift === 0 ? after : after.map(({ offset, unit }) => ({ offset: offset + shift, unit }))),
    ];
    this.text = text;
    return true;
  }

  /** The statements that an edit touches, with a margin of one statement that is no comment. */
  #touched({ start, oldEnd }: Difference): readonly [low: number, high: number] {
    const { statements, text } = this;
    const last = statements.length - 1;
    // A word typed some blanks behind a command, or before one, becomes part of it.
    const from = start - (/[ \t]*$/.exec(text.slice(text.lastIndexOf('\n', start - 1) + 1, start))?.[0].length ?? 0);
    const to = oldEnd + (/^[ \t]*/.exec(text.slice(oldEnd, oldEnd + 200))?.[0].length ?? 0);
    let low = statements.findIndex(({ offset, unit }) => offset + unit.text.length >= from);
    if (low < 0) low = last;
    let high = statements.findLastIndex(({ offset }) => offset <= to);
    if (high < low) high = low;
    do low--;
    while (low > 0 && isComment(statements[low]));
    do high++;
    while (high < last && isComment(statements[high]));
    return [Math.max(0, low), Math.min(last, high)];
  }
}

function isComment(statement: ShellStatement | undefined): boolean {
  return statement?.unit.node.type === 'comment';
}

function keyOf(text: string, node: ShellNode): string {
  return `${node.type} ${text}`;
}
