import { flashVerdict, type GateResult } from '../service/preflight.ts';
import type { CheckTextOptions } from './check-text.ts';
import type { LintReport } from './lint-command.ts';
import { scanText } from './scan-text.ts';
import { printable, severityPaint } from './style.ts';

/** What one gate found. */
export interface GateReport extends GateResult {
  readonly lint?: readonly LintReport[];
  /** Files and folders that lint could not read, a sentence each. */
  readonly unreadable?: readonly string[];
}

/** The JSON of `vermagic preflight`. */
export interface PreflightReport {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly gates: readonly GateReport[];
}

/** Gate by gate, and the verdict last, where a person looks. */
export function preflightText(report: PreflightReport, options: CheckTextOptions): string {
  const { style } = options;
  const lines: string[] = [];
  for (const gate of report.gates) {
    const mark = gate.ready ? style.green('pass') : style.red('FAIL');
    lines.push(`${mark} ${gate.kind} ${style.bold(printable(gate.path))}`);
    if (gate.scan !== undefined) lines.push(...indented(scanText(gate.scan, options)));
    for (const finding of gate.lint ?? []) {
      if (finding.severity !== 'error' && !options.verbose) continue;
      const paint = severityPaint(style, finding.severity);
      lines.push(
        `  ${printable(finding.path)}:${finding.line}:${finding.column}: ${paint(finding.severity)} ${style.dim(finding.rule)}: ${printable(finding.message)}`,
      );
    }
  }
  const paint = report.ready ? style.green : style.red;
  const verdict = paint(printable(flashVerdict(report.gates)));
  return [...lines, '', style.bold(verdict), ''].join('\n');
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => (line === '' ? line : `  ${line}`));
}
