import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import { type GitHead, readGitHead } from './git-checkout.ts';
import { type MakefileVersion, versionOfMakefile } from './kernel-version.ts';
import { type SetLocalVersion, setLocalVersionOf, tagsOfVersion } from './set-local-version.ts';

/** What a kernel source says of the release that a build in it will have. */
export interface TreeRelease {
  readonly version: MakefileVersion;
  /** Contents of the `localversion*` files by name, in the order in which they are appended. */
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** CONFIG_LOCALVERSION of its `.config`; `undefined` without one. */
  readonly config: string | undefined;
  /** CONFIG_LOCALVERSION_AUTO=y. */
  readonly auto: boolean;
  /** `undefined`: no git checkout, or one that began above this folder; nothing is ever appended then. */
  readonly git: GitHead | undefined;
  readonly script: SetLocalVersion | undefined;
  /** Content of `.scmversion`; `undefined` without one, and where the kernel does not read it. */
  readonly scmVersion: string | undefined;
}

/** `makefile`: the text where it is open in an editor. `undefined` for a folder that is no kernel source. */
export async function readTreeRelease(
  files: FileSystem,
  folder: string,
  makefile?: string,
): Promise<TreeRelease | undefined> {
  const read = async (path: string, maxBytes: number = limits.textBytes) => {
    const bytes = await files.readFile(joinUri(folder, path), maxBytes).catch(() => undefined);
    return bytes && new TextDecoder().decode(bytes);
  };
  const version = versionOfMakefile(makefile ?? (await read('Makefile')) ?? '');
  if (version === undefined) return undefined;
  const config = await read('.config', limits.configBytes);
  const kind = setLocalVersionOf(version.version, await read('scripts/setlocalversion'));
  return {
    version,
    files: await localVersionFiles(files, folder),
    config: config === undefined ? undefined : (/^CONFIG_LOCALVERSION="(.*)"$/m.exec(config)?.[1] ?? ''),
    auto: config !== undefined && /^CONFIG_LOCALVERSION_AUTO=y$/m.test(config),
    git: await readGitHead(files, folder),
    script: kind,
    scmVersion: kind === 'version-tag' ? undefined : (await read('.scmversion'))?.trim(),
  };
}

/** scripts/setlocalversion: collect_files takes `localversion*` but what editors leave behind. */
export async function localVersionFiles(
  files: FileSystem,
  folder: string,
): Promise<{ readonly name: string; readonly text: string }[]> {
  const entries = await files.readDirectory(folder).catch(() => []);
  const names = entries
    .map(({ name }) => name)
    .filter((name) => name.startsWith('localversion') && !name.includes('~'));
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await files.readFile(joinUri(folder, name), limits.pinBytes).catch(() => undefined);
      return { name, text: bytes === undefined ? '' : new TextDecoder().decode(bytes).replace(/\s/g, '') };
    }),
  );
}

/**
 * Whether the script appends something when LOCALVERSION is not set: `tagged`: only for uncommitted changes; `untagged`:
 * always; `written`: always, because `.scmversion` says so; `open`: only git could tell.
 */
export function tagState(tree: TreeRelease): 'none' | 'tagged' | 'untagged' | 'written' | 'open' {
  const { git, script, version, files, scmVersion } = tree;
  if (scmVersion !== undefined) return script === undefined ? 'open' : scmVersion === '' ? 'none' : 'written';
  if (git === undefined) return 'none';
  if (git.commit === undefined) return 'open';
  const named = tagsOfVersion(version.text, files.map(({ text }) => text).join(''));
  const counts = (tag: string) => script === 'any-tag' || named.includes(tag);
  if (script !== undefined && git.annotatedTags.some(counts)) return 'tagged';
  if (script === undefined && git.annotatedTags.length > 0) return 'open';
  return git.openTags.some((tag) => script === undefined || counts(tag)) ? 'open' : 'untagged';
}
