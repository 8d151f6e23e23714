import type { TreeTally } from '@vermagic/shared';
import { isOfTally, joinedFindings, joinTallies } from '../gate/findings/tree-tally.ts';
import { gapsIn } from './merge-gaps.ts';
import { artifactUri, sarifResult } from './sarif.ts';
import { compareText, type SarifPart, sarifOrder } from './scan-findings.ts';

type Result = {
  readonly ruleId: string;
  readonly ruleIndex?: number;
  readonly level?: string;
  readonly message?: { readonly text?: string };
  readonly locations?: readonly {
    readonly physicalLocation?: { readonly artifactLocation?: { readonly uri?: string } };
  }[];
};

interface SarifRun {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version?: string;
      readonly rules?: readonly { readonly id: string }[];
    };
  };
  readonly results: readonly Result[];
  readonly properties?: { readonly parts?: readonly SarifPart[] };
}

/** All runs of one tool as one run, with one list of rules; of the parts of one scan the run that the whole scan gives. */
export function mergeSarif(logs: readonly Record<string, unknown>[]): {
  readonly log: { readonly version: '2.1.0'; readonly $schema?: unknown; readonly runs: readonly SarifRun[] };
  readonly gaps: readonly string[];
} {
  const runs = logs.flatMap((log) => log['runs'] as SarifRun[]);
  const byTool = new Map<string, SarifRun[]>();
  for (const run of runs) {
    const key = `${run.tool.driver.name} ${run.tool.driver.version ?? ''}`;
    byTool.set(key, [...(byTool.get(key) ?? []), run]);
  }
  const log = {
    ...(logs[0]?.['$schema'] === undefined ? {} : { $schema: logs[0]['$schema'] }),
    version: '2.1.0' as const,
    runs: [...byTool.values()].map((group) => mergeRuns(group as [SarifRun, ...SarifRun[]])),
  };
  const parts = runs.flatMap(({ properties }) => properties?.parts ?? []);
  return {
    log,
    gaps: gapsIn(parts.map((part) => ({ of: `${part.target}, ${part.tally.folder}`, shard: part.shard }))),
  };
}

function mergeRuns(group: readonly [SarifRun, ...SarifRun[]]): SarifRun {
  const isParts = group.every((run) => run.properties?.parts !== undefined);
  const all = group.flatMap((run) => run.results);
  const results = isParts ? resultsOfParts(group, all) : all;
  const used = new Set(results.map(({ ruleId }) => ruleId));
  const rules = [
    ...new Map(group.flatMap((run) => run.tool.driver.rules ?? []).map((rule) => [rule.id, rule])).values(),
  ]
    .filter(({ id }) => !isParts || used.has(id))
    .sort((a, b) => compareText(a.id, b.id));
  const index = new Map(rules.map((rule, at) => [rule.id, at]));
  const [{ properties, ...first }] = group;
  return {
    ...first,
    tool: { ...first.tool, driver: { ...first.tool.driver, rules } },
    results: results.map(({ ruleId, ruleIndex: _, ...result }) => {
      const at = index.get(ruleId);
      return { ruleId, ...(at === undefined ? {} : { ruleIndex: at }), ...result };
    }),
    ...(isParts || properties === undefined ? {} : { properties }),
  };
}

/** What only all parts together can say is said anew; the same told by several parts is told once. */
function resultsOfParts(group: readonly SarifRun[], all: readonly Result[]): Result[] {
  const tallies = new Map<string, TreeTally>();
  for (const { target, tally } of group.flatMap((run) => run.properties?.parts ?? [])) {
    const key = [target, tally.folder].join('\0');
    const known = tallies.get(key);
    tallies.set(key, known === undefined ? tally : joinTallies(known, tally));
  }
  const anew = [...tallies.values()].flatMap((tally) =>
    joinedFindings(tally).map((one): Result => sarifResult(one, 0)),
  );
  const rest = all.filter((result) => ![...tallies.values()].some((tally) => isOldNews(result, tally)));
  const unique = new Map([...rest, ...anew].map((result) => [orderOf(result), result]));
  return [...unique].sort(([a], [b]) => compareText(a, b)).map(([, result]) => result);
}

function orderOf({ ruleId, message, locations }: Result): string {
  return sarifOrder(locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '', ruleId, message?.text ?? '');
}

function isOldNews({ ruleId, locations }: Result, tally: TreeTally): boolean {
  const uri = locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
  return isOfTally(ruleId, uri, { ...tally, folder: artifactUri(tally.folder) });
}
