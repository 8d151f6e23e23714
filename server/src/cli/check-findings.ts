import type { CheckReport } from '@vermagic/shared';
import type { Outcome } from './outcomes.ts';
import type { PlacedFinding } from './sarif.ts';

/** All that reports of modules say, each at its file; what keeps a module from loading is an error among them. */
export function checkFindings(reports: readonly CheckReport[]): PlacedFinding[] {
  return reports.flatMap((report) => {
    const { path } = report.module;
    const findings = report.findings.map(({ rule, severity, message }): PlacedFinding => {
      return { path, rule, severity, message: `${report.target.name}: ${message}` };
    });
    return [...verdictFinding(report), ...findings];
  });
}

/** The verdict itself, where no finding tells of it as an error. */
function verdictFinding(report: CheckReport): PlacedFinding[] {
  const { module, target, verdict, findings, errno, dmesg } = report;
  const outcome = (rule: Outcome, what: string): PlacedFinding[] => {
    const facts = report.missing.map((fact) => fact.replace(/\.$/, '')).join('; ');
    const missing = facts === '' ? '' : ` Missing: ${facts}.`;
    return [{ path: module.path, rule, severity: 'error', message: `${target.name}: ${what}.${missing}` }];
  };
  if (verdict === 'undetermined') return outcome('undetermined', 'it is open whether the module loads');
  if (verdict === 'loads' || findings.some(({ severity }) => severity === 'error')) return [];
  const line = dmesg.at(-1);
  return outcome(
    'refused',
    `the module is refused${errno === null ? '' : ` (${errno})`}${line === undefined ? '' : `, and the kernel says "${line}"`}`,
  );
}
