import type { Parser, TreeCursor } from 'web-tree-sitter';
import { type KconfigExpression, KconfigScanner } from './kconfig-expression.ts';
import { readKconfigLines } from './kconfig-lines.ts';
import { readOption } from './kconfig-option.ts';

export type KconfigType = 'bool' | 'tristate' | 'int' | 'hex' | 'string';

/** One attribute of a symbol, choice or menu. */
export type KconfigProperty =
  | { readonly kind: 'type'; readonly type: KconfigType }
  | { readonly kind: 'prompt'; readonly text: string; readonly condition: KconfigExpression | undefined }
  | { readonly kind: 'default'; readonly value: KconfigExpression; readonly condition: KconfigExpression | undefined }
  | { readonly kind: 'depends' | 'visible'; readonly condition: KconfigExpression }
  | {
      readonly kind: 'select' | 'imply';
      readonly name: string;
      readonly condition: KconfigExpression | undefined;
    }
  | {
      readonly kind: 'range';
      readonly low: KconfigExpression;
      readonly high: KconfigExpression;
      readonly condition: KconfigExpression | undefined;
    }
  | { readonly kind: 'optional' | 'modules' };

/** A Kconfig file as a flat list; blocks open and close. Lines are 0-based, offsets UTF-16. */
export type KconfigStatement =
  | {
      readonly kind: 'config' | 'menuconfig' | 'choice' | 'menu' | 'comment';
      /** Symbol name; for a menu or comment its text; '' for a nameless choice. */
      readonly name: string;
      readonly line: number;
      readonly properties: readonly KconfigProperty[];
      /** Where the help text stands in the file; `undefined` when there is none. */
      readonly help: { readonly start: number; readonly end: number } | undefined;
    }
  | { readonly kind: 'if'; readonly condition: KconfigExpression | undefined; readonly line: number }
  | { readonly kind: 'endmenu' | 'endchoice' | 'endif'; readonly line: number }
  | { readonly kind: 'source'; readonly pattern: string; readonly relative: boolean; readonly line: number }
  | { readonly kind: 'variable'; readonly name: string; readonly operator: string; readonly value: string };

/**
 * Reads one Kconfig file with the grammar; line by line where there is no parser, and where the grammar
 * fails: at lines it does not know, and at a symbol right after a help text, which it takes for help.
 */
export function readKconfigFile(parser: Parser | undefined, text: string): readonly KconfigStatement[] {
  const tree = parser?.parse(text);
  if (!tree) return readKconfigLines(text);
  try {
    if (tree.rootNode.hasError) return readKconfigLines(text);
    const reader = new Reader(text);
    const cursor = tree.walk();
    if (cursor.gotoFirstChild()) reader.entries(cursor);
    cursor.delete();
    return reader.misread ? readKconfigLines(text) : reader.statements;
  } finally {
    tree.delete();
  }
}

/** Turns a tree without errors into the flat list. */
class Reader {
  readonly statements: KconfigStatement[] = [];
  /** A type after a help text: two symbols became one. */
  misread = false;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads siblings; blocks are taken as their tokens (`endmenu`, …), so that their order stays the file's. */
  entries(cursor: TreeCursor): void {
    do {
      const type = cursor.nodeType;
      switch (type) {
        case 'config':
        case 'menuconfig':
        case 'choice':
        case 'menu':
        case 'comment_entry':
          if (cursor.nodeIsNamed) this.#block(cursor, type);
          break;
        case 'if':
          if (cursor.nodeIsNamed) this.#descend(cursor);
          else this.#if(cursor);
          break;
        case 'endmenu':
        case 'endchoice':
        case 'endif':
          this.statements.push({ kind: type, line: cursor.startPosition.row });
          break;
        case 'source':
          if (cursor.nodeIsNamed) this.#source(cursor);
          break;
        case 'variable':
          this.#variable(cursor);
          break;
      }
    } while (cursor.gotoNextSibling());
  }

  #descend(cursor: TreeCursor): void {
    if (!cursor.gotoFirstChild()) return;
    this.entries(cursor);
    cursor.gotoParent();
  }

  /** An `if` keyword and the condition beside it. */
  #if(cursor: TreeCursor): void {
    const line = cursor.startPosition.row;
    const start = cursor.endIndex;
    let end = this.#text.indexOf('\n', start);
    while (end > 0 && this.#text[end - 1] === '\\') end = this.#text.indexOf('\n', end + 1);
    const condition = new KconfigScanner(this.#text.slice(start, end < 0 ? undefined : end)).expression();
    this.statements.push({ kind: 'if', condition, line });
  }

  #source(cursor: TreeCursor): void {
    const scanner = new KconfigScanner(this.#text.slice(cursor.startIndex, cursor.endIndex));
    const keyword = scanner.word() ?? '';
    const pattern = scanner.text();
    if (pattern === undefined) return;
    const relative = keyword === 'rsource' || keyword === 'orsource';
    this.statements.push({ kind: 'source', pattern, relative, line: cursor.startPosition.row });
  }

  #variable(cursor: TreeCursor): void {
    const match = /^([\w-]+)\s*(:=|\+=|\?=|=)\s*(.*)/.exec(this.#text.slice(cursor.startIndex, cursor.endIndex));
    if (match)
      this.statements.push({ kind: 'variable', name: match[1] ?? '', operator: match[2] ?? '', value: match[3] ?? '' });
  }

  /** A symbol, choice, menu or comment: its head and options, then the entries inside it. */
  #block(cursor: TreeCursor, type: 'config' | 'menuconfig' | 'choice' | 'menu' | 'comment_entry'): void {
    const line = cursor.startPosition.row;
    const properties: KconfigProperty[] = [];
    let name = '';
    let help: { start: number; end: number } | undefined;
    const at = this.statements.length;
    if (!cursor.gotoFirstChild()) return;
    let inside = false;
    do {
      const child = cursor.nodeType;
      if (child === 'name' || (child === 'string' && name === '')) {
        name = new KconfigScanner(this.#text.slice(cursor.startIndex, cursor.endIndex)).text() ?? '';
      } else if (child === 'help_text') {
        help = { start: cursor.startIndex, end: cursor.endIndex };
      } else if (!inside && options.has(child)) {
        if (help !== undefined && child.startsWith('type_definition')) this.misread = true;
        properties.push(...readOption(this.#text.slice(cursor.startIndex, cursor.endIndex)));
      } else if (cursor.nodeIsNamed ? child !== 'comment' && child !== 'symbol' : child.startsWith('end')) {
        inside = true;
        this.entries(cursor);
        break;
      }
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    const kind = type === 'comment_entry' ? 'comment' : type;
    this.statements.splice(at, 0, { kind, name, line, properties, help });
  }
}

const options = new Set([
  'type_definition',
  'input_prompt',
  'default_value',
  'type_definition_default',
  'dependencies',
  'reverse_dependencies',
  'weak_reverse_dependencies',
  'limiting_menu_display',
  'numerical_ranges',
  'optional',
  'modules',
]);
