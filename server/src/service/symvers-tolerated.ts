import type { Parsed, Problem } from '../ports/parsed.ts';

/** Changes that a project has decided to accept. */
export interface ToleratedChanges {
  /** Every PASS and FAIL rule as written, in order. */
  readonly rules: readonly string[];
  /** The rule that decides on a change of this symbol, for it or against it. */
  ruleFor(symbol: string, exporter: string, namespace: string): ToleranceRule | undefined;
}

export interface ToleranceRule {
  readonly text: string;
  readonly tolerates: boolean;
}

interface Rule extends ToleranceRule {
  readonly pattern: RegExp;
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
    rules.push({ text: written, pattern: globPattern(match[1] ?? ''), tolerates: match[2] === 'PASS' });
  }
  return {
    value: {
      rules: rules.map((rule) => rule.text),
      ruleFor: (symbol, exporter, namespace) =>
        rules.find(({ pattern }) => [symbol, exporter, namespace].some((name) => name !== '' && pattern.test(name))),
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
