import { conjuncts, formatExpression, type KconfigExpression } from './kconfig-expression.ts';
import { exact, max } from './kconfig-interval.ts';
import type { KconfigSymbol } from './kconfig-symbol.ts';
import type { KconfigTree } from './kconfig-tree.ts';
import { isTristate, type KconfigValues, triText } from './kconfig-values.ts';

const levels: Readonly<Record<string, number>> = { n: 0, m: 1, y: 2 };

/** Why Kconfig does not leave a symbol at `wanted`, as the end of a sentence. */
export function explainValue(tree: KconfigTree, values: KconfigValues, symbol: KconfigSymbol, wanted: string): string {
  const value = values.of(symbol);
  if (symbol.definitions.length === 0) return 'this kernel has no such symbol';
  if (!isTristate(symbol)) {
    const range = value.visible === exact(0) ? undefined : values.rangeOf(symbol);
    if (range) return `a value from ${range[0]} to ${range[1]} is expected, others are dropped for the default`;
    return symbol.prompts.length === 0 ? 'it has no prompt: Kconfig computes it' : because(tree, values, symbol, 2);
  }
  const level = levels[wanted] ?? 0;
  const computed = levels[triText(value.tri) ?? ''] ?? 0;
  if (computed > level) {
    const by = selectors(values, symbol);
    if (by.length > 0) return `it is selected by ${by.join(' and ')}`;
    if (symbol.choice) return 'its choice must have a value, and falls back to this one';
    return symbol.prompts.length === 0 ? 'it has no prompt: Kconfig computes it' : because(tree, values, symbol, level);
  }
  if (symbol.prompts.length === 0) {
    return `it has no prompt: only a default or a select can set it${selectedBy(symbol)}`;
  }
  const choice = symbol.choice;
  if (choice && value.visible === exact(2)) {
    const chosen = values.chosen(choice);
    if (chosen && chosen !== symbol) return `CONFIG_${chosen.name} is chosen in the same choice`;
  }
  return because(tree, values, symbol, level);
}

/** The conditions that keep a prompt away, each with its value. */
function because(tree: KconfigTree, values: KconfigValues, symbol: KconfigSymbol, level: number): string {
  const prompt = symbol.prompts[0];
  if (prompt?.condition === undefined) return 'Kconfig computes another value';
  const unmet = unmetParts(tree, values, prompt.condition, level);
  return unmet.length === 0 ? 'Kconfig computes another value' : `it depends on ${unmet.slice(0, 3).join(' and on ')}`;
}

/** The parts of a condition that hold it below `level`, e.g. `NET, which is not set`. */
export function unmetParts(
  tree: KconfigTree,
  values: KconfigValues,
  condition: KconfigExpression,
  level: number,
): string[] {
  const parts = new Set<string>();
  for (const part of conjuncts(condition)) {
    const holds = values.evaluate(part);
    if (holds % 3 >= Math.max(level, 1)) continue;
    parts.add(describe(tree, part, holds));
  }
  return [...parts];
}

function describe(tree: KconfigTree, part: KconfigExpression, holds: number): string {
  if (part.kind !== 'symbol') return `${formatExpression(part)}, which is ${triText(holds) ?? 'open'}`;
  const symbol = tree.symbols.get(part.name);
  if (symbol === undefined || symbol.definitions.length === 0) return `${part.name}, which this kernel does not have`;
  if (symbol.isChoice) return `its choice "${symbol.prompts[0]?.value ?? ''}", which is not offered`;
  return `${part.name}, which is ${holds === exact(1) ? 'm' : 'not set'}`;
}

function selectors(values: KconfigValues, symbol: KconfigSymbol): string[] {
  return symbol.selectedBy
    .filter((by) => values.evaluate({ kind: 'symbol', name: by.value }) !== exact(0))
    .filter((by) => max(values.evaluate(by.condition), exact(0)) !== exact(0))
    .slice(0, 3)
    .map((by) => `CONFIG_${by.value}`);
}

function selectedBy(symbol: KconfigSymbol): string {
  const names = symbol.selectedBy.slice(0, 3).map((by) => by.value);
  return names.length === 0
    ? ''
    : ` (it is selected by ${names.join(', ')}${symbol.selectedBy.length > 3 ? ', …' : ''})`;
}
