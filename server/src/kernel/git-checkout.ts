import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { fileUri, joinUri } from '../ports/uri.ts';

/** What the files of `.git` say without git itself. */
export interface GitHead {
  /** 40 hexadecimal digits; `undefined` where there is no commit yet or it cannot be found. */
  readonly commit: string | undefined;
  /** Annotated tags of that commit, as far as packed refs tell. */
  readonly annotatedTags: readonly string[];
  /** Tags whose kind and commit only git could tell. */
  readonly openTags: readonly string[];
}

/** HEAD of the checkout whose top folder this is; `undefined`: the folder is none. */
export async function readGitHead(files: FileSystem, folder: string): Promise<GitHead | undefined> {
  const read = async (uri: string) => {
    const bytes = await files.readFile(uri, limits.configBytes).catch(() => undefined);
    return bytes && new TextDecoder().decode(bytes);
  };
  const own = await gitFolder(files, folder, read);
  const head = own && (await read(joinUri(own, 'HEAD')))?.trim();
  if (own === undefined || head === undefined) return undefined;
  const commonPath = (await read(joinUri(own, 'commondir')))?.trim();
  const common = commonPath === undefined ? own : placeOf(own, commonPath);
  const packed = (await read(joinUri(common, 'packed-refs'))) ?? '';
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : ((await read(joinUri(common, ref)))?.trim() ?? packedRef(packed, ref));
  const annotatedTags: string[] = [];
  const openTags: string[] = [];
  for (const match of packed.matchAll(/^([0-9a-f]{40}) refs\/tags\/(\S+)\n(?:\^([0-9a-f]{40}))?/gm)) {
    // The line "^…" says what commit an annotated tag stands for; a file without them leaves it open.
    if (match[3] === commit) annotatedTags.push(match[2] ?? '');
    else if (match[3] === undefined && !packed.includes('peeled')) openTags.push(match[2] ?? '');
  }
  const loose = await files.readDirectory(joinUri(common, 'refs/tags')).catch(() => []);
  for (const { name } of loose) {
    // A tag that is the commit's own name is no annotated one.
    if ((await read(joinUri(common, 'refs/tags', name)))?.trim() !== commit) openTags.push(name);
  }
  return { commit: commit && /^[0-9a-f]{40}$/.test(commit) ? commit : undefined, annotatedTags, openTags };
}

async function gitFolder(
  files: FileSystem,
  folder: string,
  read: (uri: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const uri = joinUri(folder, '.git');
  const type = (await files.stat(uri).catch(() => undefined))?.type;
  if (type !== 'file') return type === 'directory' ? uri : undefined;
  // A worktree or a submodule: the file says where the folder is.
  const path = /^gitdir: (.+)$/m.exec((await read(uri)) ?? '')?.[1];
  return path === undefined ? undefined : placeOf(folder, path.trim());
}

function placeOf(folder: string, path: string): string {
  return path.startsWith('/') ? fileUri(path) : joinUri(folder, path);
}

function packedRef(packed: string, ref: string): string | undefined {
  return packed
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.slice(0, 40);
}
