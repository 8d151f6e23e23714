import { and, type KconfigExpression } from './kconfig-expression.ts';
import type { KconfigProperty, KconfigStatement } from './kconfig-file.ts';
import { expandMacros } from './kconfig-macro.ts';
import { type KconfigSymbol, newSymbol } from './kconfig-symbol.ts';

/** Files read, by path from the tree's root, and what each `source` line (`path\nline`) leads to. */
export interface KconfigSources {
  readonly statements: ReadonlyMap<string, readonly KconfigStatement[]>;
  readonly globs: Map<string, readonly string[]>;
}

/** What the blocks around a statement impose on it. */
interface Surroundings {
  readonly depends: KconfigExpression | undefined;
  /** `visible if`, which limits prompts only. */
  readonly visible: KconfigExpression | undefined;
  readonly menus: readonly string[];
  readonly choice: KconfigSymbol | undefined;
}

type Entry = Extract<KconfigStatement, { kind: 'config' | 'menuconfig' | 'choice' | 'menu' | 'comment' }>;

/** Joins files into symbols, as Kconfig's menu_finalize does. */
export class KconfigAssembler {
  readonly symbols = new Map<string, KconfigSymbol>();
  modules: KconfigSymbol | undefined;
  readonly #sources: KconfigSources;
  readonly #variables: ReadonlyMap<string, string>;
  readonly #open = new Set<string>();
  #stack: Surroundings[] = [];
  #around: Surroundings = { depends: undefined, visible: undefined, menus: [], choice: undefined };

  constructor(sources: KconfigSources, variables: ReadonlyMap<string, string>) {
    this.#sources = sources;
    this.#variables = variables;
  }

  run(path: string): void {
    const statements = this.#sources.statements.get(path);
    if (statements === undefined || this.#open.has(path)) return;
    this.#open.add(path);
    const depth = this.#stack.length;
    for (const statement of statements) this.#statement(path, statement);
    // A block that its file leaves open ends with the file.
    while (this.#stack.length > depth) this.#close();
    this.#open.delete(path);
  }

  #statement(path: string, statement: KconfigStatement): void {
    switch (statement.kind) {
      case 'config':
      case 'menuconfig':
        this.#define(this.#symbol(statement.name), path, statement);
        break;
      case 'choice':
        this.#choice(path, statement);
        break;
      case 'menu':
        this.#enter({
          depends: and(this.#around.depends, dependsOf(statement.properties)),
          visible: and(this.#around.visible, conditionOf(statement.properties, 'visible')),
          menus: [...this.#around.menus, statement.name],
          choice: undefined,
        });
        break;
      case 'if':
        this.#enter({ ...this.#around, depends: and(this.#around.depends, statement.condition) });
        break;
      case 'endmenu':
      case 'endchoice':
      case 'endif':
        this.#close();
        break;
      case 'source':
        for (const file of this.#sources.globs.get(`${path}\n${statement.line}`) ?? []) this.run(file);
        break;
    }
  }

  #enter(around: Surroundings): void {
    this.#stack.push(this.#around);
    this.#around = around;
  }

  #close(): void {
    const outer = this.#stack.pop();
    if (outer) this.#around = outer;
  }

  #symbol(name: string): KconfigSymbol {
    let symbol = this.symbols.get(name);
    if (symbol === undefined) {
      symbol = newSymbol(name);
      this.symbols.set(name, symbol);
    }
    return symbol;
  }

  /** A choice is a symbol of its own, on which its values depend. */
  #choice(path: string, statement: Entry): void {
    const name = statement.name === '' ? `<choice ${path}:${statement.line + 1}>` : `<choice ${statement.name}>`;
    const choice = this.symbols.get(name) ?? newSymbol(name, true);
    this.symbols.set(name, choice);
    this.#define(choice, path, statement);
    if (statement.properties.some((property) => property.kind === 'optional')) choice.optional = true;
    const menus = [...this.#around.menus, choice.prompts[0]?.value ?? 'choice'];
    this.#enter({ depends: { kind: 'symbol', name }, visible: this.#around.visible, menus, choice });
  }

  #define(symbol: KconfigSymbol, path: string, entry: Entry): void {
    const around = this.#around;
    const depends = and(around.depends, dependsOf(entry.properties));
    let prompt: string | undefined;
    for (const property of entry.properties) {
      if (property.kind === 'prompt') {
        prompt = expandMacros(property.text, this.#variables) ?? property.text;
        const condition = and(and(around.visible, depends), property.condition);
        symbol.prompts.push({ value: prompt, condition });
      } else {
        this.#property(symbol, property, depends);
      }
    }
    symbol.definitions.push({ path, line: entry.line, help: entry.help, prompt, menus: around.menus, depends });
    const choice = around.choice;
    if (choice && !symbol.isChoice && prompt !== undefined && symbol.choice === undefined) {
      symbol.choice = choice;
      choice.values.push(symbol);
      choice.type ??= symbol.type;
      symbol.type ??= choice.type;
    }
  }

  #property(symbol: KconfigSymbol, property: KconfigProperty, depends: KconfigExpression | undefined): void {
    switch (property.kind) {
      case 'type':
        symbol.type ??= property.type;
        break;
      case 'default':
        symbol.defaults.push({ value: property.value, condition: and(depends, property.condition) });
        break;
      case 'range':
        symbol.ranges.push({ value: [property.low, property.high], condition: and(depends, property.condition) });
        break;
      case 'select':
      case 'imply': {
        const condition = and(depends, property.condition);
        const other = this.#symbol(property.name);
        const [own, theirs] =
          property.kind === 'select' ? [symbol.selects, other.selectedBy] : [symbol.implies, other.impliedBy];
        own.push({ value: property.name, condition });
        theirs.push({ value: symbol.name, condition });
        break;
      }
      case 'modules':
        this.modules = symbol;
        break;
    }
  }
}

function dependsOf(properties: readonly KconfigProperty[]): KconfigExpression | undefined {
  return conditionOf(properties, 'depends');
}

function conditionOf(
  properties: readonly KconfigProperty[],
  kind: 'depends' | 'visible',
): KconfigExpression | undefined {
  let all: KconfigExpression | undefined;
  for (const property of properties) if (property.kind === kind) all = and(all, property.condition);
  return all;
}
