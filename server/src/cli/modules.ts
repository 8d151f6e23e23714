import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { limits } from '../limits.ts';
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
 * @throws UsageError for a path that leads nowhere or a folder that cannot be read.
 */
export async function modulesOf(operands: readonly string[], io: CliIo, ports: Ports): Promise<ModuleOperand[]> {
  if (operands.length === 0) throw new UsageError('name at least one module or folder.');
  const modules: ModuleOperand[] = [];
  for (const operand of operands) {
    const uri = uriOf(io, operand);
    const stat = await ports.files.stat(uri).catch(() => undefined);
    if (!stat) throw new UsageError(`${operand}: there is no such file or folder.`);
    if (stat.type === 'directory') modules.push(...(await below(operand, io, ports)));
    else modules.push({ path: operand, uri });
  }
  return modules;
}

async function below(folder: string, io: CliIo, ports: Ports): Promise<ModuleOperand[]> {
  const found: ModuleOperand[] = [];
  const queue = [folder];
  for (let at = 0; at < queue.length; at++) {
    if (at > limits.moduleFolders)
      throw new UsageError(`${folder} has more than ${limits.moduleFolders} folders; name a smaller one.`);
    const current = queue[at] as string;
    const entries = await ports.files.readDirectory(uriOf(io, current)).catch((error: unknown) => {
      throw new UsageError(`${current}: ${error instanceof Error ? error.message : String(error)}`);
    });
    for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const child = path.join(current, entry.name);
      if (entry.type === 'directory') queue.push(child);
      else if (moduleName.test(entry.name))
        found.push({ path: child, uri: pathToFileURL(path.resolve(io.cwd, child)).href });
    }
  }
  if (found.length === 0)
    throw new UsageError(`${folder}: there is no module (*.ko, *.ko.gz, *.ko.xz, *.ko.zst) in it.`);
  return found;
}
