import { limits } from '../../limits.ts';
import { type DotConfigSetting, quote, settingText } from '../../text/dot-config-syntax.ts';
import { explainValue } from '../../text/kconfig-explain.ts';
import type { KconfigSymbol } from '../../text/kconfig-symbol.ts';
import type { KconfigTree } from '../../text/kconfig-tree.ts';
import { isTristate, type KconfigValues } from '../../text/kconfig-values.ts';
import type { Found } from '../text-rule.ts';
import { type ConfigFacts, type ConfigRule, lineSpan } from './config-facts.ts';

export const configDependency: ConfigRule = {
  *check(facts) {
    const { kconfig: tree, values } = facts;
    if (tree === undefined || values === undefined) return;
    let told = 0;
    let more = 0;
    let last: DotConfigSetting | undefined;
    const otherwise = values.otherwise();
    for (const setting of otherwise.size === 0 ? [] : facts.syntax.settings.values()) {
      if (!otherwise.has(setting.name)) continue;
      const found = differing(facts, tree, values, setting);
      if (found === undefined) continue;
      last = setting;
      if (told++ < limits.configFindings) yield found;
      else more++;
    }
    if (more > 0 && last) {
      yield {
        rule: 'config-dependency',
        ...lineSpan(facts, last.line),
        message: `Kconfig will change ${more} more settings of this file. Run "make olddefconfig" and compare.`,
      };
    }
  },
};

function differing(
  facts: ConfigFacts,
  tree: KconfigTree,
  values: KconfigValues,
  setting: DotConfigSetting,
): Found | undefined {
  const symbol = tree.symbols.get(setting.name);
  if (symbol === undefined || symbol.definitions.length === 0 || symbol.type === undefined) {
    // An unset symbol that does not exist is what everybody wants.
    return setting.value === 'n' && setting.shape !== 'string' ? undefined : unknownSymbol(facts, setting);
  }
  // What a fragment leaves out, its base file may set.
  if (facts.role === 'fragment' || wrongType(symbol, setting)) return undefined;
  const computed = values.textOf(symbol);
  if (values.isLeftOut(symbol)) return leftOut(facts, setting, explainValue(tree, values, symbol, setting.value));
  if (computed === undefined || computed === setting.value) return undefined;
  const span = lineSpan(facts, setting.line);
  const written = isTristate(symbol)
    ? settingText(setting.name, computed)
    : `CONFIG_${setting.name}=${symbol.type === 'string' ? quote(computed) : computed}`;
  return {
    rule: 'config-dependency',
    ...span,
    message: `Kconfig will make this "${written}": ${explainValue(tree, values, symbol, setting.value)}.`,
    symbol: setting.name,
    expected: computed,
    actual: setting.value,
    fixes: [{ title: `Write "${written}", as Kconfig will`, edits: [{ ...span, newText: written }] }],
  };
}

/** A number or text whose symbol is not there with this configuration. */
function leftOut(facts: ConfigFacts, setting: DotConfigSetting, why: string): Found {
  const span = lineSpan(facts, setting.line);
  const next = facts.document.lines.lineStart(setting.line + 1);
  return {
    rule: 'config-dependency',
    ...span,
    message: `Kconfig will drop this line: ${why}.`,
    symbol: setting.name,
    actual: setting.value,
    fixes: [{ title: 'Remove the line, as Kconfig will', edits: [{ start: span.start, end: next, newText: '' }] }],
  };
}

/** A value of another type is told by config-value-type. */
function wrongType(symbol: KconfigSymbol, setting: DotConfigSetting): boolean {
  if (setting.raw === undefined) return !isTristate(symbol);
  if (symbol.type === 'bool') return setting.raw !== 'y' && setting.raw !== 'n';
  if (symbol.type === 'tristate') return setting.shape !== 'tristate';
  return symbol.type === 'string' ? setting.shape !== 'string' : setting.shape !== 'number' && setting.shape !== 'hex';
}

function unknownSymbol(facts: ConfigFacts, setting: DotConfigSetting): Found {
  const span = lineSpan(facts, setting.line);
  return {
    rule: 'config-dependency',
    ...span,
    message: `This kernel has no symbol ${setting.name}: Kconfig drops the line. It may be misspelt, renamed or of another kernel version.`,
    symbol: setting.name,
    actual: setting.value,
    fixes: [
      {
        title: 'Remove the line',
        edits: [{ start: span.start, end: facts.document.lines.lineStart(setting.line + 1), newText: '' }],
      },
    ],
  };
}
