import path from 'node:path';
import { counted } from '../findings/counted.ts';
import type { Finding, Severity, TextRange } from '../findings/finding.ts';
import { isModuleFile } from '../gate/list-modules.ts';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { limits } from '../limits.ts';
import { fileProblem } from '../ports/file-problem.ts';
import { FileError } from '../ports/file-system.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, parentUri } from '../ports/uri.ts';
import { isBinary, isLinted, kindOf } from '../service/lint-document.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { defaultSettings } from '../service/settings.ts';
import { TextWorkspace } from '../service/text-workspace.ts';
import type { FileKind } from '../text/file-kind.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { IgnoredFiles } from './ignored-files.ts';
import { findingsText, formatOf, json } from './output-format.ts';
import { findProject, isBroken, projectFindings } from './project.ts';
import type { PlacedFinding } from './sarif.ts';
import { printable, type Style, severityPaint, styleFor } from './style.ts';
import { type Discover, discoverOnce, targetsOf, uriOf } from './targets.ts';

/** JSON of one finding of `vermagic lint`; lines and columns count from 1, the end is exclusive. */
export interface LintReport {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly fix?: string;
}

export const lintCommand: Command = {
  name: 'lint',
  operands: 'FILE|DIR…',
  summary: 'Checks scripts, Dockerfiles, workflows, units, .config, Kbuild files, C sources and logs.',
  options: {
    target: {
      type: 'string',
      multiple: true,
      short: 't',
      operand: 'T',
      help: 'a kernel to compare with (default: those of vermagic.json, or of the current folder)',
    },
    ...formatOption,
  },
  run,
};

/** All findings in files and in what folders hold of scripts and configuration, and what could not be looked at. */
export async function lintFiles(
  operands: readonly string[],
  named: readonly string[],
  project: ProjectFile | undefined,
  io: CliIo,
  ports: Ports,
): Promise<{
  readonly reports: readonly LintReport[];
  readonly files: number;
  /** One sentence each. */
  readonly unreadable: readonly string[];
}> {
  const unreadable: string[] = [];
  const files = await filesOf(operands, { io, ports, unreadable });
  const discover = discoverOnce(ports);
  const targets = await targetsFor(files, named, { project, io, ports, discover });
  const folders = await foldersOf(operands, project, io, ports);
  const providerUris = await providersFor(files, folders, io, discover);
  const texts = new TextWorkspace(ports, () => ({
    folders,
    projects: project ? [project] : [],
    settings: defaultSettings,
    providerUris,
    targets: async () => targets,
  }));
  const reports: LintReport[] = [];
  for (const { path: name, text } of files) {
    const findings = await texts.findings({ uri: uriOf(io, name), text });
    reports.push(...findings.map((finding) => lintReport(name, finding)));
  }
  return { reports, files: files.length, unreadable };
}

interface Search {
  readonly project: ProjectFile | undefined;
  readonly io: CliIo;
  readonly ports: Ports;
  readonly discover: Discover;
}

/** The project: the folder of `vermagic.json` or the current one, and folders named that lie elsewhere. */
async function foldersOf(
  operands: readonly string[],
  project: ProjectFile | undefined,
  io: CliIo,
  ports: Ports,
): Promise<readonly string[]> {
  const folders = [project ? parentUri(project.uri) : uriOf(io, '.')];
  for (const uri of operands.map((operand) => uriOf(io, operand))) {
    if (folders.some((folder) => isWithin(folder, uri))) continue;
    if ((await ports.files.stat(uri).catch(() => undefined))?.type === 'directory') folders.push(uri);
  }
  return folders;
}

/** The Module.symvers of modules that are built outside of a kernel, where a Kbuild file may name them. */
async function providersFor(
  files: readonly LintedFile[],
  folders: readonly string[],
  io: CliIo,
  discover: Discover,
): Promise<readonly string[]> {
  if (!files.some(({ path: name, text }) => kindOf({ uri: uriOf(io, name), text }) === 'kbuild')) return [];
  const found: string[] = [];
  for (const folder of folders) found.push(...(await discover(folder)).providerSymvers);
  return [...new Set(found)];
}

/** What makes or builds against a kernel is compared with the kernels there are; the rest needs none. */
async function targetsFor(files: readonly LintedFile[], named: readonly string[], search: Search) {
  const { project, io, ports, discover } = search;
  if (named.length > 0) return targetsOf(named, project, io, ports);
  const wanted = files.some(({ path: name, text }) => {
    const kind = kindOf({ uri: uriOf(io, name), text });
    return kind !== undefined && (aboutKernels.has(kind) || /\bmake\b/.test(text));
  });
  return wanted ? targetsOf([], project, io, ports, discover).catch(withoutTargets) : [];
}

const aboutKernels: ReadonlySet<FileKind> = new Set(['dot-config', 'kbuild', 'makefile', 'pins', 'kernel-log']);

function withoutTargets(error: unknown): readonly OpenedTarget[] {
  if (error instanceof UsageError) return [];
  throw error;
}

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  const project = await findProject(io, ports);
  const { reports, files, unreadable } = await lintFiles(args.operands, args.values('target'), project, io, ports);
  switch (format) {
    case 'text':
      io.out(lintText(reports, files, styleFor(io.colour)));
      break;
    case 'json':
      io.out(json(reports));
      break;
    case 'sarif':
    case 'github':
      io.out(await findingsText(format, [...projectFindings(project, io.cwd), ...reports.map(placed)], version));
  }
  for (const problem of unreadable) io.err(`vermagic lint: ${problem}\n`);
  if (reports.some((report) => report.severity === 'error')) return exitStatus.findings;
  return unreadable.length > 0 || isBroken(project) ? exitStatus.usage : exitStatus.clean;
}

interface LintedFile {
  readonly path: string;
  readonly text: string;
}

interface Reader {
  readonly io: CliIo;
  readonly ports: Ports;
  readonly unreadable: string[];
}

/** Files named are always read; of folders those that some rule looks at and that .gitignore does not exclude. */
async function filesOf(operands: readonly string[], reader: Reader): Promise<LintedFile[]> {
  const { io, ports, unreadable } = reader;
  if (operands.length === 0) throw new UsageError('name at least one file or folder.');
  const files: LintedFile[] = [];
  for (const operand of operands) {
    const stat = await ports.files.stat(uriOf(io, operand)).catch(() => undefined);
    if (!stat) unreadable.push(`${operand}: there is no such file or folder.`);
    else if (stat.type === 'directory') files.push(...(await below(operand, reader)));
    else files.push(...(await read(operand, reader, true)));
  }
  if (files.length === 0 && unreadable.length > 0) throw new UsageError(unreadable.splice(0).join('\n'));
  return files;
}

async function below(folder: string, reader: Reader): Promise<LintedFile[]> {
  const { io, ports, unreadable } = reader;
  const found: LintedFile[] = [];
  const queue = [{ folder, ignored: new IgnoredFiles() }];
  for (let at = 0; at < queue.length; at++) {
    const step = queue[at];
    if (!step) break;
    if (at > limits.moduleFolders) {
      unreadable.push(`${folder} has more than ${limits.moduleFolders} folders; the rest is not looked into.`);
      break;
    }
    const entries = await ports.files.readDirectory(uriOf(io, step.folder)).catch((error: unknown) => {
      unreadable.push(`${step.folder}: the folder cannot be looked into: ${fileProblem(error)}`);
      return [];
    });
    const own = entries.some((entry) => entry.name === '.gitignore')
      ? step.ignored.with((await read(path.join(step.folder, '.gitignore'), reader))[0]?.text ?? '', step.folder)
      : step.ignored;
    for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = path.join(step.folder, entry.name);
      if (entry.name === '.git' || own.has(child, entry.type === 'directory')) continue;
      if (entry.type === 'directory') queue.push({ folder: child, ignored: own });
      else if (entry.type === 'file' && !isModuleFile(entry.name))
        found.push(...(await read(child, reader)).filter((file) => lintable(file, io)));
    }
  }
  return found;
}

function lintable({ path: file, text }: LintedFile, io: CliIo): boolean {
  const kind = kindOf({ uri: uriOf(io, file), text });
  return kind !== undefined && isLinted(kind);
}

/** What cannot be read is said and left out: the rest still counts. */
async function read(file: string, { io, ports, unreadable }: Reader, named = false): Promise<LintedFile[]> {
  try {
    const bytes = await ports.files.readFile(uriOf(io, file), limits.textBytes);
    const text = textOf(bytes, uriOf(io, file));
    // Found in a folder, it is nothing that anyone expects to be looked at.
    if (named && isBinary(text)) {
      unreadable.push(`${file}: it is binary, or text in UTF-16, which no shell and no kernel tool reads: give UTF-8.`);
      return [];
    }
    return [{ path: file, text }];
  } catch (error) {
    // Found in a folder, a file of that size is no script.
    if (!named && error instanceof FileError && error.code === 'too-large') return [];
    unreadable.push(`${file}: ${fileProblem(error)}`);
    return [];
  }
}

/** Without a byte order mark, as editors show it; but Kconfig, which reads configurations, knows none. */
function textOf(bytes: Uint8Array, uri: string): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return kindOf({ uri, text }) === 'dot-config' ? text : text.replace(/^\ufeff/, '');
}

function lintReport(name: string, finding: Finding): LintReport {
  const range: TextRange = finding.where?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const fix =
    finding.fixes?.find((candidate) => candidate.kind === 'edit' && candidate.preferred) ?? finding.fixes?.[0];
  return {
    path: name,
    line: range.start.line + 1,
    column: range.start.character + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.character + 1,
    rule: finding.rule,
    severity: finding.severity,
    message: finding.message,
    ...(fix ? { fix: fix.title } : {}),
  };
}

function placed({ path: name, line, column, endLine, endColumn, rule, severity, message }: LintReport): PlacedFinding {
  return { path: name, region: { line, column, endLine, endColumn }, rule, severity, message };
}

/** One line a finding, in the form that terminals and editors make clickable. */
function lintText(reports: readonly LintReport[], files: number, style: Style): string {
  const lines = reports.map(({ path: name, line, column, severity, rule, message, fix }) => {
    const paint = severityPaint(style, severity);
    const cure = fix ? `\n    ${style.dim(`fix: ${printable(fix)}`)}` : '';
    return `${style.bold(`${printable(name)}:${line}:${column}`)}: ${paint(severity)} ${style.dim(rule)}: ${printable(message)}${cure}`;
  });
  const count = (severity: Severity) => reports.filter((report) => report.severity === severity).length;
  const summary = `${counted(files, 'file')}, ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('info') + count('hint'), 'remark')}`;
  return `${[...lines, summary].join('\n')}\n`;
}
