import type { ScanReport } from '@vermagic/shared';
import type { PlacedFinding } from './sarif.ts';

/** All findings of a scan, each at its file. */
export function scanFindings(report: ScanReport): PlacedFinding[] {
  const ofModules = report.results.flatMap((result) =>
    result.findings.map((finding) => ({
      path: result.module.path,
      rule: finding.rule,
      severity: finding.severity,
      message: `${result.target.name}: ${finding.message}`,
    })),
  );
  const ofTree = report.findings.map(({ path, rule, severity, message }) => ({ path, rule, severity, message }));
  return [...ofTree, ...ofModules];
}
