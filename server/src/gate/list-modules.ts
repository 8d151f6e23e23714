import { limits } from '../limits.ts';
import { FileError, type FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import { foldedModuleName } from './export-table.ts';

/** A module's file in a tree. */
export interface TreeModule {
  readonly uri: string;
  /** From the tree's folder, with `/`. */
  readonly path: string;
  /** As modprobe knows it: `-` folded to `_`. */
  readonly name: string;
}

export interface ModuleListing {
  /** Sorted by path. */
  readonly modules: readonly TreeModule[];
  /** What could not be looked into, in one sentence each. */
  readonly problems: readonly string[];
}

const moduleSuffix = /\.ko(?:\.(?:gz|xz|zst))?$/;
/** Folders read at once. */
const parallel = 32;

export function isModuleFile(name: string): boolean {
  return moduleSuffix.test(name);
}

export function moduleNameOfPath(path: string): string {
  return foldedModuleName(path).replace(moduleSuffix, '');
}

/**
 * All modules below a folder. Linked folders are not followed (`build` and `source` lead out of the tree, and loops have no
 * end); a linked module counts as the file it leads to.
 * @param skip folders to leave out, by path from `folder`.
 */
export async function listModules(
  files: FileSystem,
  folder: string,
  skip: (path: string) => boolean = () => false,
): Promise<ModuleListing> {
  const modules: TreeModule[] = [];
  const problems: string[] = [];
  let level = [''];
  let folders = 0;
  while (level.length > 0) {
    const next: string[] = [];
    for (let start = 0; start < level.length; start += parallel) {
      const paths = level.slice(start, start + parallel);
      folders += paths.length;
      if (folders > limits.moduleFolders) {
        problems.push(`There are more than ${limits.moduleFolders} folders; the rest is not looked into.`);
        return { modules: sorted(modules), problems };
      }
      await Promise.all(paths.map((path) => readFolder(files, folder, path, { modules, problems, next, skip })));
    }
    level = next;
  }
  return { modules: sorted(modules), problems };
}

interface Walk {
  readonly modules: TreeModule[];
  readonly problems: string[];
  readonly next: string[];
  readonly skip: (path: string) => boolean;
}

async function readFolder(files: FileSystem, root: string, path: string, walk: Walk): Promise<void> {
  const uri = path === '' ? root : joinUri(root, path);
  try {
    for (const entry of await files.readDirectory(uri)) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.type === 'directory') {
        if (!walk.skip(child)) walk.next.push(child);
      } else if (entry.type !== 'other' && isModuleFile(entry.name)) {
        walk.modules.push({
          uri: `${uri}/${encodeURIComponent(entry.name)}`,
          path: child,
          name: moduleNameOfPath(entry.name),
        });
      }
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // What vanished while the folder above was read is no longer part of the tree.
    if (error.code === 'not-found') return;
    walk.problems.push(`${path === '' ? '.' : path} cannot be looked into: ${error.code.replaceAll('-', ' ')}.`);
  }
}

function sorted(modules: TreeModule[]): TreeModule[] {
  return modules.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Of several files of one module modprobe takes one: by default what lies under `updates` before all else, then the first
 * (depmod.d: `search updates built-in`). The others never load.
 */
export function effectiveModules(modules: readonly TreeModule[]): ReadonlyMap<string, TreeModule> {
  const byName = new Map<string, TreeModule>();
  for (const module of modules) {
    const other = byName.get(module.name);
    if (other === undefined || (isUpdate(module) && !isUpdate(other))) byName.set(module.name, module);
  }
  return byName;
}

function isUpdate(module: TreeModule): boolean {
  return module.path.startsWith('updates/');
}
