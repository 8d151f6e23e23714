import { settingText } from '../../text/dot-config-syntax.ts';
import type { FoundFix, SpanEdit } from '../text-rule.ts';
import type { ConfigFacts } from './config-facts.ts';

/**
 * A fix that gives symbols their values in the spelling Kconfig reads: a line that exists is rewritten,
 * one that does not is added (after `after`'s line, else at the end). `n` becomes `# CONFIG_X is not set`.
 */
export function setSymbols(
  facts: ConfigFacts,
  title: string,
  values: Readonly<Record<string, string>>,
  after?: string,
): FoundFix {
  const { lines, text } = facts.document;
  const edits: SpanEdit[] = [];
  let added = '';
  for (const [name, value] of Object.entries(values)) {
    const setting = facts.syntax.settings.get(name);
    const newText = settingText(name, value);
    if (setting) {
      edits.push({ start: lines.lineStart(setting.line), end: lines.lineEnd(setting.line), newText });
    } else if (value !== 'n') {
      added += `${newText}\n`;
    }
  }
  if (added !== '') {
    const anchor = after === undefined ? undefined : facts.syntax.settings.get(after);
    const at = anchor ? lines.lineStart(anchor.line + 1) : text.length;
    const needsBreak = at === text.length && text !== '' && !text.endsWith('\n');
    edits.push({ start: at, end: at, newText: needsBreak ? `\n${added}` : added });
  }
  return { title, edits, preferred: true };
}
