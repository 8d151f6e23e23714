import type { KconfigExpression } from './kconfig-expression.ts';
import { compareTexts, exact, type Interval, includes, interval, max, min, not, unknown } from './kconfig-interval.ts';
import { expandMacros } from './kconfig-macro.ts';
import { clamp, initialText, isWithin, toNumber } from './kconfig-number.ts';
import { choiceGroup, type KconfigReaders, kconfigReaders } from './kconfig-readers.ts';
import type { Conditional, KconfigSymbol } from './kconfig-symbol.ts';
import type { KconfigTree } from './kconfig-tree.ts';

/** What Kconfig makes of one symbol, given a configuration. */
export interface SymbolValue {
  /** For bool and tristate: n 0, m 1, y 2. An interval where the build machine decides. */
  tri: Interval;
  /** For int, hex and string; `undefined`: only the build machine knows. */
  text: string | undefined;
  /** How far the user may set it. */
  visible: Interval;
  /** What selects make of it at least. */
  selected: Interval;
  /** How far `depends on` lets it go. */
  depends: Interval;
}

/** The setting of a configuration file as Kconfig's reader takes it. */
export interface UserValue {
  readonly value: string;
}

/** Settings that may change between two versions of a file before it is calculated as a whole. */
const fewSettings = 64;
/** Symbols calculated anew for a change; beyond it the whole is as fast. */
const fewSymbols = 8_000;

const levels: Readonly<Record<string, number>> = { n: 0, m: 1, y: 2 };

/**
 * Kconfig's calculation of every value (scripts/kconfig/symbol.c: sym_calc_value, sym_calc_visibility).
 * Where a value hangs on the compiler or another tool, what the configuration recorded is taken.
 */
export class KconfigValues {
  readonly #tree: KconfigTree;
  #user: ReadonlyMap<string, UserValue>;
  /** The file lists all there is, so that what it does not name is `n`. */
  readonly #complete: boolean;
  readonly #values = new Map<KconfigSymbol, SymbolValue>();
  #readers: KconfigReaders | undefined;
  /** Settings that come out otherwise, as far as known; `undefined`: not looked for yet. */
  #otherwise: Set<string> | undefined;
  /** Settings and symbols that may have changed since. */
  readonly #doubtful = new Set<string>();

  constructor(tree: KconfigTree, user: ReadonlyMap<string, UserValue>, complete: boolean) {
    this.#tree = tree;
    this.#user = user;
    this.#complete = complete;
  }

  of(symbol: KconfigSymbol): SymbolValue {
    return this.#values.get(symbol) ?? this.#calculated(symbol);
  }

  #calculated(symbol: KconfigSymbol): SymbolValue {
    const value = {
      tri: exact(0),
      text: initialText(symbol),
      visible: exact(0),
      selected: exact(0),
      depends: exact(2),
    };
    // Registered before it is complete: a circle finds what there is so far, as in Kconfig.
    this.#values.set(symbol, value);
    this.#calculate(symbol, value);
    return value;
  }

  /**
   * Takes another version of the same configuration. Only what reads a setting that changed is calculated anew, and what
   * reads that as far as it comes out otherwise: an edit touches some dozens of Linux's 16,000 symbols.
   */
  update(user: ReadonlyMap<string, UserValue>): void {
    const changed = changedNames(this.#user, user);
    this.#user = user;
    const modules = this.#tree.modules;
    if (changed.length > fewSettings || (modules && changed.includes(modules.name))) {
      this.#forget();
      return;
    }
    for (const name of changed) this.#doubtful.add(name);
    const symbols = changed.flatMap((name) => this.#tree.symbols.get(name) ?? []);
    if (symbols.length === 0) return;
    this.#readers ??= kconfigReaders(this.#tree);
    const queue = new Set(symbols.flatMap(choiceGroup));
    let calculated = 0;
    for (const symbol of queue) {
      queue.delete(symbol);
      const before = this.#values.get(symbol);
      if (before === undefined) continue;
      if (calculated++ > fewSymbols) {
        this.#forget();
        return;
      }
      this.#doubtful.add(symbol.name);
      if (isSame(before, this.#calculated(symbol))) continue;
      for (const reader of this.#readers.get(symbol) ?? []) queue.add(reader);
    }
  }

  #forget(): void {
    this.#values.clear();
    this.#otherwise = undefined;
  }

  /**
   * The settings of the configuration that Kconfig changes, drops or does not know. After an edit only what it reaches is
   * looked at again: a lookup for each of 10,000 lines takes longer than all the rest of a keystroke.
   */
  otherwise(): ReadonlySet<string> {
    const doubtful = this.#otherwise === undefined ? this.#user.keys() : this.#doubtful;
    this.#otherwise ??= new Set();
    for (const name of doubtful) {
      if (this.#comesOutOtherwise(name)) this.#otherwise.add(name);
      else this.#otherwise.delete(name);
    }
    this.#doubtful.clear();
    return this.#otherwise;
  }

  #comesOutOtherwise(name: string): boolean {
    const setting = this.#user.get(name);
    if (setting === undefined) return false;
    const symbol = this.#tree.symbols.get(name);
    if (symbol === undefined || symbol.definitions.length === 0 || symbol.type === undefined) return true;
    const computed = this.textOf(symbol);
    return (computed !== undefined && computed !== setting.value) || this.isLeftOut(symbol);
  }

  /** The text in which a symbol's value would be written: `y`, `m`, `n`, or its text. */
  textOf(symbol: KconfigSymbol): string | undefined {
    const value = this.of(symbol);
    return isTristate(symbol) ? triText(value.tri) : value.text;
  }

  /** Whether Kconfig leaves a number or text out of the file: no prompt, and no default that holds. */
  isLeftOut(symbol: KconfigSymbol): boolean {
    if (isTristate(symbol) || this.of(symbol).visible !== exact(0)) return false;
    return symbol.defaults.every(({ condition }) => this.evaluate(condition) === exact(0));
  }

  /** Whether the configuration's own setting of it has a form Kconfig takes. */
  userLevel(symbol: KconfigSymbol): number | undefined {
    const text = this.#user.get(symbol.name)?.value;
    if (text === undefined) return undefined;
    const level = levels[text[0] ?? ''];
    return level === 1 && symbol.type === 'bool' ? undefined : level;
  }

  evaluate(expression: KconfigExpression | undefined): Interval {
    if (expression === undefined) return exact(2);
    switch (expression.kind) {
      case 'symbol':
        return this.#symbolLevel(expression.name);
      case 'constant':
        return exact(levels[expression.text] ?? 0);
      case 'macro':
        return this.#macroLevel(expression.text);
      case 'not':
        return not(this.evaluate(expression.operand));
      case 'and': {
        const left = this.evaluate(expression.left);
        return left === exact(0) ? left : min(left, this.evaluate(expression.right));
      }
      case 'or': {
        const left = this.evaluate(expression.left);
        return left === exact(2) ? left : max(left, this.evaluate(expression.right));
      }
      case 'compare': {
        const left = this.#operandText(expression.left);
        const right = this.#operandText(expression.right);
        if (left === undefined || right === undefined) return unknown;
        return exact(compareTexts(left, expression.operator, right) ? 2 : 0);
      }
    }
  }

  #symbolLevel(name: string): Interval {
    if (name === 'y' || name === 'n') return exact(name === 'y' ? 2 : 0);
    if (name === 'm') return min(exact(1), this.#modules());
    const symbol = this.#tree.symbols.get(name);
    if (symbol === undefined || symbol.type === undefined || !isTristate(symbol)) return exact(0);
    return this.of(symbol).tri;
  }

  #macroLevel(text: string): Interval {
    const expanded = expandMacros(text, this.#tree.variables);
    return expanded === undefined ? unknown : this.#symbolLevel(expanded);
  }

  #operandText(operand: KconfigExpression): string | undefined {
    if (operand.kind === 'constant') return operand.text;
    if (operand.kind === 'macro') return expandMacros(operand.text, this.#tree.variables);
    if (operand.kind !== 'symbol') return undefined;
    const symbol = this.#tree.symbols.get(operand.name);
    if (symbol === undefined || symbol.type === undefined) return operand.name;
    return this.textOf(symbol);
  }

  #modules(): Interval {
    return this.#tree.modules === undefined ? exact(2) : this.of(this.#tree.modules).tri;
  }

  /** Whether only y and n are possible (symbol.c: sym_get_type). */
  #isBool(symbol: KconfigSymbol, visible: Interval): boolean {
    if (symbol.type === 'bool') return true;
    if (symbol.choice !== undefined && visible === exact(2)) return true;
    return symbol !== this.#tree.modules && this.#modules() === exact(0);
  }

  #calculate(symbol: KconfigSymbol, value: SymbolValue): void {
    value.visible = this.#visibility(symbol);
    const promote = (level: Interval): Interval => (this.#isBool(symbol, value.visible) ? promoted(level) : level);
    value.depends = promote(this.#dependencies(symbol));
    value.selected = promote(this.#raised(symbol.selectedBy));
    if (isTristate(symbol)) {
      value.tri = this.#recorded(symbol, promote(this.#level(symbol, value)));
    } else {
      value.text = this.#text(symbol, value.visible);
    }
  }

  #visibility(symbol: KconfigSymbol): Interval {
    let visible = exact(0);
    for (const prompt of symbol.prompts) {
      let level = this.evaluate(prompt.condition);
      const choice = symbol.choice;
      if (choice && symbol.type === 'tristate' && level === exact(1) && this.of(choice).tri === exact(2))
        level = exact(0);
      visible = max(visible, level);
    }
    const onlyYes = symbol.type !== 'tristate' || (symbol !== this.#tree.modules && this.#modules() === exact(0));
    return onlyYes ? promoted(visible) : visible;
  }

  #dependencies(symbol: KconfigSymbol): Interval {
    let depends = exact(0);
    for (const definition of symbol.definitions) depends = max(depends, this.evaluate(definition.depends));
    return depends;
  }

  #raised(by: readonly Conditional<string>[]): Interval {
    let level = exact(0);
    for (const { value, condition } of by) {
      const own = this.#symbolLevel(value);
      if (own !== exact(0)) level = max(level, min(own, this.evaluate(condition)));
    }
    return level;
  }

  #level(symbol: KconfigSymbol, value: SymbolValue): Interval {
    if (symbol.isChoice) return this.#choiceLevel(symbol, value.visible);
    const choice = symbol.choice;
    if (choice && value.visible === exact(2)) {
      if (this.of(choice).tri === exact(0)) return exact(0);
      const chosen = this.chosen(choice);
      return chosen === undefined ? unknown : exact(chosen === symbol ? 2 : 0);
    }
    const user = this.userLevel(symbol);
    if (user !== undefined && value.visible !== exact(0)) {
      const asUser = min(exact(user), value.visible);
      // Where it may be invisible, the default may count instead.
      const level = includes(value.visible, 0) ? span(asUser, this.#defaultLevel(symbol, value)) : asUser;
      return max(level, value.selected);
    }
    return max(this.#defaultLevel(symbol, value), value.selected);
  }

  #defaultLevel(symbol: KconfigSymbol, value: SymbolValue): Interval {
    let level = this.#firstDefault(symbol);
    const implied = this.#raised(symbol.impliedBy);
    if (implied !== exact(0)) level = min(max(level, implied), value.depends);
    return level;
  }

  #firstDefault(symbol: KconfigSymbol): Interval {
    let possible: Interval | undefined;
    for (const { value, condition } of symbol.defaults) {
      const holds = this.evaluate(condition);
      if (holds === exact(0)) continue;
      // `default m` means m even without modules; it becomes y below (only conditions read m as "m && MODULES").
      const isModule = value.kind === 'symbol' && value.name === 'm';
      const level = min(isModule ? exact(1) : this.evaluate(value), holds);
      possible = possible === undefined ? level : span(possible, level);
      if (!includes(holds, 0)) return possible;
    }
    return possible === undefined ? exact(0) : span(possible, exact(0));
  }

  #choiceLevel(choice: KconfigSymbol, visible: Interval): Interval {
    let user = 0;
    for (const value of choice.values) user = Math.max(user, this.userLevel(value) ?? 0);
    const level = min(exact(user), visible);
    return choice.optional ? level : max(level, min(visible, exact(1)));
  }

  /** The selected value of a choice that is on (symbol.c: sym_calc_choice); `undefined` when it cannot be told. */
  chosen(choice: KconfigSymbol): KconfigSymbol | undefined {
    const set = choice.values.filter((value) => this.userLevel(value) === 2);
    const user = set.at(-1);
    if (user && this.#visibility(user) !== exact(0)) return user;
    for (const { value, condition } of choice.defaults) {
      if (this.evaluate(condition) === exact(0) || value.kind !== 'symbol') continue;
      const symbol = this.#tree.symbols.get(value.name);
      if (symbol && this.#visibility(symbol) !== exact(0)) return symbol;
    }
    return choice.values.find((value) => this.#visibility(value) !== exact(0));
  }

  /** Takes the configuration's word where the tree alone leaves more than one value possible. */
  #recorded(symbol: KconfigSymbol, level: Interval): Interval {
    if (triText(level) !== undefined || symbol.isChoice) return level;
    const user = this.userLevel(symbol);
    if (user !== undefined) return includes(level, user) ? exact(user) : level;
    return this.#complete && !this.#user.has(symbol.name) && includes(level, 0) ? exact(0) : level;
  }

  #text(symbol: KconfigSymbol, visible: Interval): string | undefined {
    const user = this.#user.get(symbol.name)?.value;
    const range = this.rangeOf(symbol);
    // A value out of range is forgotten when the file is read (confdata.c: conf_read).
    if (user !== undefined && visible !== exact(0) && (range === undefined || isWithin(user, range))) return user;
    for (const { value, condition } of symbol.defaults) {
      const holds = this.evaluate(condition);
      if (holds === exact(0)) continue;
      const text = includes(holds, 0) ? undefined : this.#operandText(value);
      return text === undefined ? user : clamp(symbol, text, range);
    }
    return clamp(symbol, initialText(symbol), range);
  }

  /** The range in force for a number; `undefined`: none, or one that cannot be told. */
  rangeOf(symbol: KconfigSymbol): readonly [low: number, high: number] | undefined {
    for (const { value, condition } of symbol.ranges) {
      const holds = this.evaluate(condition);
      if (holds === exact(0)) continue;
      const [low, high] = value.map((bound) => toNumber(symbol, this.#operandText(bound) ?? ''));
      return includes(holds, 0) || low === undefined || high === undefined ? undefined : [low, high];
    }
    return undefined;
  }
}

function changedNames(
  before: ReadonlyMap<string, UserValue>,
  after: ReadonlyMap<string, UserValue>,
): readonly string[] {
  const names: string[] = [];
  let kept = 0;
  for (const [name, setting] of after) {
    const known = before.get(name);
    if (known !== undefined) kept++;
    if (known !== setting && known?.value !== setting.value) names.push(name);
  }
  if (kept < before.size) for (const name of before.keys()) if (!after.has(name)) names.push(name);
  return names;
}

function isSame(a: SymbolValue, b: SymbolValue): boolean {
  return (
    a.tri === b.tri &&
    a.text === b.text &&
    a.visible === b.visible &&
    a.selected === b.selected &&
    a.depends === b.depends
  );
}

export function isTristate(symbol: KconfigSymbol): boolean {
  return symbol.isChoice || symbol.type === 'bool' || symbol.type === 'tristate';
}

/** `y`, `m` or `n`; `undefined` when more than one is possible. */
export function triText(level: Interval): string | undefined {
  return level === exact(0) ? 'n' : level === exact(1) ? 'm' : level === exact(2) ? 'y' : undefined;
}

function promoted(level: Interval): Interval {
  const up = (bound: number): number => (bound === 1 ? 2 : bound);
  return interval(up(Math.floor(level / 3)), up(level % 3));
}

function span(a: Interval, b: Interval): Interval {
  return interval(Math.min(Math.floor(a / 3), Math.floor(b / 3)), Math.max(a % 3, b % 3));
}
