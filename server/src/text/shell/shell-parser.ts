import { Edit, Language, Parser, type Tree } from 'web-tree-sitter';
import { limits } from '../../limits.ts';
import type { GrammarLoader } from '../../ports/grammar-loader.ts';
import { differenceOf } from './document-difference.ts';
import { EditedDocument, type MakeUnit, type ShellStatement, type StatementUnit } from './edited-document.ts';
import { copyNode, type ShellNode } from './shell-node.ts';
import type { StatementMemory } from './statement-memory.ts';

export type { ShellStatement } from './edited-document.ts';

/** Characters handed to the parser at a time. */
const readCharacters = 1024;
/** One round parts all lines but those that another one hides. */
const mostRounds = 16;

export interface ShellSyntax {
  readonly text: string;
  readonly statements: readonly ShellStatement[];
  /** False when the parser gave up (`limits.shellParseMs`): the statements are those of single lines then. */
  readonly complete: boolean;
}

/**
 * Bash grammar over tree-sitter. Of a script that is edited only the statements around the edit are parsed again where
 * that is enough, else the whole from its last tree. Trees are freed when they leave the cache or are replaced.
 */
export class ShellParser {
  readonly #parser: Parser;
  /** What walks remember of statements and functions that stay the same; goes when they go. */
  readonly memories = new WeakMap<object, StatementMemory>();
  /** Documents that are edited, by URI, oldest first. */
  readonly #live = new Map<string, EditedDocument>();
  /** Copied statements by their text, oldest first. */
  readonly #statements = new Map<string, ShellNode>();
  #kept = 0;

  readonly #parseMs: number;

  private constructor(parser: Parser, parseMs: number) {
    this.#parser = parser;
    this.#parseMs = parseMs;
  }

  /** @throws when the WebAssembly files cannot be loaded. */
  static async create(loader: GrammarLoader, parseMs: number = limits.shellParseMs): Promise<ShellParser> {
    const wasmBinary = await loader.loadRuntime();
    await Parser.init({ wasmBinary, locateFile: (name: string) => name } as unknown as Parameters<
      typeof Parser.init
    >[0]);
    const language = await Language.load(await loader.loadGrammar('bash'));
    const parser = new Parser();
    parser.setLanguage(language);
    return new ShellParser(parser, parseMs);
  }

  /**
   * Parses a script. With a `key` (a document's URI) what was read is kept: the next text under that key is read from
   * the difference, and its unchanged statements are the same units.
   */
  parse(text: string, key?: string): ShellSyntax {
    if (key === undefined) return this.#parseOnce(text);
    const live = this.#live.get(key);
    const document = live ?? new EditedDocument(text);
    this.#live.delete(key);
    if (live === undefined || (live.text !== text && !live.patch(text, this.#readStretch)))
      this.#parseWhole(document, text);
    const { statements, tree } = document;
    if (tree === undefined) return { text, statements: this.#parseByLines(text), complete: false };
    this.#keep(key, document);
    return this.#whole(text, statements);
  }

  /** Frees what is kept for a document. */
  forget(key: string): void {
    this.#live.get(key)?.tree?.delete();
    this.#live.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#live.keys()]) this.forget(key);
    this.#statements.clear();
    this.#parser.delete();
  }

  #parseOnce(text: string): ShellSyntax {
    const read = this.#read(text);
    if (read === undefined) return { text, statements: this.#parseByLines(text), complete: false };
    read.tree.delete();
    return this.#whole(text, unitsOf(read.statements, plainUnit));
  }

  #whole(text: string, statements: readonly ShellStatement[]): ShellSyntax {
    const tooDeep = statements.some(({ unit }) => unit.node.cut);
    return tooDeep
      ? { text, statements: this.#parseByLines(text), complete: false }
      : { text, statements, complete: true };
  }

  /** What is too deep or too broken as a whole still has lines, and a command on a line of its own is what it says. */
  #parseByLines(text: string): readonly ShellStatement[] {
    const share = this.#parseMs / 4;
    const deadline = performance.now() + this.#parseMs;
    const statements: ShellStatement[] = [];
    for (let start = 0; start < text.length && statements.length < limits.shellCommands; ) {
      let end = text.indexOf('\n', start);
      while (end > 0 && text.charAt(end - 1) === '\\') end = text.indexOf('\n', end + 1);
      const line = text.slice(start, end < 0 ? text.length : end);
      const from = start;
      const read = /\S/.test(line) ? this.#read(line, undefined, share) : undefined;
      if (read !== undefined) {
        const make: MakeUnit = (own, node, offset, broken) => plainUnit(own, node, offset + from, broken);
        for (const { offset, unit } of unitsOf(read.statements, make)) statements.push({ offset: offset + from, unit });
        read.tree.delete();
      }
      start += line.length + 1;
      if (this.#parseMs > 0 && performance.now() > deadline) break;
    }
    return statements;
  }

  #parseWhole(document: EditedDocument, text: string): void {
    const old = document.tree;
    if (old !== undefined) old.edit(asEdit(document.treeText, text));
    const read = this.#read(text, old);
    old?.delete();
    document.tree = read?.tree;
    document.treeText = read?.treeText ?? text;
    document.text = text;
    if (read !== undefined) document.statements = unitsOf(read.statements, document.makeUnits(document.statements));
  }

  /** The statements of a stretch, when it is whole in itself. */
  readonly #readStretch = (text: string, make: MakeUnit): readonly ShellStatement[] | undefined => {
    const read = this.#read(text);
    if (read === undefined) return undefined;
    const isWhole = !read.tree.rootNode.hasError;
    read.tree.delete();
    return isWhole ? unitsOf(read.statements, make) : undefined;
  };

  /**
   * The statements of a text. Behind a pipeline of three commands the grammar takes the next line for arguments when `&&` or
   * `||` stands in it; such lines are parted by a `;` in the place of the newline and read again.
   */
  #read(text: string, old?: Tree, parseMs = this.#parseMs): ReadText | undefined {
    let treeText = text;
    let tree = this.#parseWithin(text, old, parseMs);
    for (let round = 0; tree !== null; round++) {
      const { statements, joins } = this.#copyStatements(tree, text);
      if (joins.length === 0 || round === mostRounds) return { tree, treeText, statements };
      const parted = withSemicolons(treeText, joins);
      tree.edit(asEdit(treeText, parted));
      const next = this.#parseWithin(parted, tree, parseMs);
      tree.delete();
      tree = next;
      treeText = parted;
    }
    return undefined;
  }

  #parseWithin(text: string, old?: Tree, parseMs = this.#parseMs): Tree | null {
    const deadline = performance.now() + parseMs;
    // The library copies all that a read returns; incremental parses ask often and need little each time.
    const read = (index: number): string => text.slice(index, index + readCharacters);
    const tree = this.#parser.parse(read, old ?? null, {
      progressCallback: () => performance.now() > deadline,
    });
    if (tree === null) this.#parser.reset();
    return tree;
  }

  #copyStatements(tree: Tree, text: string): { statements: readonly CopiedStatement[]; joins: readonly number[] } {
    const statements: CopiedStatement[] = [];
    const joins: number[] = [];
    const broken = tree.rootNode.hasError;
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) {
      do {
        if (!cursor.nodeIsNamed && !cursor.nodeType.startsWith('ERROR')) continue;
        const offset = cursor.startIndex;
        const own = text.slice(offset, cursor.endIndex);
        const key = `${cursor.nodeType} ${own}`;
        let node = this.#statements.get(key);
        if (node === undefined) {
          const before = joins.length;
          node = copyNode(cursor, offset, text, joins);
          if (joins.length === before) this.#remember(key, node);
        }
        statements.push({ offset, text: own, node, broken: broken && cursor.currentNode.hasError });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    return { statements, joins };
  }

  #remember(key: string, node: ShellNode): void {
    this.#statements.set(key, node);
    this.#kept += key.length;
    for (const [oldest] of this.#statements) {
      if (this.#kept <= limits.shellCacheCharacters) break;
      this.#statements.delete(oldest);
      this.#kept -= oldest.length;
    }
  }

  #keep(key: string, live: EditedDocument): void {
    this.#live.set(key, live);
    for (const [oldest] of this.#live) {
      if (this.#live.size <= limits.shellTrees) break;
      this.forget(oldest);
    }
  }
}

/** A statement as it stands in the text. */
interface CopiedStatement {
  readonly offset: number;
  readonly text: string;
  readonly node: ShellNode;
  readonly broken: boolean;
}

interface ReadText {
  readonly tree: Tree;
  /** What the tree is of: the text, but for ends of lines that are semicolons in it. */
  readonly treeText: string;
  readonly statements: readonly CopiedStatement[];
}

function unitsOf(statements: readonly CopiedStatement[], make: MakeUnit): readonly ShellStatement[] {
  return statements.map(({ offset, text, node, broken }) => ({ offset, unit: make(text, node, offset, broken) }));
}

function withSemicolons(text: string, places: readonly number[]): string {
  const letters = text.split('');
  for (const place of places) letters[place] = ';';
  return letters.join('');
}

function plainUnit(text: string, node: ShellNode, offset: number, broken: boolean): StatementUnit {
  return { text, node, base: offset, broken };
}

function asEdit(before: string, after: string): Edit {
  const { start, oldEnd, newEnd } = differenceOf(before, after);
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEnd),
    newEndPosition: pointAt(after, newEnd),
  });
}

function pointAt(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}
