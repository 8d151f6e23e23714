import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { listModules, type ModuleListing } from '../gate/list-modules.ts';
import { type ModulesFolder, modulesFolders } from '../gate/modules-folders.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri } from '../ports/uri.ts';
import type { ProjectFile } from '../service/project-file.ts';
import type { TargetRecipe } from '../service/target-recipe.ts';
import type { KernelToScan } from '../service/tree-scan.ts';
import { type CliIo, UsageError } from './cli-io.ts';

/** Directories below a build tree in which no module of interest lies. */
const skippedInTrees = /(?:^|\/)(?:\.git|node_modules|\.tmp_versions)$/;
/** How deep a kernel tree is looked for in a folder that is none itself. */
const treeDepth = 3;

/** The `vermagic.json` of this folder or of the nearest one above; read only where there is one. */
export async function projectOf(io: CliIo, ports: Ports, folder = io.cwd): Promise<ProjectFile | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const stat = await ports.files.stat(pathToFileURL(path.join(at, 'vermagic.json')).href).catch(() => undefined);
    if (stat?.type === 'file') return (await import('./targets.ts')).findProject({ ...io, cwd: folder }, ports);
    if (at === path.dirname(at)) return undefined;
  }
}

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
export async function kernelsOfRootfs(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  const places = await modulesFolders(ports.files, root);
  if (places.length === 0) {
    throw new UsageError(
      `${shown}: there is no lib/modules/RELEASE in it, so it is no root file system with modules. Use --build-tree for a folder of modules.`,
    );
  }
  return Promise.all(
    places.map(async (place): Promise<KernelToScan> => {
      const release = place.release ?? '';
      const recipe: TargetRecipe = target ?? {
        kind: 'path',
        name: places.length > 1 ? `${shown} ${release}` : shown,
        uri: root,
        release,
      };
      return { place, listing: await listModules(ports.files, place.uri), recipe, closed: true };
    }),
  );
}

/** All modules below a build tree, against the kernel tree that it is or holds. */
export async function kernelsOfBuildTree(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  const recipe = target ?? (await kernelTreeIn(root, shown, ports));
  if (recipe === undefined) {
    throw new UsageError(
      `${shown}: neither it nor a folder in it is a configured kernel tree. Name the kernel with --target (build tree, headers, root file system or image).`,
    );
  }
  const listing: ModuleListing = await listModules(ports.files, root, (folder) => skippedInTrees.test(folder));
  if (listing.modules.length === 0 && listing.problems.length === 0) {
    throw new UsageError(`${shown}: there is no module (*.ko) in it.`);
  }
  const place: ModulesFolder = { uri: root, path: '', release: undefined };
  return [{ place, listing, recipe, closed: false }];
}

async function kernelTreeIn(root: string, shown: string, ports: Ports): Promise<TargetRecipe | undefined> {
  let level = [root];
  for (let depth = 0; depth <= treeDepth; depth++) {
    const next: string[] = [];
    for (const uri of level) {
      const stat = await ports.files.stat(joinUri(uri, 'include/generated/utsrelease.h')).catch(() => undefined);
      if (stat?.type === 'file')
        return { kind: 'path', name: uri === root ? shown : `${shown}${uri.slice(root.length)}`, uri };
      const entries = await ports.files.readDirectory(uri).catch(() => []);
      for (const entry of entries)
        if (entry.type === 'directory' && !entry.name.startsWith('.')) next.push(joinUri(uri, entry.name));
    }
    level = next;
  }
  return undefined;
}

/** The modules of a running machine whose `/` is at `root`. */
export async function kernelOfMachine(
  root: string,
  name: string,
  release: string,
  ports: Ports,
): Promise<KernelToScan[]> {
  const places = await modulesFolders(ports.files, root);
  const place = places.find((candidate) => candidate.release === release);
  if (place === undefined) {
    throw new UsageError(
      `${name} runs ${release}, and has no lib/modules/${release}: no module can be loaded there. Install the modules of the running kernel, or boot the kernel that is installed.`,
    );
  }
  const recipe: TargetRecipe = { kind: 'live', name, root, release };
  return [{ place, listing: await listModules(ports.files, place.uri), recipe, closed: true }];
}
