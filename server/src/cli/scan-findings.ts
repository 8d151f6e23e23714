import type { ScanReport, TreeTally } from '@vermagic/shared';
import { artifactUri, type PlacedFinding } from './sarif.ts';

/** All findings of a scan, each at its file */
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

/** In an order that does not hang on how the scan was divided: the parts merged give the same. */
export function inSarifOrder(findings: readonly PlacedFinding[]): PlacedFinding[] {
  return [...findings].sort((a, b) => compareText(orderOf(a), orderOf(b)));
}

const orderOf = ({ path, rule, message }: PlacedFinding) => sarifOrder(artifactUri(path), rule, message);

/** By file, rule and text. */
export function sarifOrder(uri: string, rule: string, message: string): string {
  return [uri, rule, message].join('\0');
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

/** Of a part of a scan, by target: what `merge` makes the findings of the whole from. */
export function partsOf(report: ScanReport): { readonly target: string; readonly tally: TreeTally }[] | undefined {
  const parts = (report.kernels ?? [report]).flatMap(({ target, tally }) =>
    tally === undefined ? [] : [{ target: target.name, tally }],
  );
  return parts.length === 0 ? undefined : parts;
}
