import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { listModules } from '../gate/list-modules.ts';
import { modulesFolders } from '../gate/modules-folders.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProjectFile } from '../service/project-file.ts';
import {
  kernelsOfRootfs as findRootfsKernels,
  kernelsOfBuildTree as findTreeKernels,
  NothingToScan,
  type NothingToScanReason,
} from '../service/scan-places.ts';
import type { TargetRecipe } from '../service/target-recipe.ts';
import type { KernelToScan } from '../service/tree-scan.ts';
import { type CliIo, UsageError } from './cli-io.ts';

/** What `--target` names: a path, or a name of vermagic.json. */
export async function recipeOf(
  name: string,
  io: CliIo,
  ports: Ports,
  project: ProjectFile | undefined,
): Promise<TargetRecipe> {
  if (project?.targets.some((target) => target.name === name)) return { kind: 'project', name, project };
  const uri = pathToFileURL(path.resolve(io.cwd, name)).href;
  const stat = await ports.files.stat(uri).catch(() => undefined);
  if (stat === undefined) {
    const known = project?.targets.map((target) => target.name).join(', ');
    throw new UsageError(
      `--target ${name}: there is no such file or folder, and no target of that name.${known ? ` vermagic.json has: ${known}.` : ''}`,
    );
  }
  return { kind: 'path', name, uri };
}

/** A folder that has to be there. */
export async function folderOf(operand: string, io: CliIo, ports: Ports): Promise<string> {
  const uri = pathToFileURL(path.resolve(io.cwd, operand)).href.replace(/\/+$/, '');
  const stat = await ports.files.stat(uri).catch(() => undefined);
  if (stat === undefined) throw new UsageError(`${operand}: there is no such folder.`);
  if (stat.type !== 'directory') throw new UsageError(`${operand} is no folder.`);
  return uri;
}

/** Every kernel of a root file system with its modules. */
export function kernelsOfRootfs(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  return findRootfsKernels(root, shown, ports, target).catch(asUsage);
}

/** All modules below a build tree, against the kernel tree that it is or holds. */
export function kernelsOfBuildTree(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  return findTreeKernels(root, shown, ports, target).catch(asUsage);
}

const remedies: Readonly<Record<NothingToScanReason, string>> = {
  'no-modules-folder': ' Use --build-tree for a folder of modules.',
  'no-kernel-tree': ' Name the kernel with --target (build tree, headers, root file system or image).',
  'no-modules': '',
};

/** Adds the options that help. */
export function asUsage(error: unknown): never {
  if (error instanceof NothingToScan) throw new UsageError(`${error.message}${remedies[error.reason]}`);
  throw error;
}

/** The modules of a running machine whose `/` is at `root`; `problems` are what could not be copied from there. */
export async function kernelOfMachine(
  root: string,
  name: string,
  release: string,
  ports: Ports,
  problems: readonly string[] = [],
): Promise<KernelToScan[]> {
  const places = await modulesFolders(ports.files, root);
  const place = places.find((candidate) => candidate.release === release);
  if (place === undefined) {
    throw new UsageError(
      `${name} runs ${release}, and has no lib/modules/${release}: no module can be loaded there. Install the modules of the running kernel, or boot the kernel that is installed.`,
    );
  }
  const recipe: TargetRecipe = { kind: 'live', name, root, release };
  const listing = await listModules(ports.files, place.uri);
  return [{ place, listing: { ...listing, problems: [...problems, ...listing.problems] }, recipe, closed: true }];
}
