import type { FindingReport, ScanReport } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';
import type { TextRange } from '../findings/finding.ts';
import { modulesFolders } from '../gate/modules-folders.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri, parentUri } from '../ports/uri.ts';
import { Policy, type PolicySource } from '../rules/policy.ts';
import type { ProjectFile } from './project-file.ts';
import { kernelsOfBuildTree, kernelsOfRootfs } from './scan-places.ts';
import { isReady, reasonsAgainst } from './scan-report.ts';
import type { ScanTools } from './scan-work.ts';
import type { TargetRecipe } from './target-recipe.ts';
import { type KernelToScan, scanTree, type TreeScanRequest } from './tree-scan.ts';

/** Where a root file system usually lies in a project that does not say so. */
const usualPlaces = ['', 'rootfs', 'Linux_for_Tegra/rootfs', 'build/rootfs', 'output/target'];

/** A tree that a gate looks at, before its modules are listed. */
export interface GatePlace {
  readonly kind: 'rootfs' | 'build-tree';
  readonly uri: string;
  /** The kernel that `vermagic.json` compares it with. */
  readonly recipe: TargetRecipe | undefined;
  /** The only release that counts, where `vermagic.json` names one. */
  readonly release: string | undefined;
}

/** A tree that a gate looks at. */
export interface Gate {
  readonly kind: 'rootfs' | 'build-tree';
  readonly root: string;
  readonly shown: string;
  readonly kernels: readonly KernelToScan[];
}

/** What one gate found. */
export interface GateResult {
  readonly kind: 'rootfs' | 'build-tree' | 'project' | 'source' | 'lint';
  readonly path: string;
  readonly ready: boolean;
  /** Why not, in a few words each. */
  readonly reasons: readonly string[];
  readonly scan?: ScanReport;
}

/** The trees that vermagic.json names as sources of targets; without it, those in the folder's usual places. */
export async function gatePlaces(root: string, project: ProjectFile | undefined, ports: Ports): Promise<GatePlace[]> {
  const places: GatePlace[] = [];
  for (const target of project?.targets ?? []) {
    const recipe: TargetRecipe = { kind: 'project', name: target.name, project: project as ProjectFile };
    for (const uri of target.sourceUris) {
      if ((await modulesFolders(ports.files, uri)).length > 0)
        places.push({ kind: 'rootfs', uri, recipe, release: target.release });
      else if (await isBuiltTree(uri, ports)) places.push({ kind: 'build-tree', uri, recipe, release: undefined });
    }
  }
  if (project !== undefined && project.targets.length > 0) return places;
  for (const folder of usualPlaces) {
    const uri = folder === '' ? root : joinUri(root, folder);
    if ((await modulesFolders(ports.files, uri)).length > 0)
      places.push({ kind: 'rootfs', uri, recipe: undefined, release: undefined });
  }
  return places;
}

/** What cannot be understood in `vermagic.json`: a gate that may have been asked for there was not passed. */
export function projectGates(project: ProjectFile | undefined, show: (uri: string) => string): GateResult[] {
  if (project === undefined || project.problems.length === 0) return [];
  const told = project.problems.slice(0, limits.projectReasons).map(({ line, message }) => {
    const sentence = message.replace(/\.$/, '');
    return line === undefined ? sentence : `line ${line + 1}: ${sentence}`;
  });
  const more = project.problems.length - told.length;
  const reasons = more > 0 ? [...told, `${more} more that cannot be understood`] : told;
  return [{ kind: 'project', path: show(project.uri), ready: false, reasons }];
}

/** Sources of targets that are not there: what would have been verified in them was not. */
export async function missingGates(
  project: ProjectFile | undefined,
  ports: Ports,
  show: (uri: string) => string,
): Promise<GateResult[]> {
  const gates: GateResult[] = [];
  for (const { name, sourceUris } of project?.targets ?? []) {
    for (const uri of sourceUris) {
      if ((await ports.files.stat(uri).catch(() => undefined)) !== undefined) continue;
      const reason = `it is not there, and the target ${name} of vermagic.json names it`;
      gates.push({ kind: 'source', path: show(uri), ready: false, reasons: [reason] });
    }
  }
  return gates;
}

/** Whether a folder is a kernel build tree with modules in it: headers have none, so there is nothing to verify in them. */
export async function isBuiltTree(uri: string, ports: Ports): Promise<boolean> {
  const stat = await ports.files.stat(joinUri(uri, 'include/generated/utsrelease.h')).catch(() => undefined);
  if (stat?.type !== 'file') return false;
  const order = await ports.files.stat(joinUri(uri, 'modules.order')).catch(() => undefined);
  // A single module at the top is a reference that someone kept, not a build.
  return order?.type === 'file';
}

/** Lists the modules of a place. @throws NothingToScan */
export async function openGate({ kind, uri, recipe, release }: GatePlace, shown: string, ports: Ports): Promise<Gate> {
  const find = kind === 'rootfs' ? kernelsOfRootfs : kernelsOfBuildTree;
  const kernels = await find(uri, shown, ports, recipe);
  const own = release === undefined ? kernels : kernels.filter(({ place }) => place.release === release);
  return { kind, root: uri, shown, kernels: own };
}

/** What one gate is judged by. */
export interface GateRules extends Pick<TreeScanRequest, 'levels' | 'cache' | 'version'> {
  readonly project: ProjectFile | undefined;
  readonly policy: PolicySource;
  /** The folder that is verified, in which markers lie where there is no vermagic.json. */
  readonly folder: string;
}

/** Scans one tree and says whether it may pass. */
export async function runGate(
  ports: Ports,
  tools: ScanTools,
  gate: Gate,
  rules: GateRules,
): Promise<GateResult & { readonly scan: ScanReport }> {
  const { report } = await scanTree(ports, tools, {
    root: gate.root,
    pathPrefix: `${gate.shown}/`,
    kernels: gate.kernels,
    levels: rules.levels,
    policy: new Policy(rules.policy),
    markerFolders: [rules.project === undefined ? rules.folder : parentUri(rules.project.uri)],
    treeRules: gate.kind === 'rootfs',
    cache: rules.cache,
    version: rules.version,
  });
  return {
    kind: gate.kind,
    path: gate.shown,
    ready: isReady(report),
    reasons: reasonsAgainst(report),
    scan: report,
  };
}

/** A finding of the gate that looks at scripts and configuration. */
export interface ScriptFinding extends FindingReport {
  readonly uri: string;
  readonly range: TextRange;
}

/** Why scripts and configuration stand against flashing; empty where they do not. */
export function reasonsOfScripts(findings: readonly Pick<FindingReport, 'rule' | 'severity'>[]): string[] {
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length === 0) return [];
  const rules = [...new Set(errors.map((finding) => finding.rule))].join(', ');
  return [`${counted(errors.length, 'error')} in scripts and configuration (${rules})`];
}

/** All reasons of all gates. Nothing to look at is no reason to flash. */
export function reasonsOfGates(gates: readonly GateResult[]): { readonly ready: boolean; readonly reasons: string[] } {
  const reasons = gates.flatMap((gate) => gate.reasons.map((reason) => `${gate.path}: ${reason}`));
  if (!gates.some((gate) => gate.scan !== undefined)) {
    reasons.unshift(
      'no root file system and no built kernel tree was found; list them under "targets" in vermagic.json',
    );
  }
  return { ready: reasons.length === 0 && gates.every((gate) => gate.ready), reasons };
}

/** Whether to flash, in one sentence. */
export function flashVerdict(gates: readonly GateResult[]): string {
  return verdict(gates, 'Do not flash');
}

/** Whether trees are as they should be, in one sentence. */
export function treeVerdict(gates: readonly GateResult[]): string {
  return verdict(gates, 'Not ready');
}

function verdict(gates: readonly GateResult[], refusal: string): string {
  const { ready, reasons } = reasonsOfGates(gates);
  if (!ready) return `${refusal}: ${reasons.join('; ')}.`;
  const scans = gates.flatMap((gate) => (gate.scan === undefined ? [] : [gate.scan]));
  const modules = scans.reduce((sum, scan) => sum + scan.modules, 0);
  const trees = counted(scans.length, 'tree');
  return modules === 1
    ? `Ready: the 1 module of ${trees} loads on the kernel it is shipped with.`
    : `Ready: all ${modules} modules of ${trees} load on the kernel they are shipped with.`;
}
