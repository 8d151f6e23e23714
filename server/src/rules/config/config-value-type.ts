import { type DotConfigSetting, quote, settingText } from '../../text/dot-config-syntax.ts';
import type { KconfigType } from '../../text/kconfig-file.ts';
import type { FoundFix } from '../text-rule.ts';
import type { ConfigFacts, ConfigRule } from './config-facts.ts';

export const configValueType: ConfigRule = {
  *check(facts) {
    for (const line of facts.syntax.lines) {
      if (line.kind !== 'setting' || line.raw === undefined || line.shape === 'open-string') continue;
      const type = facts.kconfig?.symbols.get(line.name)?.type;
      const wrong = type === undefined ? wrongForAny(line) : wrongFor(type, line);
      if (wrong === undefined) continue;
      const start = facts.document.lines.lineStart(line.line);
      yield {
        rule: 'config-value-type',
        start: start + line.valueStart,
        end: start + Math.max(line.valueEnd, line.valueStart),
        message: `CONFIG_${line.name}=${line.raw}: ${wrong}`,
        actual: line.raw,
        fixes: fixesFor(facts, line, type),
      };
    }
  },
};

/** What Kconfig does with a value its type does not have (scripts/kconfig/confdata.c: conf_set_sym_val). */
function wrongFor(type: KconfigType, line: DotConfigSetting): string | undefined {
  const raw = line.raw ?? '';
  switch (type) {
    case 'bool':
      if (raw === 'y' || raw === 'n') return undefined;
      return raw === 'm'
        ? 'the symbol is built in or not at all, it cannot be a module. Kconfig drops the value; write y or "is not set".'
        : `expected y or n. ${firstLetter(raw)}`;
    case 'tristate':
      return /^[ymn]$/.test(raw) ? undefined : `expected y, m or n. ${firstLetter(raw)}`;
    case 'int':
      return /^-?(?:0|[1-9]\d*)$/.test(raw)
        ? undefined
        : 'expected a decimal number. Kconfig drops the value and uses the default.';
    case 'hex':
      return /^(?:0[xX])?[0-9a-fA-F]+$/.test(raw)
        ? undefined
        : 'expected a hexadecimal number. Kconfig drops the value and uses the default.';
    case 'string':
      return line.shape === 'string'
        ? undefined
        : 'expected a text in double quotes. Kconfig drops the value and uses the default.';
  }
}

function firstLetter(raw: string): string {
  return /^[ymn]/.test(raw)
    ? `Kconfig looks at the first letter only and takes it for "${raw[0]}"; scripts that read the file do not.`
    : 'Kconfig drops the value and uses the default.';
}

/** Without the tree's Kconfig files: a value that no type has. */
function wrongForAny(line: DotConfigSetting): string | undefined {
  if (line.shape !== 'other' || /^[0-9a-fA-F]+$/.test(line.raw ?? '')) return undefined;
  const expected = 'expected y, m, n, a number or a text in double quotes';
  return /^[ymn]/.test(line.raw ?? '')
    ? `${expected}. Of a symbol that is on or off Kconfig looks at the first letter only, of others it drops the value.`
    : `${expected}; no symbol has such a value.`;
}

function fixesFor(facts: ConfigFacts, line: DotConfigSetting, type: KconfigType | undefined): FoundFix[] {
  const start = facts.document.lines.lineStart(line.line);
  const end = facts.document.lines.lineEnd(line.line);
  const raw = line.raw ?? '';
  const fix = (newText: string): FoundFix => ({
    title: `Write ${newText}`,
    edits: [{ start, end, newText }],
    preferred: true,
  });
  if (type === 'string') return [fix(`CONFIG_${line.name}=${quote(line.shape === 'string' ? line.value : raw)}`)];
  if (type === 'int' || type === 'hex') {
    const inner = line.value.trim();
    return /^(?:0[xX][0-9a-fA-F]+|-?\d+)$/.test(inner) && inner !== raw ? [fix(`CONFIG_${line.name}=${inner}`)] : [];
  }
  const letter = /^["']?(?:y|yes|true|on|1)["']?$/i.test(raw)
    ? 'y'
    : /^["']?(?:n|no|false|off|0)["']?$/i.test(raw)
      ? 'n'
      : undefined;
  if (letter !== undefined) return [fix(settingText(line.name, letter))];
  if (type === 'bool' && raw === 'm') return [fix(settingText(line.name, 'y'))];
  return type === undefined ? [fix(`CONFIG_${line.name}=${quote(raw)}`)] : [];
}
