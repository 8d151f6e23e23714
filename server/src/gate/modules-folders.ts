import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';

/** A folder of one kernel's modules. */
export interface ModulesFolder {
  readonly uri: string;
  /** From the tree's root; '' for the root itself. */
  readonly path: string;
  /** Its name under lib/modules. */
  readonly release: string | undefined;
}

/** `lib/modules/R` of a root file system, for every R; also where only `usr/lib/modules` is. */
export async function modulesFolders(files: FileSystem, root: string): Promise<readonly ModulesFolder[]> {
  for (const path of ['lib/modules', 'usr/lib/modules']) {
    const entries = await files.readDirectory(joinUri(root, path)).catch(() => undefined);
    if (entries === undefined) continue;
    const releases = entries
      .filter((entry) => entry.type === 'directory' && /^\d/.test(entry.name))
      .map((entry) => entry.name)
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    return releases.map((release) => ({ uri: joinUri(root, path, release), path: `${path}/${release}`, release }));
  }
  return [];
}
