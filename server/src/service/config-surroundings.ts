import { releaseOfUtsHeader } from '../kernel/kernel-version.ts';
import { localVersionFiles, readTreeRelease, type TreeRelease, tagState } from '../kernel/tree-release.ts';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri, parentUri, uriName } from '../ports/uri.ts';
import type { ConfigSurroundings } from './config-vermagic.ts';

/** Reads what lies beside a `.config`: the release of its build, and the tree's `localversion*` files. */
export async function configSurroundings(files: FileSystem, uri: string): Promise<ConfigSurroundings> {
  if (uriName(uri) !== '.config') return {};
  const folder = parentUri(uri);
  const read = async (path: string) => {
    const bytes = await files.readFile(joinUri(folder, path), limits.textBytes).catch(() => undefined);
    return bytes && new TextDecoder().decode(bytes);
  };
  const header = await read('include/generated/utsrelease.h');
  const release = header === undefined ? undefined : releaseOfUtsHeader(header)?.release;
  if (release !== undefined) return { release };
  const found = await localVersionFiles(files, folder);
  const tree = await readTreeRelease(files, folder);
  return { localVersionFiles: found.map(({ text }) => text).join(''), git: tree && fromGit(tree) };
}

/** How many commits lie above the tag, only git could count. */
function fromGit(tree: TreeRelease): ConfigSurroundings['git'] {
  const state = tagState(tree);
  const commit = tree.git?.commit?.slice(0, 12);
  const open = state === 'untagged' || state === 'open';
  return {
    plus: state === 'untagged' || state === 'written' ? '+' : '',
    commit: state === 'written' ? (tree.scmVersion ?? '') : open && commit !== undefined ? `-…-g${commit}` : '',
  };
}
