import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ScanReport } from '@vermagic/shared';
import { isModuleFile } from '../gate/list-modules.ts';
import { modulesFolders } from '../gate/modules-folders.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri } from '../ports/uri.ts';
import { Policy, type PolicySource } from '../rules/policy.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { isReady, reasonsAgainst } from '../service/scan-report.ts';
import type { TargetRecipe } from '../service/target-recipe.ts';
import { type KernelToScan, scanTree } from '../service/tree-scan.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import type { LintReport } from './lint-command.ts';
import { formatOf, json } from './output-format.ts';
import { type GateReport, type PreflightReport, preflightText } from './preflight-text.ts';
import type { PlacedFinding } from './sarif.ts';
import { scanFindings } from './scan-findings.ts';
import { ProgressLine, scanOptions, threadsOf } from './scan-options.ts';
import { folderOf, kernelsOfBuildTree, kernelsOfRootfs, projectOf } from './scan-places.ts';
import { styleFor } from './style.ts';

export const preflightCommand: Command = {
  name: 'preflight',
  operands: '[DIR]',
  summary: 'Runs every gate that the project asks for and says whether to flash.',
  options: {
    manifest: { type: 'string', operand: 'FILE', help: 'write what was verified: hashes, releases, verdicts, time' },
    ...scanOptions,
    ...formatOption,
  },
  run,
};

/** A tree that a gate looks at. */
interface Place {
  readonly kind: 'rootfs' | 'build-tree';
  readonly root: string;
  readonly shown: string;
  readonly kernels: readonly KernelToScan[];
}

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  if (args.operands.length > 1) throw new UsageError('name one folder.');
  const operand = args.operands[0] ?? '.';
  const root = await folderOf(operand, io, ports);
  const threads = threadsOf(args, io);
  const pool = threads > 1 ? io.platform?.startThreads(threads - 1) : undefined;
  const progress = new ProgressLine(io);
  try {
    const folder = fileURLToPath(root);
    const project = await projectOf(io, ports, folder);
    const policy: PolicySource = project ? (await import('../service/project-file.ts')).policyOfProject(project) : {};
    const places = await placesOf(root, operand, project, ports);
    const gates: GateReport[] = [];
    for (const place of places) {
      const { report } = await scanTree(
        ports,
        { pool, reader: io.platform?.createReader(), progress: progress.report },
        {
          root: place.root,
          pathPrefix: `${place.shown}/`,
          kernels: place.kernels,
          levels: policy.levels ?? {},
          policy: new Policy(policy),
          markerFolders: [project?.uri.slice(0, project.uri.lastIndexOf('/')) ?? root],
          treeRules: place.kind === 'rootfs',
          cache: args.flag('no-cache') ? undefined : io.platform?.createCache(ports.logger),
          version,
        },
      );
      gates.push({
        kind: place.kind,
        path: place.shown,
        ready: isReady(report),
        reasons: reasonsAgainst(report),
        scan: report,
      });
    }
    progress.clear();
    gates.push(await lintGate(operand, io, ports, version));
    const report = preflightReport(gates, places);
    const manifest = args.value('manifest');
    if (manifest !== undefined) await writeManifest(manifest, report, places, io, ports, version);
    await print(report, format, args, io, version);
    return report.ready ? exitStatus.clean : exitStatus.findings;
  } finally {
    progress.clear();
    await pool?.close();
  }
}

/** Nothing to look at is no reason to flash. */
function preflightReport(gates: readonly GateReport[], places: readonly Place[]): PreflightReport {
  const reasons = gates.flatMap((gate) => gate.reasons.map((reason) => `${gate.path}: ${reason}`));
  if (places.length === 0) {
    reasons.unshift(
      'no root file system and no built kernel tree was found; list them under "targets" in vermagic.json',
    );
  }
  return { ready: reasons.length === 0 && gates.every((gate) => gate.ready), reasons, gates };
}

/** The trees that vermagic.json names as sources of targets; without it, those in the folder's usual places. */
async function placesOf(root: string, shown: string, project: ProjectFile | undefined, ports: Ports): Promise<Place[]> {
  const places: Place[] = [];
  for (const target of project?.targets ?? []) {
    const recipe: TargetRecipe = { kind: 'project', name: target.name, project: project as ProjectFile };
    for (const uri of target.sourceUris) {
      const name = shownPath(root, shown, uri);
      if ((await modulesFolders(ports.files, uri)).length > 0) {
        const kernels = await kernelsOfRootfs(uri, name, ports, recipe);
        const own =
          target.release === undefined ? kernels : kernels.filter(({ place }) => place.release === target.release);
        places.push({ kind: 'rootfs', root: uri, shown: name, kernels: own });
      } else if (await isBuiltTree(uri, ports)) {
        places.push({
          kind: 'build-tree',
          root: uri,
          shown: name,
          kernels: await kernelsOfBuildTree(uri, name, ports, recipe),
        });
      }
    }
  }
  if (project !== undefined && project.targets.length > 0) return places;
  for (const folder of ['', 'rootfs', 'Linux_for_Tegra/rootfs', 'build/rootfs', 'output/target']) {
    const uri = folder === '' ? root : joinUri(root, folder);
    if ((await modulesFolders(ports.files, uri)).length === 0) continue;
    const name = shownPath(root, shown, uri);
    places.push({
      kind: 'rootfs',
      root: uri,
      shown: name,
      kernels: await kernelsOfRootfs(uri, name, ports, undefined),
    });
  }
  return places;
}

function shownPath(root: string, shown: string, uri: string): string {
  const relative = path.relative(fileURLToPath(root), fileURLToPath(uri));
  return relative === '' ? shown : path.join(shown, relative);
}

async function isBuiltTree(uri: string, ports: Ports): Promise<boolean> {
  const stat = await ports.files.stat(joinUri(uri, 'include/generated/utsrelease.h')).catch(() => undefined);
  if (stat?.type !== 'file') return false;
  // Headers have no modules: there is nothing to verify in them.
  const order = await ports.files.stat(joinUri(uri, 'modules.order')).catch(() => undefined);
  const entries = await ports.files.readDirectory(uri).catch(() => []);
  return order?.type === 'file' || entries.some((entry) => isModuleFile(entry.name));
}

/** The project's scripts and configuration, by `vermagic lint` itself. */
async function lintGate(operand: string, io: CliIo, ports: Ports, version: string): Promise<GateReport> {
  const { lintCommand } = await import('./lint-command.ts');
  let output = '';
  const captured: CliIo = {
    ...io,
    out(text) {
      output += text;
    },
  };
  const values: Readonly<Record<string, string>> = { format: 'json' };
  await lintCommand.run(
    { operands: [operand], flag: () => false, value: (name) => values[name], values: () => [] },
    captured,
    ports,
    version,
  );
  const lint = JSON.parse(output) as LintReport[];
  const errors = lint.filter((finding) => finding.severity === 'error');
  const rules = [...new Set(errors.map((finding) => finding.rule))].join(', ');
  const reasons =
    errors.length === 0
      ? []
      : [`${errors.length} ${errors.length === 1 ? 'error' : 'errors'} in scripts and configuration (${rules})`];
  return { kind: 'lint', path: operand, ready: errors.length === 0, reasons, lint };
}

async function writeManifest(
  file: string,
  report: PreflightReport,
  places: readonly Place[],
  io: CliIo,
  ports: Ports,
  version: string,
): Promise<void> {
  const { preflightManifest } = await import('./preflight-manifest.ts');
  const trees = places.map((place, index) => ({
    path: place.shown,
    report: report.gates[index]?.scan as ScanReport,
    modules: place.kernels.flatMap((kernel) => kernel.listing.modules),
    root: place.root,
  }));
  const manifest = await preflightManifest(report, trees, ports, version, new Date());
  const target = fileURLToPath(pathToFileURL(path.resolve(io.cwd, file)));
  try {
    if (io.platform === undefined) throw new Error('files cannot be written here');
    await io.platform.writeFile(target, json(manifest));
  } catch (error) {
    throw new UsageError(
      `--manifest ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function print(
  report: PreflightReport,
  format: ReturnType<typeof formatOf>,
  args: Arguments,
  io: CliIo,
  version: string,
): Promise<void> {
  if (format === 'text') {
    io.out(preflightText(report, { style: styleFor(io.colour), verbose: args.flag('verbose'), columns: io.columns }));
    return;
  }
  if (format === 'json') {
    io.out(json(report));
    return;
  }
  const findings: PlacedFinding[] = report.gates.flatMap((gate) => [
    ...(gate.scan === undefined ? [] : scanFindings(gate.scan)),
    ...(gate.lint ?? []).map(({ path: name, line, column, endLine, endColumn, rule, severity, message }) => ({
      path: name,
      region: { line, column, endLine, endColumn },
      rule,
      severity,
      message,
    })),
  ]);
  if (format === 'sarif') {
    const { sarif } = await import('./sarif.ts');
    io.out(`${sarif(findings, version)}\n`);
    return;
  }
  const { githubAnnotations } = await import('./github.ts');
  io.out(githubAnnotations(findings));
}
