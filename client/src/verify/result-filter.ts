import type { FindingReport } from '@vermagic/shared';

/** What of the results is shown. An absent part lets everything through. */
export interface ResultFilter {
  /** The least severe finding that is shown. */
  readonly severity?: 'error' | 'warning';
  readonly rule?: string;
  /** Part of the path, upper and lower case alike. */
  readonly name?: string;
}

export function isFiltering({ severity, rule, name }: ResultFilter): boolean {
  return severity !== undefined || rule !== undefined || name !== undefined;
}

export function matchesFinding({ severity, rule }: ResultFilter, finding: FindingReport): boolean {
  if (rule !== undefined && finding.rule !== rule) return false;
  if (severity === 'error') return finding.severity === 'error';
  return severity === undefined || finding.severity === 'error' || finding.severity === 'warning';
}

export function matchesPath({ name }: ResultFilter, path: string): boolean {
  return name === undefined || path.toLowerCase().includes(name.toLowerCase());
}

/** The filter in a sentence, to stand above what it left over. */
export function filterText({ severity, rule, name }: ResultFilter): string {
  const what = { error: 'errors', warning: 'errors and warnings', all: 'findings' }[severity ?? 'all'];
  const ofRule = rule === undefined ? '' : ` of ${rule}`;
  const named = name === undefined ? '' : ` in files named “${name}”`;
  return `Only ${what}${ofRule}${named} are shown.`;
}
