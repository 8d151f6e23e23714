import path from 'node:path';
import { limits } from '../limits.ts';
import { fileProblem } from '../ports/file-problem.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, UsageError } from './cli-io.ts';
import { uriOf } from './targets.ts';

export interface ModuleOperand {
  /** As the user named it, or below the folder he named. */
  readonly path: string;
  readonly uri: string;
}

const moduleName = /\.ko(?:\.(?:gz|xz|zst))?$/;

/**
 * The modules that operands name: files as they are, folders with all modules below them (links not followed).
 * @param problems gets a sentence for each operand that leads nowhere and each folder that cannot be read; the others count all
 * the same.
 * @throws UsageError for the first of these where nobody asks for them, and where no module is left.
 */
export async function modulesOf(
  operands: readonly string[],
  io: CliIo,
  ports: Ports,
  problems?: string[],
): Promise<ModuleOperand[]> {
  if (operands.length === 0) throw new UsageError('name at least one module or folder.');
  const problem = (message: string) => {
    if (problems === undefined) throw new UsageError(message);
    problems.push(message);
  };
  const modules: ModuleOperand[] = [];
  for (const operand of operands) {
    const uri = uriOf(io, operand);
    const stat = await ports.files.stat(uri).catch((error: unknown) => {
      problem(`${operand}: ${fileProblem(error)}`);
      return null;
    });
    if (stat === null) continue;
    if (stat === undefined) problem(`${operand}: there is no such file or folder.`);
    else if (stat.type === 'directory') modules.push(...(await below(operand, io, ports, problem)));
    else modules.push({ path: operand, uri });
  }
  if (modules.length === 0 && problems !== undefined) throw new UsageError(problems.join('\n'));
  return modules;
}

async function below(
  folder: string,
  io: CliIo,
  ports: Ports,
  problem: (message: string) => void,
): Promise<ModuleOperand[]> {
  const found: ModuleOperand[] = [];
  const queue = [folder];
  let unreadable = false;
  for (let at = 0; at < queue.length; at++) {
    if (at > limits.moduleFolders) {
      problem(
        `${folder} has more than ${limits.moduleFolders} folders; the rest is not looked into: name a smaller one.`,
      );
      return found;
    }
    const current = queue[at] as string;
    const uri = uriOf(io, current).replace(/\/+$/, '');
    const entries = await ports.files.readDirectory(uri).catch((error: unknown) => {
      unreadable = true;
      problem(`${current}: the folder cannot be looked into: ${fileProblem(error)}`);
      return [];
    });
    // As path.join() would put it before each of thousands of names.
    const prefix = path.join(current, 'x').slice(0, -1);
    for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.type === 'directory') queue.push(`${prefix}${entry.name}`);
      else if (moduleName.test(entry.name))
        found.push({ path: `${prefix}${entry.name}`, uri: `${uri}/${encodeURIComponent(entry.name)}` });
    }
  }
  if (found.length === 0 && !unreadable)
    problem(`${folder}: there is no module (*.ko, *.ko.gz, *.ko.xz, *.ko.zst) in this folder.`);
  return found;
}
