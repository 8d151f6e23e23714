import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ScanReport } from '@vermagic/shared';
import type { Ports } from '../ports/ports.ts';
import type { PolicySource } from '../rules/policy.ts';
import {
  type Gate,
  type GateRules,
  gatePlaces,
  missingGates,
  openGate,
  projectGates,
  reasonsOfGates,
  reasonsOfScripts,
  runGate,
} from '../service/preflight.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import type { LintReport } from './lint-command.ts';
import { findingsText, formatOf, json } from './output-format.ts';
import { preflightFindings } from './preflight-findings.ts';
import { type GateReport, type PreflightReport, preflightText } from './preflight-text.ts';
import { findProject, isBroken } from './project.ts';
import { ProgressLine, scanOptions, threadsOf } from './scan-options.ts';
import { asUsage, folderOf } from './scan-places.ts';
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
    const project = await findProject(io, ports, folder);
    const policy: PolicySource = project ? (await import('../service/project-file.ts')).policyOfProject(project) : {};
    const show = (uri: string) => shownPath(root, operand, uri);
    const found = await gatePlaces(root, project, ports);
    const places = await Promise.all(found.map((place) => openGate(place, show(place.uri), ports).catch(asUsage)));
    const gates: GateReport[] = [];
    const tools = { pool, reader: io.platform?.createReader(), progress: progress.report };
    const rules: GateRules = {
      project,
      policy,
      levels: policy.levels ?? {},
      folder: root,
      cache: args.flag('no-cache') ? undefined : io.platform?.createCache(ports.logger),
      version,
    };
    for (const place of places) gates.push(await runGate(ports, tools, place, rules));
    progress.clear();
    gates.push(...projectGates(project, show), ...(await missingGates(project, ports, show)));
    gates.push(await lintGate(operand, root, project, io, ports));
    const report: PreflightReport = { ...reasonsOfGates(gates), gates };
    await print(report, project === undefined ? operand : show(project.uri), format, args, io, version);
    const manifest = args.value('manifest');
    if (manifest !== undefined) await writeManifest(manifest, report, places, io, ports, version);
    if (isBroken(project) || gates.some(isPartial)) return exitStatus.usage;
    return report.ready ? exitStatus.clean : exitStatus.findings;
  } finally {
    progress.clear();
    await pool?.close();
  }
}

/** Whether something was not looked at. */
function isPartial({ scan, unreadable }: GateReport): boolean {
  return (scan?.unreadable.length ?? 0) > 0 || (unreadable?.length ?? 0) > 0;
}

function shownPath(root: string, shown: string, uri: string): string {
  const relative = path.relative(fileURLToPath(root), fileURLToPath(uri));
  return relative === '' ? shown : path.join(shown, relative);
}

/** Build phases that are stale: what would be flashed was made before something changed. */
async function stalePhases(operand: string, root: string, ports: Ports): Promise<LintReport[]> {
  const { hasBuildRecords, staleFindings } = await import('../service/stale-findings.ts');
  if (!(await hasBuildRecords(ports, root))) return [];
  const { Session } = await import('../service/session.ts');
  const session = new Session(ports);
  await session.open([root]);
  const show = (uri: string) => shownPath(root, operand, uri);
  return (await staleFindings(ports, session, root)).map(({ uri, range: { start, end }, rule, severity, message }) => ({
    path: show(uri),
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
    rule,
    severity,
    message,
  }));
}

/** The project's scripts and configuration, by `vermagic lint` itself. */
async function lintGate(
  operand: string,
  root: string,
  project: ProjectFile | undefined,
  io: CliIo,
  ports: Ports,
): Promise<GateReport> {
  const { lintFiles } = await import('./lint-command.ts');
  const { reports, unreadable } = await lintFiles([operand], [], project, io, ports);
  const lint = [...(await stalePhases(operand, root, ports)), ...reports];
  for (const problem of unreadable) io.err(`vermagic preflight: ${problem}\n`);
  const reasons = reasonsOfScripts(lint);
  if (unreadable.length > 0) reasons.push(`${unreadable.length} of its files and folders could not be read`);
  const left = unreadable.length === 0 ? {} : { unreadable };
  return { kind: 'lint', path: operand, ready: reasons.length === 0, reasons, lint, ...left };
}

async function writeManifest(
  file: string,
  report: PreflightReport,
  places: readonly Gate[],
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
  projectPath: string,
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
  const findings = preflightFindings(report, projectPath, io.cwd);
  io.out(await findingsText(format, findings, version));
}
