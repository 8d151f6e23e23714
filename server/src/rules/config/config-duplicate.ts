import { type DotConfigSetting, isInexact } from '../../text/dot-config-syntax.ts';
import { type ConfigRule, lineSpan } from './config-facts.ts';

export const configDuplicate: ConfigRule = {
  *check(facts) {
    const count = facts.syntax.lines.reduce((sum, line) => sum + (line.kind === 'setting' ? 1 : 0), 0);
    if (count === facts.syntax.settings.size) return;
    const seen = new Map<string, DotConfigSetting>();
    const { lines } = facts.document;
    for (const line of facts.syntax.lines) {
      if (line.kind !== 'setting' || isInexact(line)) continue;
      const earlier = seen.get(line.name);
      seen.set(line.name, line);
      if (earlier === undefined) continue;
      const same = earlier.value === line.value;
      const removed = { start: lines.lineStart(earlier.line), end: lines.lineStart(earlier.line + 1), newText: '' };
      yield {
        rule: 'config-duplicate',
        ...lineSpan(facts, line.line),
        message: `CONFIG_${line.name} is set to ${shown(line)} here and to ${shown(earlier)} in line ${earlier.line + 1}: the last line wins.${same ? '' : ' Remove the one that is not meant.'}`,
        ...(same && { atMost: 'info' as const }),
        related: [{ ...lineSpan(facts, earlier.line), message: `set to ${shown(earlier)} first` }],
        fixes: [{ title: `Remove line ${earlier.line + 1}, which does not count`, edits: [removed], preferred: true }],
      };
    }
  },
};

function shown(setting: DotConfigSetting): string {
  return setting.raw ?? '"not set"';
}
