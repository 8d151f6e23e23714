import { looksLikeKernelTree } from '../../kernel/sources/tree-kind.ts';
import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri } from '../../ports/uri.ts';

/** The files of a project that a person wrote, by path from its folder; kernels and root file systems are not entered. */
export interface ProjectListing {
  readonly rootUri: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
  read(path: string): Promise<string | undefined>;
}

const skipped: ReadonlySet<string> = new Set([
  '.git',
  '.svn',
  '.vermagic',
  'node_modules',
  'tmp',
  'sstate-cache',
  'downloads',
  '__pycache__',
]);
const deepest = 4;

export async function listProject(files: FileSystem, rootUri: string): Promise<ProjectListing> {
  const found: string[] = [];
  const folders: string[] = [];
  const queue: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let at = 0; at < queue.length && at < limits.pipelineFolders; at++) {
    const { path, depth } = queue[at] as { path: string; depth: number };
    const entries = await files.readDirectory(joinUri(rootUri, path)).catch(() => []);
    const names = new Set(entries.map((entry) => entry.name));
    if (depth > 0 && (looksLikeKernelTree(entries) || (names.has('lib') && names.has('usr')))) continue;
    for (const { name, type } of entries.slice(0, limits.directoryEntries)) {
      const child = path === '' ? name : `${path}/${name}`;
      if (type !== 'directory') found.push(child);
      else if (depth < deepest && !skipped.has(name)) {
        folders.push(child);
        queue.push({ path: child, depth: depth + 1 });
      }
    }
  }
  return {
    rootUri,
    files: found.sort(),
    folders: folders.sort(),
    read: async (path) => {
      const bytes = await files.readFile(joinUri(rootUri, path), limits.textBytes).catch(() => undefined);
      return bytes && new TextDecoder().decode(bytes);
    },
  };
}
