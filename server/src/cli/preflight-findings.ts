import type { GateReport, PreflightReport } from './preflight-text.ts';
import type { PlacedFinding } from './sarif.ts';
import { scanFindings } from './scan-findings.ts';
import { unreadableFinding } from './unreadable-finding.ts';

/**
 * All that the gates say, each at its file; no reason against flashing goes without an error.
 * @param projectPath where the gates are asked for: vermagic.json, or the folder where there is none.
 */
export function preflightFindings(report: PreflightReport, projectPath: string, cwd: string): PlacedFinding[] {
  const stop = (message: string): PlacedFinding => {
    return { path: projectPath, rule: 'not-ready', severity: 'error', message };
  };
  const ofGates = report.gates.map((gate) => {
    const findings = gateFindings(gate, cwd);
    const told = gate.ready || findings.some(({ severity }) => severity === 'error');
    return {
      gate,
      findings: told ? findings : [...gate.reasons.map((one) => stop(`${gate.path}: ${one}.`)), ...findings],
    };
  });
  const reasonsOfGates = new Set(ofGates.flatMap(({ gate }) => gate.reasons.map((one) => `${gate.path}: ${one}`)));
  const others = report.reasons.filter((reason) => !reasonsOfGates.has(reason));
  return [...others.map((reason) => stop(`${reason}.`)), ...ofGates.flatMap(({ findings }) => findings)];
}

function gateFindings({ path, scan, lint = [], unreadable = [] }: GateReport, cwd: string): PlacedFinding[] {
  return [
    ...(scan === undefined ? [] : scanFindings(scan, { pathPrefix: path.endsWith('/') ? path : `${path}/`, cwd })),
    ...unreadable.map((problem) => unreadableFinding(problem, path)),
    ...lint.map(({ path: name, line, column, endLine, endColumn, rule, severity, message }): PlacedFinding => {
      return { path: name, region: { line, column, endLine, endColumn }, rule, severity, message };
    }),
  ];
}
