import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextRange } from '../findings/finding.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri, uriPath } from '../ports/uri.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { projectFileName } from '../service/project-file-name.ts';
import type { CliIo } from './cli-io.ts';
import type { PlacedFinding } from './sarif.ts';
import { printable } from './style.ts';

/** Where the `vermagic.json` of this folder or of the nearest one above it lies. */
export async function locateProject(ports: Ports, folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const uri = fileUri(pathToFileURL(path.join(at, projectFileName)).href);
    // Whatever is there under that name is meant: a folder or a link that leads nowhere is a mistake, not the absence of a file.
    if ((await ports.files.stat(uri).catch(() => undefined)) !== undefined) return uri;
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * The project that a folder belongs to; its reader is brought in only where there is one. What cannot be understood in it is
 * said here, once a call: a command looks for it once.
 */
export async function findProject(io: CliIo, ports: Ports, folder = io.cwd): Promise<ProjectFile | undefined> {
  const uri = await locateProject(ports, folder);
  if (uri === undefined) return undefined;
  const { readProjectFile } = await import('../service/read-project-file.ts');
  const project = await readProjectFile(ports.files, uri);
  for (const { line, message } of project.problems)
    io.err(`vermagic: ${printable(`${uriPath(uri)}${line === undefined ? '' : `:${line + 1}`}: ${message}`)}\n`);
  return project;
}

/** Whether a `vermagic.json` is there that says what nobody understands: then nobody knows all that was asked for. */
export function isBroken(project: ProjectFile | undefined): boolean {
  return project !== undefined && project.problems.length > 0;
}

/** What is wrong with it, as machines read it. */
export function projectFindings(project: ProjectFile | undefined, cwd: string): PlacedFinding[] {
  return (project?.problems ?? []).map(({ message, line, range }) => ({
    path: path.relative(cwd, fileURLToPath(project?.uri ?? '')),
    ...(line === undefined ? {} : { region: regionOf(range) }),
    rule: 'unreadable',
    severity: 'error',
    message: `${projectFileName}: ${message}`,
  }));
}

function regionOf({ start, end }: TextRange) {
  return { line: start.line + 1, column: start.character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
}
