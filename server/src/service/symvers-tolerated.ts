import type { Parsed, Problem } from '../ports/parsed.ts';

/** Changes that a project has decided to accept. */
export interface ToleratedChanges {
  /** Every PASS and FAIL rule as written, in order. */
  readonly rules: readonly string[];
  /** The rule that tolerates a change of this symbol; `undefined`: none does. */
  ruleFor(symbol: string, exporter: string, namespace: string): string | undefined;
}

interface Rule {
  readonly text: string;
  readonly pattern: RegExp;
  readonly pass: boolean;
}

/**
 * Reads a rules file: one rule a line, `PATTERN PASS` or `PATTERN FAIL`, comments from `#`. A pattern is compared
 * with the symbol, its exporter (`vmlinux`, `drivers/net/mii`) and its namespace; `*` and `?` stand for anything.
 * The first rule that fits decides.
 */
export function parseToleratedChanges(text: string): Parsed<ToleratedChanges> {
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [line, content] of text.split('\n').entries()) {
    const written = content.replace(/#.*$/, '').trim();
    if (written === '') continue;
    const match = /^(\S+)\s+(PASS|FAIL)$/.exec(written);
    if (!match) {
      problems.push({ message: `Expected "PATTERN PASS" or "PATTERN FAIL", got "${written}".`, line });
      continue;
    }
    rules.push({ text: written, pattern: globPattern(match[1] ?? ''), pass: match[2] === 'PASS' });
  }
  return {
    value: {
      rules: rules.map((rule) => rule.text),
      ruleFor: (symbol, exporter, namespace) => {
        const rule = rules.find(({ pattern }) =>
          [symbol, exporter, namespace].some((name) => name !== '' && pattern.test(name)),
        );
        return rule?.pass ? rule.text : undefined;
      },
    },
    problems,
  };
}

function globPattern(glob: string): RegExp {
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`);
}
