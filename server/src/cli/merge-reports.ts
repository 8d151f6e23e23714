import type { KernelScanReport, ScanReport } from '@vermagic/shared';
import { sumReports } from '../service/scan-report.ts';

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version?: string;
      readonly rules?: readonly { readonly id: string }[];
    };
  };
  readonly results: readonly { readonly ruleId: string; readonly ruleIndex?: number; readonly level?: string }[];
}

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
  return { report: sumReports([...byTarget.values()], durationMs), gaps: missingShards(reports) };
}

function joined(a: KernelScanReport, b: KernelScanReport): KernelScanReport {
  const unique = <T>(items: readonly T[]) => [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
  return {
    target: a.target,
    modules: a.modules + b.modules,
    loads: a.loads + b.loads,
    refused: a.refused + b.refused,
    undetermined: a.undetermined + b.undetermined,
    results: [...a.results, ...b.results],
    findings: unique([...a.findings, ...b.findings]),
    unsigned: a.unsigned + b.unsigned,
    unreadable: unique([...a.unreadable, ...b.unreadable]),
    notes: unique([...a.notes, ...b.notes]),
  };
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
}: KernelScanReport): KernelScanReport {
  return { target, modules, loads, refused, undetermined, results, findings, unsigned, unreadable, notes };
}

/** A part that is not there would look like a part without faults. */
function missingShards(reports: readonly ScanReport[]): string[] {
  const gaps: string[] = [];
  const byTarget = new Map<string, ScanReport[]>();
  for (const report of reports) {
    if (report.shard === undefined) continue;
    const key = `${report.target.name}/${report.shard.count}`;
    byTarget.set(key, [...(byTarget.get(key) ?? []), report]);
  }
  for (const parts of byTarget.values()) {
    const [first] = parts;
    const count = first?.shard?.count ?? 0;
    const there = parts.map((part) => part.shard?.index);
    const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !there.includes(index));
    if (missing.length > 0) gaps.push(`of ${first?.target.name}, part ${missing.join(', ')} of ${count} is missing.`);
    if (new Set(there).size < there.length) gaps.push(`of ${first?.target.name}, a part is there twice.`);
  }
  return gaps;
}

/** All runs of one tool as one run, with one list of rules. */
export function mergeSarif(logs: readonly Record<string, unknown>[]): {
  readonly version: '2.1.0';
  readonly $schema?: unknown;
  readonly runs: SarifRun[];
} {
  const runs = logs.flatMap((log) => log['runs'] as SarifRun[]);
  const byTool = new Map<string, SarifRun[]>();
  for (const run of runs) {
    const key = `${run.tool.driver.name} ${run.tool.driver.version ?? ''}`;
    byTool.set(key, [...(byTool.get(key) ?? []), run]);
  }
  const merged = [...byTool.values()].map((group): SarifRun => {
    const rules = [
      ...new Map(group.flatMap((run) => run.tool.driver.rules ?? []).map((rule) => [rule.id, rule])).values(),
    ].sort((a, b) => (a.id < b.id ? -1 : 1));
    const index = new Map(rules.map((rule, at) => [rule.id, at]));
    const [first] = group as [SarifRun, ...SarifRun[]];
    return {
      ...first,
      tool: { ...first.tool, driver: { ...first.tool.driver, rules } },
      results: group.flatMap((run) =>
        run.results.map(({ ruleIndex: _, ...result }) => {
          const at = index.get(result.ruleId);
          return { ...result, ...(at === undefined ? {} : { ruleIndex: at }) };
        }),
      ),
    };
  });
  return {
    ...(logs[0]?.['$schema'] === undefined ? {} : { $schema: logs[0]['$schema'] }),
    version: '2.1.0',
    runs: merged,
  };
}
