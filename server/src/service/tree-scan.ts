import type { KernelScanReport, ScanReport, TreeTally } from '@vermagic/shared';
import { isFromModule, type ScannedKernel, type TreeFinding } from '../gate/findings/tree-facts.ts';
import { treeFindings } from '../gate/findings/tree-findings.ts';
import { tallyRules, tallyTree } from '../gate/findings/tree-tally.ts';
import {
  type MajorityVermagic,
  majorityOf,
  majorityVermagic,
  modulesByVermagic,
} from '../gate/findings/vermagic-findings.ts';
import type { ModuleListing, TreeModule } from '../gate/list-modules.ts';
import type { ModulesFolder } from '../gate/modules-folders.ts';
import { scanModules } from '../gate/scan-modules.ts';
import type { KernelPart } from '../kernel/kernel-part.ts';
import { isInTree } from '../kernel/sources/known-good-module.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import type { ScanCache } from '../ports/scan-cache.ts';
import type { Policy } from '../rules/policy.ts';
import type { ShellParser } from '../text/shell/shell-parser.ts';
import { vermagicsOf, withMajority } from './majority-target.ts';
import type { RuleLevels } from './module-checker.ts';
import { ScanMemory } from './scan-memory.ts';
import { kernelReport, sumReports } from './scan-report.ts';
import { type ScanTools, ThreadedWork } from './scan-work.ts';
import { openRecipe, type TargetRecipe } from './target-recipe.ts';

/** One folder of modules and the kernel they are for. */
export interface KernelToScan {
  readonly place: ModulesFolder;
  readonly listing: ModuleListing;
  readonly recipe: TargetRecipe;
  /** Already opened, where the caller has it. */
  readonly target?: TargetKernel;
  /** Only modules of the tree are providers. */
  readonly closed: boolean;
}

export interface TreeScanRequest {
  readonly root: string;
  /** How the root is shown in paths of modules; '' or ending in '/'. */
  readonly pathPrefix: string;
  readonly kernels: readonly KernelToScan[];
  readonly levels: RuleLevels;
  readonly policy: Policy;
  readonly markerFolders: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  /** Findings about the tree as a whole; of a shard those about its own modules, and of the first also the rest. */
  readonly treeRules: boolean;
  readonly cache?: ScanCache | undefined;
  readonly version: string;
}

export interface TreeScanResult {
  readonly report: ScanReport;
  readonly kernels: readonly ScannedKernel[];
}

/** Levels that turn what is a mere remark into a finding that counts; nothing is proven then. */
const remarks = [
  'taint',
  'debug-info-left',
  'retpoline-missing',
  'btf-mismatch',
  'signature-missing',
  'signature-untrusted',
];

/** Scans a tree. Independent of any editor and of the command line: both call this. */
export async function scanTree(ports: Ports, tools: ScanTools, request: TreeScanRequest): Promise<TreeScanResult> {
  const start = performance.now();
  const scanned: ScannedKernel[] = [];
  for (const kernel of request.kernels) scanned.push(await scanKernel(ports, tools, request, kernel));
  const findings = request.treeRules ? await findingsOf(ports, request, scanned) : [];
  const levelled = findings.flatMap((finding) => atLevel(finding, request.levels));
  const tallies = request.shard && (await Promise.all(scanned.map((one) => tallyOf(ports, request, one))));
  const reports = scanned.map((kernel, index): KernelScanReport => {
    const { listing } = request.kernels[index] as KernelToScan;
    const own = levelled.filter((finding) => index === ownerOf(finding, scanned));
    return kernelReport(kernel, own, listing.problems, request.pathPrefix, tallies?.[index]);
  });
  const report = sumReports(reports, performance.now() - start, request.shard);
  return { report, kernels: scanned };
}

/** A finding belongs to the kernel in whose folder it lies, else to the first. */
function ownerOf(finding: TreeFinding, kernels: readonly ScannedKernel[]): number {
  const found = kernels.findIndex(({ folder }) => folder !== '' && `${finding.path}/`.startsWith(`${folder}/`));
  return Math.max(0, found);
}

async function scanKernel(
  ports: Ports,
  tools: ScanTools,
  request: TreeScanRequest,
  kernel: KernelToScan,
): Promise<ScannedKernel> {
  const { place, listing, closed } = kernel;
  const opened = kernel.target ?? (await openRecipe(ports, kernel.recipe));
  const folder = place.path;
  const memory = request.cache && new ScanMemory(request.cache, request.version, request.levels);
  const run = async (target: TargetKernel, majority?: MajorityVermagic): Promise<ScannedKernel> => {
    const prefix = `${request.pathPrefix}${folder === '' ? '' : `${folder}/`}`;
    const work = new ThreadedWork(
      ports,
      tools,
      target,
      kernel.recipe,
      { levels: request.levels, pathPrefix: prefix },
      majority,
    );
    const scan = await scanModules(
      {
        target,
        modules: listing.modules,
        closed,
        obstacle: raises(request.levels) ? 'levels of the project count remarks as findings' : undefined,
        ...(request.shard === undefined ? {} : { wanted: inShard(listing.modules, request.shard) }),
        ...(memory === undefined ? {} : { remembered: (plan) => memory.recall(place.uri, plan) }),
      },
      work,
    );
    if (request.shard === undefined) await memory?.keep(place.uri, scan);
    const scanned = { target, release: place.release, folder, modules: listing.modules, scan };
    const isOdd = ([value]: readonly [string, unknown]) => value !== target.vermagic?.value;
    if (request.shard === undefined || !modulesByVermagic(scanned).some(isOdd)) return scanned;
    return { ...scanned, vermagicsOfAll: (await vermagicsOf(ports, listing.modules)).length };
  };
  const reference = await referenceModule(ports, opened, listing.modules);
  const first = await (reference === undefined
    ? run(opened)
    : run(await withMajority(ports, opened, reference), reference));
  // Where only modules say what the kernel's vermagic is, the one that was asked first may be the odd one out.
  const unsure = opened.vermagic === undefined || isFromModule(opened);
  // A part of the modules may have another majority than the whole.
  const whole = unsure && request.shard !== undefined ? await vermagicsOf(ports, listing.modules) : undefined;
  const majority = !unsure ? undefined : whole === undefined ? majorityVermagic(first) : majorityOf(whole);
  if (majority === undefined) return first;
  const target = await withMajority(ports, opened, majority);
  return majority.value === opened.vermagic?.value ? { ...first, target } : run(target, majority);
}

/** Modules tried for what only a module of that very kernel says. */
const triedReferences = 8;

/**
 * Headers do not say how large struct module is. A module of the tree that the same kernel build made (the very vermagic, and
 * part of the kernel's own tree) does.
 */
async function referenceModule(
  ports: Ports,
  target: TargetKernel,
  modules: readonly TreeModule[],
): Promise<MajorityVermagic | undefined> {
  const { vermagic } = target;
  if (target.structModuleSize !== undefined || vermagic === undefined) return undefined;
  const step = Math.max(1, Math.floor(modules.length / triedReferences));
  for (let at = 0; at < modules.length; at += step) {
    const { uri } = modules[at] as TreeModule;
    const module = await openKernelModule(ports, uri);
    if (modinfoValue(module, 'vermagic') !== vermagic.value || !isInTree(module)) continue;
    return { value: vermagic.value, label: vermagic.origin.label, uri };
  }
  return undefined;
}

function raises(levels: RuleLevels): boolean {
  return remarks.some((rule) => levels[rule] === 'error' || levels[rule] === 'warning');
}

function inShard(
  modules: readonly TreeModule[],
  shard: { readonly index: number; readonly count: number },
): (module: TreeModule) => boolean {
  const wanted = new Set(modules.filter((_, index) => index % shard.count === shard.index - 1));
  return (module) => wanted.has(module);
}

async function findingsOf(
  ports: Ports,
  request: TreeScanRequest,
  kernels: readonly ScannedKernel[],
): Promise<readonly TreeFinding[]> {
  const readImage = async (uri: string): Promise<KernelPart | undefined> => {
    const { imagePartReader } = await import('../kernel/image/image-part-reader.ts');
    return imagePartReader(ports)(uri);
  };
  const readShell = async (): Promise<ShellParser | undefined> => {
    const { LazyParsers } = await import('./parsers.ts');
    return (await new LazyParsers(ports.grammars, ports.logger).get()).shell;
  };
  const { files, decompressor } = ports;
  const { root, markerFolders, policy } = request;
  const live = request.kernels.some(({ recipe }) => recipe.kind === 'live');
  const ofTree = request.shard === undefined || request.shard.index === 1;
  const facts = { files, decompressor, root, live, kernels, markerFolders, policy, readImage, readShell };
  return treeFindings(facts, ofTree);
}

/** Of a part of a scan: what only all parts together can say. */
async function tallyOf(
  { files }: Ports,
  { root, levels, treeRules }: TreeScanRequest,
  kernel: ScannedKernel,
): Promise<Omit<TreeTally, 'assumed'>> {
  const own = tallyRules.flatMap((rule) => {
    const level = treeRules ? levels[rule] : 'off';
    return level === undefined ? [] : [[rule, level] as const];
  });
  return { ...(await tallyTree({ files, root }, kernel)), levels: Object.fromEntries(own) };
}

function atLevel(finding: TreeFinding, levels: RuleLevels): TreeFinding[] {
  const level = levels[finding.rule];
  return level === 'off' ? [] : [{ ...finding, severity: level ?? finding.severity }];
}
