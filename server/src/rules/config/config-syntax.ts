import type { DotConfigJunk } from '../../text/dot-config-syntax.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import type { ConfigFacts, ConfigRule } from './config-facts.ts';

export const configSyntax: ConfigRule = {
  *check(facts) {
    for (const line of facts.syntax.lines) {
      if (line.kind === 'junk') {
        yield junk(facts, line);
      } else if (line.shape === 'open-string') {
        const start = facts.document.lines.lineStart(line.line);
        yield {
          rule: 'config-syntax',
          start: start + line.valueStart,
          end: start + line.valueEnd,
          message: `The text of CONFIG_${line.name} has no closing quote: Kconfig drops the line ("invalid string found") and uses the default.`,
        };
      }
    }
  },
};

function junk(facts: ConfigFacts, line: DotConfigJunk): Found {
  const base = facts.document.lines.lineStart(line.line);
  const span = { start: base + line.start, end: base + line.end };
  const fixes: FoundFix[] =
    line.meant === undefined
      ? []
      : [{ title: `Write "${line.meant}"`, edits: [{ ...span, start: base, newText: line.meant }], preferred: true }];
  return { rule: 'config-syntax', ...span, message: explain(line), fixes };
}

function explain(line: DotConfigJunk): string {
  switch (line.reason) {
    case 'not-set':
      return `Kconfig takes this for a comment, so CONFIG_${line.name} keeps its default. To unset it, write exactly "${line.meant}".`;
    case 'spaces':
      return `Kconfig does not take blanks before the name or around "=": the line sets nothing. Write "${line.meant}".`;
    case 'no-value':
      return `The line gives CONFIG_${line.name} no value, so it sets nothing. Write "CONFIG_${line.name}=y", or "# CONFIG_${line.name} is not set".`;
    case 'stray':
      return 'Neither a setting nor a comment: Kconfig warns ("unexpected data") and skips the line.';
  }
}
