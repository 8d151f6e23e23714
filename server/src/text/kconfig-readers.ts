import type { KconfigExpression } from './kconfig-expression.ts';
import { expandMacros } from './kconfig-macro.ts';
import type { Conditional, KconfigSymbol } from './kconfig-symbol.ts';
import type { KconfigTree } from './kconfig-tree.ts';

/** By symbol: the symbols whose calculation may look at it. */
export type KconfigReaders = ReadonlyMap<KconfigSymbol, readonly KconfigSymbol[]>;

/** Cost: one walk of all expressions. */
export function kconfigReaders(tree: KconfigTree): KconfigReaders {
  const readers = new Map<KconfigSymbol, KconfigSymbol[]>();
  for (const symbol of tree.symbols.values()) {
    const reads = (read: KconfigSymbol | undefined) => {
      if (read === undefined || read === symbol) return;
      const known = readers.get(read);
      if (known === undefined) readers.set(read, [symbol]);
      else if (known[known.length - 1] !== symbol) known.push(symbol);
    };
    const readsName = (name: string) => reads(tree.symbols.get(name));
    // A choice and its values are calculated from one another.
    for (const member of choiceGroup(symbol)) {
      reads(member);
      eachName(tree, member, readsName);
    }
  }
  return readers;
}

/** The choice that a symbol is, or is a value of, with all its values; for any other symbol itself alone. */
export function choiceGroup(symbol: KconfigSymbol): readonly KconfigSymbol[] {
  const choice = symbol.isChoice ? symbol : symbol.choice;
  return choice ? [choice, ...choice.values] : [symbol];
}

type Visit = (name: string) => void;

function eachName(tree: KconfigTree, symbol: KconfigSymbol, visit: Visit): void {
  const expression = (one: KconfigExpression | undefined) => eachOperand(tree, one, visit);
  for (const { depends } of symbol.definitions) expression(depends);
  for (const { condition } of symbol.prompts) expression(condition);
  for (const { value, condition } of symbol.defaults) {
    expression(value);
    expression(condition);
  }
  for (const { value, condition } of symbol.ranges) {
    for (const bound of value) expression(bound);
    expression(condition);
  }
  const raised = (by: readonly Conditional<string>[]) => {
    for (const { value, condition } of by) {
      visit(value);
      expression(condition);
    }
  };
  raised(symbol.selectedBy);
  raised(symbol.impliedBy);
}

function eachOperand(tree: KconfigTree, expression: KconfigExpression | undefined, visit: Visit): void {
  switch (expression?.kind) {
    case 'symbol':
      visit(expression.name);
      return;
    case 'macro': {
      const expanded = expandMacros(expression.text, tree.variables);
      if (expanded !== undefined) visit(expanded);
      return;
    }
    case 'not':
      eachOperand(tree, expression.operand, visit);
      return;
    case 'and':
    case 'or':
    case 'compare':
      eachOperand(tree, expression.left, visit);
      eachOperand(tree, expression.right, visit);
  }
}
