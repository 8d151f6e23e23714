import { atLeast } from '../../kernel/kernel-version.ts';
import { type DotConfigJunk, type DotConfigSetting, isInexact, settingText } from '../../text/dot-config-syntax.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import { type ConfigFacts, type ConfigRule, lineSpan } from './config-facts.ts';

export const configSyntax: ConfigRule = {
  *check(facts) {
    for (const line of facts.syntax.lines) {
      const found =
        line.kind === 'junk'
          ? junk(facts, line)
          : line.shape === 'open-string'
            ? openText(facts, line)
            : isInexact(line)
              ? inexactUnset(facts, line)
              : line.rest !== '' && !isComment(line.rest)
                ? cutText(facts, line)
                : undefined;
      if (found !== undefined) yield found;
    }
  },
};

function openText(facts: ConfigFacts, line: DotConfigSetting): Found {
  const start = facts.document.lines.lineStart(line.line);
  return {
    rule: 'config-syntax',
    start: start + line.valueStart,
    end: start + line.valueEnd,
    message: `The text of CONFIG_${line.name} has no closing quote: Kconfig drops the line ("invalid string found") and uses the default.`,
  };
}

/** Behind a text nobody misses a comment, which Kconfig cuts off with the rest. */
function isComment(rest: string): boolean {
  return /^\s+#|^#[^"]*$/.test(rest);
}

function cutText(facts: ConfigFacts, line: DotConfigSetting): Found {
  const span = lineSpan(facts, line.line);
  const start = span.start + line.valueStart;
  const whole = `${line.raw}${line.rest}`;
  // Quotes at both ends: those between them are meant as letters.
  const meant = whole.endsWith('"')
    ? `"${whole.slice(1, -1).replace(/\\[\s\S]|"/g, (found) => (found === '"' ? '\\"' : found))}"`
    : undefined;
  return {
    rule: 'config-syntax',
    atMost: 'warning',
    start,
    end: start + whole.length,
    message: `Kconfig ends a text at the first quote without a backslash before it: CONFIG_${line.name} is ${line.raw}, and what follows is cut off without a word. ${meant === undefined ? 'Remove it, or put it inside the quotes.' : `Write ${meant}.`}`,
    actual: line.raw ?? '',
    fixes:
      meant === undefined
        ? []
        : [{ title: `Write ${meant}`, edits: [{ start, end: span.end, newText: meant }], preferred: true }],
  };
}

/** `is not set` was compared by its beginning until 6.8 (confdata.c: conf_read_simple), since then as a whole. */
function inexactUnset(facts: ConfigFacts, line: DotConfigSetting): Found | undefined {
  const { version } = facts;
  if (version && !atLeast(version, 6, 8)) return undefined;
  // Words about a symbol that another line sets are a comment.
  if (line.rest.trim() !== '' && facts.syntax.settings.get(line.name) !== line) return undefined;
  const span = lineSpan(facts, line.line);
  const exact = settingText(line.name, 'n');
  const comment = line.rest.replace(/^[\s#]+/, '').trimEnd();
  const behind = line.rest.trim() === '' ? 'a blank follows' : 'the line goes on after';
  const effect = version
    ? `Since 6.8 Kconfig takes this for a comment, because ${behind} "is not set"`
    : `Kernels before 6.8 unset CONFIG_${line.name} here; later ones take this for a comment, because ${behind} "is not set"`;
  return {
    rule: 'config-syntax',
    ...(version === undefined && { atMost: 'warning' as const }),
    ...span,
    message: `${effect}, so that CONFIG_${line.name} is not unset. Write exactly "${exact}".`,
    fixes: [
      {
        title: `Write "${exact}"`,
        edits: [{ ...span, newText: comment === '' ? exact : `# ${comment}\n${exact}` }],
        preferred: true,
      },
    ],
  };
}

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
    case 'name':
      return `The name of a symbol has letters, digits and underscores: Kconfig knows no "${line.name}" and drops the line without a word.`;
    case 'mark':
      return 'The file begins with a byte order mark, which Kconfig takes for a part of this line: it warns ("unexpected data") and skips it. Save the file as UTF-8 without the mark.';
    case 'stray':
      return `Neither a setting nor a comment: Kconfig warns ("unexpected data") and skips the line.${line.meant === undefined ? '' : ` Write "${line.meant}".`}`;
  }
}
