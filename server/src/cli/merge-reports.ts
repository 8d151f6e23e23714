import type { KernelScanReport, ScanReport, TreeTally } from '@vermagic/shared';
import { isOfTally, joinedFindings, joinTallies } from '../gate/findings/tree-tally.ts';
import { assumedNote, byPlace, findingReport, sumReports } from '../service/scan-report.ts';
import { gapsIn, type ScanPart } from './merge-gaps.ts';

/** Reports of several scans as one. Parts of one scan become one kernel's report; different trees stay apart as `kernels`. */
export function mergeScans(reports: readonly ScanReport[]): {
  readonly report: ScanReport;
  readonly gaps: readonly string[];
} {
  const byTarget = new Map<string, KernelScanReport>();
  for (const report of reports) {
    for (const kernel of report.kernels ?? [report]) {
      const key = JSON.stringify(kernel.target);
      const known = byTarget.get(key);
      byTarget.set(key, known === undefined ? kernelOnly(kernel) : joined(known, kernel));
    }
  }
  const durationMs = reports.reduce((sum, report) => sum + report.durationMs, 0);
  return { report: sumReports([...byTarget.values()].map(whole), durationMs), gaps: gapsIn(reports.flatMap(partOf)) };
}

function partOf({ target, shard }: ScanReport): ScanPart[] {
  return shard === undefined ? [] : [{ of: target.name, shard }];
}

/** Parts of one scan give the report that the whole scan gives, in the same order. */
function joined(a: KernelScanReport, b: KernelScanReport): KernelScanReport {
  const unique = <T>(items: readonly T[]) => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
  const tally = a.tally && b.tally && joinTallies(a.tally, b.tally);
  return {
    target: a.target,
    modules: a.modules + b.modules,
    loads: a.loads + b.loads,
    refused: a.refused + b.refused,
    undetermined: a.undetermined + b.undetermined,
    results: [...a.results, ...b.results].sort((one, other) => (one.module.path < other.module.path ? -1 : 1)),
    findings: unique([...a.findings, ...b.findings]),
    unsigned: a.unsigned + b.unsigned,
    unreadable: unique([...a.unreadable, ...b.unreadable]).sort(),
    notes: unique(joinedNotes(a, b, tally)),
    ...(tally === undefined ? {} : { tally }),
  };
}

function joinedNotes(a: KernelScanReport, b: KernelScanReport, tally: TreeTally | undefined): string[] {
  const own = (part: KernelScanReport) => assumedNote(part.tally?.assumed ?? 0, part.target.name);
  const notes = [...a.notes.filter((note) => note !== own(a)), ...b.notes.filter((note) => note !== own(b))];
  if (tally === undefined) return [...a.notes, ...b.notes];
  return tally.assumed > 0 ? [assumedNote(tally.assumed, a.target.name), ...notes] : notes;
}

/** What only all parts together can say is said anew; of parts the report of the whole says nothing. */
function whole({ tally, ...report }: KernelScanReport): KernelScanReport {
  if (tally === undefined) return report;
  const rest = report.findings.filter(({ rule, path }) => !isOfTally(rule, path, tally));
  return { ...report, findings: [...rest, ...joinedFindings(tally).map(findingReport)].sort(byPlace) };
}

function kernelOnly({
  target,
  modules,
  loads,
  refused,
  undetermined,
  results,
  findings,
  unsigned,
  unreadable,
  notes,
  tally,
}: KernelScanReport): KernelScanReport {
  const report = { target, modules, loads, refused, undetermined, results, findings, unsigned, unreadable, notes };
  return tally === undefined ? report : { ...report, tally };
}
