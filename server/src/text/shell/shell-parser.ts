import { Edit, Language, Parser, type Tree } from 'web-tree-sitter';
import { limits } from '../../limits.ts';
import type { GrammarLoader } from '../../ports/grammar-loader.ts';
import { copyNode, type ShellNode } from './shell-node.ts';

/** A statement of the top level, with the place of its first character in the script. */
export interface ShellStatement {
  readonly offset: number;
  readonly text: string;
  readonly node: ShellNode;
}

export interface ShellSyntax {
  readonly text: string;
  readonly statements: readonly ShellStatement[];
  /** False when the parser gave up (`limits.shellParseMs`): there are no statements then. */
  readonly complete: boolean;
}

interface LiveTree {
  readonly text: string;
  readonly tree: Tree;
}

/**
 * Bash grammar over tree-sitter. Scripts that are edited are parsed again from their last tree, and statements that did
 * not change are not copied out of the parser again. Trees are freed when they leave the cache or are replaced.
 */
export class ShellParser {
  readonly #parser: Parser;
  /** Trees of open documents, by URI, oldest first. */
  readonly #live = new Map<string, LiveTree>();
  /** Copied statements by their text, oldest first. */
  readonly #statements = new Map<string, ShellNode>();
  #kept = 0;

  private constructor(parser: Parser) {
    this.#parser = parser;
  }

  /** @throws when the WebAssembly files cannot be loaded. */
  static async create(loader: GrammarLoader): Promise<ShellParser> {
    const wasmBinary = await loader.loadRuntime();
    await Parser.init({ wasmBinary, locateFile: (name: string) => name } as unknown as Parameters<
      typeof Parser.init
    >[0]);
    const language = await Language.load(await loader.loadGrammar('bash'));
    const parser = new Parser();
    parser.setLanguage(language);
    return new ShellParser(parser);
  }

  /** Parses a script. With a `key` (a document's URI) its tree is kept, and the next parse starts from it. */
  parse(text: string, key?: string): ShellSyntax {
    const old = key === undefined ? undefined : this.#live.get(key);
    if (old !== undefined && old.text !== text) old.tree.edit(singleEdit(old.text, text));
    const tree = this.#parseWithin(text, old?.tree);
    if (key !== undefined) this.#live.delete(key);
    old?.tree.delete();
    if (tree === null) return { text, statements: [], complete: false };
    const statements = this.#copyStatements(tree, text);
    if (key === undefined) tree.delete();
    else this.#keep(key, { text, tree });
    return { text, statements, complete: true };
  }

  /** Frees what is kept for a document. */
  forget(key: string): void {
    this.#live.get(key)?.tree.delete();
    this.#live.delete(key);
  }

  dispose(): void {
    for (const key of [...this.#live.keys()]) this.forget(key);
    this.#statements.clear();
    this.#parser.delete();
  }

  #parseWithin(text: string, old: Tree | undefined): Tree | null {
    const deadline = performance.now() + limits.shellParseMs;
    const tree = this.#parser.parse(text, old ?? null, {
      progressCallback: () => performance.now() > deadline,
    });
    if (tree === null) this.#parser.reset();
    return tree;
  }

  #copyStatements(tree: Tree, text: string): readonly ShellStatement[] {
    const statements: ShellStatement[] = [];
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) {
      do {
        if (!cursor.nodeIsNamed && !cursor.nodeType.startsWith('ERROR')) continue;
        const offset = cursor.startIndex;
        const own = text.slice(offset, cursor.endIndex);
        const key = `${cursor.nodeType} ${own}`;
        let node = this.#statements.get(key);
        if (node === undefined) {
          node = copyNode(cursor, offset);
          this.#remember(key, node);
        }
        statements.push({ offset, text: own, node });
      } while (cursor.gotoNextSibling());
    }
    cursor.delete();
    return statements;
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

  #keep(key: string, live: LiveTree): void {
    this.#live.set(key, live);
    for (const [oldest] of this.#live) {
      if (this.#live.size <= limits.shellTrees) break;
      this.forget(oldest);
    }
  }
}

/** The smallest single replacement that makes `after` of `before`. */
function singleEdit(before: string, after: string): Edit {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  const oldEnd = before.length - tail;
  const newEnd = after.length - tail;
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
