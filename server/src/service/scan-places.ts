import { listModules, type ModuleListing } from '../gate/list-modules.ts';
import { type ModulesFolder, modulesFolders } from '../gate/modules-folders.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri } from '../ports/uri.ts';
import type { TargetRecipe } from './target-recipe.ts';
import type { KernelToScan } from './tree-scan.ts';

/** Directories below a build tree in which no module of interest lies. */
const skippedInTrees = /(?:^|\/)(?:\.git|node_modules|\.tmp_versions)$/;
/** How deep a kernel tree is looked for in a folder that is none itself. */
const treeDepth = 3;

/** Why a folder cannot be scanned as what it was said to be. */
export type NothingToScanReason = 'no-modules-folder' | 'no-kernel-tree' | 'no-modules';

/** The message says what is missing; what to do about it depends on who asked, and is theirs to add. */
export class NothingToScan extends Error {
  readonly reason: NothingToScanReason;

  constructor(reason: NothingToScanReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Every kernel of a root file system with its modules.
 * @throws NothingToScan
 */
export async function kernelsOfRootfs(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  const places = await modulesFolders(ports.files, root);
  if (places.length === 0) {
    throw new NothingToScan(
      'no-modules-folder',
      `${shown}: there is no lib/modules/RELEASE in it, so it is no root file system with modules.`,
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

/**
 * All modules below a build tree, against the kernel tree that it is or holds.
 * @throws NothingToScan
 */
export async function kernelsOfBuildTree(
  root: string,
  shown: string,
  ports: Ports,
  target: TargetRecipe | undefined,
): Promise<KernelToScan[]> {
  const recipe = target ?? (await kernelTreeIn(root, shown, ports));
  if (recipe === undefined) {
    throw new NothingToScan('no-kernel-tree', `${shown}: neither it nor a folder in it is a configured kernel tree.`);
  }
  const listing: ModuleListing = await listModules(ports.files, root, (folder) => skippedInTrees.test(folder));
  if (listing.modules.length === 0 && listing.problems.length === 0) {
    throw new NothingToScan('no-modules', `${shown}: there is no module (*.ko) in it.`);
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
