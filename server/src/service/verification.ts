import type { PlacedFinding, VerifiedTree, VerifyKind, VerifyReport } from '@vermagic/shared';
import type { Ports } from '../ports/ports.ts';
import { relativePath, uriName } from '../ports/uri.ts';
import type { PolicySource } from '../rules/policy.ts';
import {
  flashVerdict,
  type Gate,
  type GatePlace,
  type GateResult,
  gatePlaces,
  missingGates,
  openGate,
  projectGates,
  reasonsOfGates,
  reasonsOfScripts,
  runGate,
  type ScriptFinding,
  treeVerdict,
} from './preflight.ts';
import type { ProjectFile } from './project-file.ts';
import { NothingToScan } from './scan-places.ts';
import type { ScanTools } from './scan-work.ts';
import type { TargetRecipe } from './target-recipe.ts';
import type { TreeScanRequest } from './tree-scan.ts';
import { verifiedTrees } from './verify-report.ts';

/** What is verified, and by what it is judged: plain data, so that another thread can do it. */
export interface Verification {
  readonly kind: VerifyKind;
  readonly uri: string;
  /** How the folder is shown. */
  readonly name: string;
  /** The kernel that was asked for, for all modules. */
  readonly target: TargetRecipe | undefined;
  /** For a folder of modules in which there is no kernel. */
  readonly fallback: TargetRecipe | undefined;
  /** Kernels that the tree is known as a part of; a kernel without a release is for all that have no better one. */
  readonly owners: readonly { readonly release: string | undefined; readonly recipe: TargetRecipe }[];
  readonly project: ProjectFile | undefined;
  readonly policy: PolicySource;
  /** Levels of the project and of the settings. */
  readonly levels: TreeScanRequest['levels'];
  readonly version: string;
  /** For `preflight`: what was built before something changed. */
  readonly stale?: readonly ScriptFinding[];
}

export interface VerificationTools extends ScanTools {
  readonly cache?: TreeScanRequest['cache'];
  /** Findings in scripts and configuration below a folder. */
  readonly lint: (folder: string) => Promise<readonly ScriptFinding[]>;
}

/**
 * Verifies one tree, or with `preflight` all that a project asks for.
 * @throws NothingToScan
 */
export async function verify(ports: Ports, tools: VerificationTools, asked: Verification): Promise<VerifyReport> {
  const start = performance.now();
  const gates = await gatesOf(ports, asked);
  const total = gates.reduce((sum, gate) => sum + modulesOf(gate), 0);
  const results: GateResult[] = [];
  const trees: VerifiedTree[] = [];
  let before = 0;
  for (const gate of gates) {
    const progress = (done: number) => tools.progress?.(Math.min(before + done, total), total);
    const result = await runGate(ports, { ...tools, progress }, gate, {
      project: asked.project,
      policy: asked.policy,
      levels: asked.levels,
      folder: asked.uri,
      cache: tools.cache,
      version: asked.version,
    });
    results.push(result);
    trees.push(...verifiedTrees(gate, result.scan));
    before += modulesOf(gate);
  }
  const scripts =
    asked.kind === 'preflight'
      ? levelled([...(asked.stale ?? []), ...(await tools.lint(asked.uri))], asked.levels)
      : [];
  results.push(...projectGates(asked.project, (uri) => shownIn(asked.uri, uri)));
  if (asked.kind === 'preflight')
    results.push(...(await missingGates(asked.project, ports, (uri) => shownIn(asked.uri, uri))));
  const reasons = reasonsOfScripts(scripts);
  if (asked.kind === 'preflight')
    results.push({ kind: 'lint', path: asked.name, ready: reasons.length === 0, reasons });
  return {
    kind: asked.kind,
    uri: asked.uri,
    name: asked.name,
    ready: reasonsOfGates(results).ready,
    verdict: asked.kind === 'preflight' ? flashVerdict(results) : treeVerdict(results),
    trees,
    scripts: scripts.map((finding): PlacedFinding => ({ ...finding, path: relativePath(asked.uri, finding.uri) })),
    modules: total,
    durationMs: Math.round(performance.now() - start),
  };
}

async function gatesOf(ports: Ports, asked: Verification): Promise<Gate[]> {
  const { kind, uri, name, target, fallback, owners } = asked;
  if (kind === 'build-tree') {
    const open = (recipe: TargetRecipe | undefined) => openGate({ kind, uri, recipe, release: undefined }, name, ports);
    try {
      return [await open(target ?? owners[0]?.recipe)];
    } catch (error) {
      if (!(error instanceof NothingToScan && error.reason === 'no-kernel-tree') || fallback === undefined) throw error;
      return [await open(fallback)];
    }
  }
  if (kind === 'rootfs') {
    const gate = await openGate({ kind, uri, recipe: target, release: undefined }, name, ports);
    if (target !== undefined) return [gate];
    const recipeOf = (release: string | undefined) =>
      (owners.find((owner) => owner.release === release) ?? owners.find((owner) => owner.release === undefined))
        ?.recipe;
    const kernels = gate.kernels.map((kernel) => ({
      ...kernel,
      recipe: recipeOf(kernel.place.release) ?? kernel.recipe,
    }));
    return [{ ...gate, kernels }];
  }
  const places: readonly GatePlace[] = await gatePlaces(uri, asked.project, ports);
  const gates: Gate[] = [];
  for (const place of places) gates.push(await openGate(place, shownIn(uri, place.uri), ports));
  return gates;
}

function shownIn(folder: string, uri: string): string {
  return relativePath(folder, uri) || uriName(uri);
}

function modulesOf(gate: Gate): number {
  return gate.kernels.reduce((sum, { listing }) => sum + listing.modules.length, 0);
}

function levelled(findings: readonly ScriptFinding[], levels: Verification['levels']): readonly ScriptFinding[] {
  return findings.flatMap((finding) => {
    const level = levels[finding.rule];
    return level === 'off' ? [] : [{ ...finding, severity: level ?? finding.severity }];
  });
}
