import type { CheckReport, KernelScanReport, ScanReport, TreeFindingReport, TreeTally } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';
import type { ScannedKernel, TreeFinding } from '../gate/findings/tree-facts.ts';
import { listed } from '../gate/findings/tree-facts.ts';

/**
 * The JSON of one kernel's scan.
 * @param tally of a part of a scan: what the report of the whole is made from.
 */
export function kernelReport(
  kernel: ScannedKernel,
  findings: readonly TreeFinding[],
  problems: readonly string[],
  pathPrefix: string,
  tally?: Omit<TreeTally, 'assumed'>,
): KernelScanReport {
  const { target, scan, folder } = kernel;
  const results: CheckReport[] = [];
  const unreadable = problems.map((problem) => `${pathPrefix}${folder === '' ? '' : `${folder}/`}${problem}`);
  const counts = { loads: 0, refused: 0, undetermined: 0 };
  let unsigned = 0;
  let assumed = 0;
  for (const { module, class: found, checked, reason } of scan.modules) {
    if (found === 'unreadable') {
      unreadable.push(
        `${pathPrefix}${folder === '' ? '' : `${folder}/`}${module.path}: ${reason ?? 'it cannot be read'}.`,
      );
      continue;
    }
    if (checked === undefined) {
      counts.loads++;
      if (found === 'unsigned' || found === 'untrusted') unsigned++;
      if (found === 'assumed') assumed++;
      continue;
    }
    counts[checked.report.verdict]++;
    if (checked.report.findings.some(isSignatureRemark)) unsigned++;
    if (!isClean(checked.report)) results.push(checked.report);
  }
  return {
    target: {
      name: target.name,
      release: target.release?.value ?? null,
      vermagic: target.vermagic?.value ?? null,
      origins: target.origins.map((origin) => origin.label),
    },
    modules: scan.modules.length,
    ...counts,
    results,
    findings: findings.map(findingReport).sort(byPlace),
    unsigned,
    unreadable: unreadable.sort(),
    notes: notesOf(kernel, assumed),
    ...(tally === undefined ? {} : { tally: { ...tally, assumed } }),
  };
}

/** Nothing to do about it: it loads, and at most its signature does not count where none has to. */
function isClean(report: CheckReport): boolean {
  return (
    report.verdict === 'loads' &&
    report.findings.every(
      (finding) => finding.severity === 'info' || finding.severity === 'hint' || isSignatureRemark(finding),
    )
  );
}

function isSignatureRemark({ rule, severity }: { readonly rule: string; readonly severity: string }): boolean {
  return (rule === 'signature-missing' || rule === 'signature-untrusted') && severity === 'warning';
}

export function findingReport({
  rule,
  severity,
  message,
  path,
  symbol,
  expected,
  actual,
}: TreeFinding): TreeFindingReport {
  return {
    rule,
    severity,
    message,
    path,
    ...(symbol === undefined ? {} : { symbol }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** An order that does not hang on how the scan was divided. */
export function byPlace(a: TreeFindingReport, b: TreeFindingReport): number {
  const [one, other] = [a, b].map(({ path, rule, expected = '', message }) =>
    [path, rule, expected, message].join('\0'),
  );
  return (one as string) < (other as string) ? -1 : one === other ? 0 : 1;
}

/** Said once instead of for each module. */
export function assumedNote(modules: number, target: string): string {
  const [signatures, them] =
    modules === 1 ? ['The signature of 1 module is', 'it'] : [`Signatures of ${modules} modules are`, 'them'];
  return `${signatures} taken for good: the keys that ${target} trusts are not known. Give its kernel image as a target to have ${them} verified.`;
}

function notesOf({ target, scan }: ScannedKernel, assumed: number): string[] {
  const notes: string[] = [];
  if (assumed > 0) notes.push(assumedNote(assumed, target.name));
  if (scan.obstacle !== undefined)
    notes.push(`Every module was checked in full, which takes longer: ${scan.obstacle}.`);
  if (target.problems.length > 0) notes.push(...target.problems.map(({ message }) => message));
  if (target.vermagic === undefined && scan.modules.length > 0) {
    notes.push(`The vermagic of ${target.name} is not known; add a kernel image, headers or its configuration.`);
  }
  return notes;
}

/** One report of all kernels of a tree. */
export function sumReports(
  kernels: readonly KernelScanReport[],
  durationMs: number,
  shard?: { readonly index: number; readonly count: number },
): ScanReport {
  const sum = (number: (kernel: KernelScanReport) => number) =>
    kernels.reduce((total, kernel) => total + number(kernel), 0);
  const [first] = kernels;
  return {
    target: first?.target ?? { name: 'none', release: null, vermagic: null, origins: [] },
    modules: sum((kernel) => kernel.modules),
    loads: sum((kernel) => kernel.loads),
    refused: sum((kernel) => kernel.refused),
    undetermined: sum((kernel) => kernel.undetermined),
    results: kernels.flatMap((kernel) => kernel.results),
    findings: kernels.flatMap((kernel) => kernel.findings),
    unsigned: sum((kernel) => kernel.unsigned),
    unreadable: kernels.flatMap((kernel) => kernel.unreadable),
    notes: [...new Set(kernels.flatMap((kernel) => kernel.notes))],
    durationMs: Math.round(durationMs),
    ...(shard === undefined ? {} : { shard }),
    ...(kernels.length === 1 && first?.tally !== undefined ? { tally: first.tally } : {}),
    ...(kernels.length > 1 ? { kernels } : {}),
  };
}

/** Whether a gate may let this through. */
export function isReady(report: KernelScanReport): boolean {
  return (
    report.modules > 0 &&
    report.loads === report.modules &&
    report.unreadable.length === 0 &&
    report.results.every((result) => result.findings.every((finding) => finding.severity !== 'error')) &&
    report.findings.every((finding) => finding.severity !== 'error')
  );
}

/** The worst of a report in a sentence, for a verdict. */
export function reasonsAgainst(report: KernelScanReport): string[] {
  const reasons: string[] = [];
  if (report.modules === 0) reasons.push('there are no modules');
  if (report.refused > 0) reasons.push(`${report.refused} of ${counted(report.modules, 'module')} would be refused`);
  if (report.undetermined > 0)
    reasons.push(
      `of ${counted(report.undetermined, 'module')} it is open whether ${report.undetermined === 1 ? 'it loads' : 'they load'}`,
    );
  const rules = [...new Set(report.findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule))];
  if (rules.length > 0) reasons.push(listed(rules, 6));
  if (report.unreadable.length > 0)
    reasons.push(`${counted(report.unreadable.length, 'file or folder', 'files or folders')} cannot be read`);
  return reasons;
}
