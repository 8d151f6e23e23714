import type { CheckReport, KernelScanReport, ScanReport } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';
import { type CheckTextOptions, checkText } from './check-text.ts';
import { printable, severityPaint } from './style.ts';

/** Modules told in full before the rest is only counted. */
const fullModules = 20;

/** The report of `vermagic scan` for a person: what is wrong with the tree, what with its modules, and the numbers last. */
export function scanText(report: ScanReport, options: CheckTextOptions): string {
  const kernels = report.kernels ?? [report];
  const lines = kernels.flatMap((kernel) => kernelLines(kernel, options));
  const seconds = (report.durationMs / 1000).toFixed(report.durationMs < 10_000 ? 2 : 0);
  const part = report.shard === undefined ? '' : `, part ${report.shard.index} of ${report.shard.count}`;
  lines.push(options.style.dim(`${counted(report.modules, 'module')} in ${seconds} s${part}`), '');
  return lines.join('\n');
}

function kernelLines(kernel: KernelScanReport, options: CheckTextOptions): string[] {
  const { style } = options;
  const lines: string[] = [];
  const bad = kernel.results.filter((result) => result.verdict !== 'loads');
  const warned = kernel.results.filter((result) => result.verdict === 'loads');
  const shown = options.verbose ? kernel.results : [...bad, ...warned].slice(0, fullModules);
  if (shown.length > 0) {
    // The summary of `check` counts only what it was given; this one has its own.
    lines.push(...checkText(shown, options).split('\n').slice(0, -summaryLines(shown)), '');
  }
  if (shown.length < kernel.results.length) {
    lines.push(...foldedLines([...bad, ...warned].slice(shown.length), options), '');
  }
  for (const finding of kernel.findings) {
    const paint = severityPaint(style, finding.severity);
    lines.push(
      `${paint(finding.severity)} ${style.bold(printable(finding.path))} ${style.dim(`${finding.rule}:`)} ${printable(finding.message)}`,
    );
  }
  if (kernel.findings.length > 0) lines.push('');
  for (const problem of kernel.unreadable) lines.push(`${style.red('unreadable')} ${printable(problem)}`);
  for (const note of kernel.notes) lines.push(`${style.dim('note')} ${printable(note)}`);
  if (kernel.unreadable.length + kernel.notes.length > 0) lines.push('');
  const release = kernel.target.release === null ? '' : ` ${style.dim(`(${printable(kernel.target.release)})`)}`;
  const parts = [
    style.green(counted(kernel.loads, 'loads', 'load')),
    kernel.refused > 0 ? style.red(`${kernel.refused} refused`) : '0 refused',
    ...(kernel.undetermined > 0 ? [style.yellow(`${kernel.undetermined} undetermined`)] : []),
    ...(kernel.unsigned > 0 ? [`${kernel.unsigned} without a signature that counts`] : []),
    ...(kernel.unreadable.length > 0 ? [style.red(`${kernel.unreadable.length} unreadable`)] : []),
  ];
  lines.push(
    `${style.bold(printable(kernel.target.name))}${release}: ${counted(kernel.modules, 'module')}, ${parts.join(', ')}`,
  );
  return lines;
}

/** Lines at the end of `checkText` that count: one a target, one of advice, and the empty ones around them. */
function summaryLines(reports: readonly CheckReport[]): number {
  const targets = new Set(reports.map((report) => report.target.name)).size;
  return targets + (reports.some((report) => report.findings.length > 1) ? 1 : 0) + 2;
}

/** How many more have which finding. */
function foldedLines(reports: readonly CheckReport[], { style }: CheckTextOptions): string[] {
  const counts = new Map<string, number>();
  for (const report of reports) {
    const [first] = report.findings;
    const key =
      report.verdict === 'loads'
        ? `warned: ${first?.rule ?? ''}`
        : `${report.verdict}: ${first?.rule ?? 'facts are missing'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [
    ...[...counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${count} more ${key}`),
    style.dim('--verbose shows them all, --format json all there is.'),
  ];
}
