import type { CheckReport, FindingReport } from '@vermagic/shared';
import { printable, type Style, severityPaint } from './style.ts';

/** More findings of one rule than this are counted, not listed; `--format json` has them all. */
const shownPerRule = 5;

/** What insmod prints for an errno of finit_module (kmod's own words). */
const insmodWords: Record<string, string> = {
  ENOEXEC: 'Invalid module format',
  ENOENT: 'Unknown symbol in module',
  EINVAL: 'Invalid parameters',
  EKEYREJECTED: 'Key was rejected by service',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ERANGE: 'Numerical result out of range',
  ENOSPC: 'No space left on device',
  EBADMSG: 'Bad message',
  EBUSY: 'Device or resource busy',
  ENOMEM: 'Cannot allocate memory',
  EOPNOTSUPP: 'Operation not supported',
};

/** The report of `vermagic check` for a person: module by module, the verdict of each target first. */
export function checkText(reports: readonly CheckReport[], style: Style): string {
  const lines: string[] = [];
  let path: string | undefined;
  for (const report of reports) {
    if (report.module.path !== path) {
      path = report.module.path;
      lines.push(...(lines.length > 0 ? [''] : []), style.bold(printable(path)));
    }
    lines.push(...reportLines(report, style));
  }
  lines.push('', summary(reports, style), '');
  return lines.join('\n');
}

function reportLines(report: CheckReport, style: Style): string[] {
  const lines = [
    `  ${verdictWord(report, style)}  ${style.bold(printable(report.target.name))}${consequence(report, style)}`,
  ];
  for (const line of report.dmesg) lines.push(`      ${style.dim(printable(line))}`);
  for (const missing of report.missing) lines.push(`      ${style.yellow('missing')} ${printable(missing)}`);
  lines.push(...findingLines(report.findings, style));
  return lines;
}

function verdictWord(report: CheckReport, style: Style): string {
  switch (report.verdict) {
    case 'loads':
      return style.green('loads       ');
    case 'refused':
      return style.red('refused     ');
    case 'undetermined':
      return style.yellow('undetermined');
  }
}

function consequence(report: CheckReport, style: Style): string {
  const parts: string[] = [];
  if (report.errno !== null) {
    const words = insmodWords[report.errno];
    parts.push(words === undefined ? report.errno : `${report.errno} (insmod: ${words})`);
  }
  if (report.taint !== '') parts.push(`taint ${report.taint}`);
  return parts.length === 0 ? '' : style.dim(`  ${parts.join(', ')}`);
}

function findingLines(findings: readonly FindingReport[], style: Style): string[] {
  const lines: string[] = [];
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const seen = (counts.get(finding.rule) ?? 0) + 1;
    counts.set(finding.rule, seen);
    if (seen > shownPerRule) continue;
    const paint = severityPaint(style, finding.severity);
    lines.push(`      ${paint(finding.severity)} ${style.dim(finding.rule)}: ${printable(finding.message)}`);
  }
  for (const [rule, count] of counts) {
    if (count > shownPerRule)
      lines.push(`      ${style.dim(`… and ${count - shownPerRule} more of ${rule} (--format json lists them)`)}`);
  }
  return lines;
}

function summary(reports: readonly CheckReport[], style: Style): string {
  const targets = [...new Set(reports.map((report) => report.target.name))];
  const rows = targets.map((target) => {
    const own = reports.filter((report) => report.target.name === target);
    const count = (verdict: CheckReport['verdict']) => own.filter((report) => report.verdict === verdict).length;
    const [loads, refused, open] = [count('loads'), count('refused'), count('undetermined')];
    const parts = [
      style.green(`${loads} load`),
      refused > 0 ? style.red(`${refused} refused`) : '0 refused',
      ...(open > 0 ? [style.yellow(`${open} undetermined`)] : []),
    ];
    return `${style.bold(printable(target))}: ${own.length} ${own.length === 1 ? 'module' : 'modules'}, ${parts.join(', ')}`;
  });
  return rows.join('\n');
}
