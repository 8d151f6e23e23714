import path from 'node:path';
import type { ScanReport, TreeTally } from '@vermagic/shared';
import { checkFindings } from './check-findings.ts';
import { artifactUri, type PlacedFinding } from './sarif.ts';
import { unreadableFinding } from './unreadable-finding.ts';

/** How paths of a scan become paths that lead somewhere from the current folder. */
export interface ScanPlace {
  /** Before paths from the tree's root: `build/rootfs/`, or '' for the current folder. */
  readonly pathPrefix: string;
  readonly cwd: string;
}

/** All that a scan says, each at its file. */
export function scanFindings(report: ScanReport, place: ScanPlace): PlacedFinding[] {
  const ofTree = report.findings.map(({ path: inTree, rule, severity, message }): PlacedFinding => {
    return { path: shownPath(inTree, place), rule, severity, message };
  });
  return [...ofTree, ...checkFindings(report.results), ...unseenFindings(report, place)];
}

/** A path from the tree's root, or of a file outside of the tree, which is absolute. */
function shownPath(inTree: string, { pathPrefix, cwd }: ScanPlace): string {
  if (inTree === '' || inTree === '.') return pathPrefix === '/' ? '/' : pathPrefix.replace(/\/$/, '') || '.';
  if (!inTree.startsWith('/')) return `${pathPrefix}${inTree}`;
  const relative = path.relative(cwd, inTree);
  return relative.startsWith('..') ? inTree : relative || '.';
}

/** What was not looked at. */
function unseenFindings(report: ScanReport, place: ScanPlace): PlacedFinding[] {
  const root = shownPath('', place);
  const unreadable = report.unreadable.map((problem) => unreadableFinding(problem, root));
  // A part may have none where the whole has some.
  if (report.modules > 0 || report.shard !== undefined) return unreadable;
  const nothing = 'There are no modules here, so nothing was verified. Name the folder that has lib/modules.';
  return [...unreadable, { path: root, rule: 'not-ready', severity: 'error', message: nothing }];
}

/** In an order that does not hang on how the scan was divided: the parts merged give the same. */
export function inSarifOrder(findings: readonly PlacedFinding[]): PlacedFinding[] {
  return [...findings].sort((a, b) => compareText(orderOf(a), orderOf(b)));
}

const orderOf = ({ path: name, rule, message }: PlacedFinding) => sarifOrder(artifactUri(name), rule, message);

/** By file, rule and text. */
export function sarifOrder(uri: string, rule: string, message: string): string {
  return [uri, rule, message].join('\0');
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}

/** A part of a scan, of one target: what `merge` makes the findings of the whole from. */
export interface SarifPart {
  readonly target: string;
  readonly shard: { readonly index: number; readonly count: number };
  /** Its folder is shown as in the results. */
  readonly tally: TreeTally;
}

/** The parts that a report is of; `undefined` for a whole scan. */
export function partsOf(report: ScanReport, place: ScanPlace): readonly SarifPart[] | undefined {
  const { shard } = report;
  if (shard === undefined) return undefined;
  return (report.kernels ?? [report]).flatMap(({ target, tally }) =>
    tally === undefined
      ? []
      : [{ target: target.name, shard, tally: { ...tally, folder: shownPath(tally.folder, place) } }],
  );
}
