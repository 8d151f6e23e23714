import { releaseOfUtsHeader } from '../../kernel/kernel-version.ts';
import type { TargetKernel } from '../../kernel/target-kernel.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { fileUri, joinUri, parentUri, uriPath } from '../../ports/uri.ts';
import type { Found, Span } from '../text-rule.ts';
import { exists, readText } from './kbuild-facts.ts';

/** Stands for the output of `uname -r` in a path. */
export const unameMark = '\u0002';

/** `uname -r` in each of the spellings of make and shell, on its own line or within a path. */
const uname = /\$?\$\((?:shell\s+)?\s*uname\s+-r\s*\)|`\s*uname\s+-r\s*`/g;

export function markUname(text: string): string {
  return text.replace(uname, unameMark);
}

/** A place in a text that names the kernel tree which modules are built against. */
export interface NamedFolder extends Span {
  /** `KDIR`, or `make -C`. */
  readonly by: string;
  /** With `unameMark`; nothing else in it is open. */
  readonly path: string;
  /** Folders that a relative path may count from. */
  readonly from: readonly string[];
  /** Paths are those of this machine; in an image only what their names say counts. */
  readonly isHere: boolean;
}

/** What is wrong with building against the named folder, for the selected target. Nothing where that cannot be known. */
export async function* judgeFolder(
  named: NamedFolder,
  targets: readonly TargetKernel[] | undefined,
  files: FileSystem | undefined,
): AsyncIterable<Found> {
  const [target, ...others] = targets ?? [];
  if (target?.release === undefined || files === undefined) return;
  const release = target.release.value;
  const is = `${target.name} is "${release}" (${target.release.origin.label})`;
  const tree = treeOf(target);
  const next = `${tree === undefined ? `the tree of ${target.name}` : tree}`;
  const span = { start: named.start, end: named.end };
  if (named.path.includes(unameMark)) {
    // Without it this is no Linux, and whatever builds the modules is not known.
    const machine = (await readText(files, 'file:///proc/sys/kernel/osrelease'))?.trim();
    if (!machine || machine === release || !isModulesFolder(named.path)) return;
    yield {
      rule: 'localversion-drift',
      ...span,
      // Right again as soon as the build runs on the target itself.
      atMost: 'info',
      message: `"uname -r" is the release of the machine that builds: here it is "${machine}"; ${is}. A build on this machine makes modules for its own kernel, not for the target: ${named.by === 'make -C' ? 'name' : `set ${named.by} to`} ${next}.`,
      expected: release,
      actual: machine,
    };
    return;
  }
  const found = await releaseOf(named, files);
  if (found === undefined || found.release === release) return;
  const other = others.find((one) => one.release?.value === found.release);
  yield {
    rule: 'localversion-drift',
    ...span,
    // Another kernel of the project may be meant.
    ...(other && { atMost: 'info' as const }),
    message: `${found.path} is the tree of "${found.release}"${other ? `, the kernel of ${other.name}` : ''} (${found.by}); ${is}. Modules built against it are for the other kernel: ${named.by === 'make -C' ? 'name' : `point ${named.by} at`} ${next}.`,
    expected: release,
    actual: found.release,
  };
}

interface FolderRelease {
  readonly path: string;
  readonly release: string;
  /** What says so. */
  readonly by: string;
}

/** One release only when every folder that the path may mean agrees on it. */
async function releaseOf(named: NamedFolder, files: FileSystem): Promise<FolderRelease | undefined> {
  const roots = named.path.startsWith('/') ? ['file:///'] : named.from;
  const found: FolderRelease[] = [];
  if (named.isHere) {
    for (const uri of new Set(roots.map((root) => joinUri(root, named.path)))) {
      const known = await writtenRelease(uri, files);
      if (known) found.push(known);
    }
  }
  const [first] = found;
  if (first) return found.every(({ release }) => release === first.release) ? first : undefined;
  const release = /^\/(?:usr\/)?(?:lib\/modules\/([^/]+)\/(?:build|source)|src\/kernels\/([^/]+))\/?$/.exec(named.path);
  const spelled = release?.[1] ?? release?.[2];
  if (spelled === undefined || !/^\d+\.\d+/.test(spelled)) return undefined;
  return { path: named.path, release: spelled, by: 'its path' };
}

async function writtenRelease(uri: string, files: FileSystem): Promise<FolderRelease | undefined> {
  const path = uriPath(uri);
  const header = await readText(files, joinUri(uri, 'include/generated/utsrelease.h'));
  const release = header === undefined ? undefined : releaseOfUtsHeader(header)?.release;
  if (release !== undefined) return { path, release, by: 'its utsrelease.h' };
  const written = (await readText(files, joinUri(uri, 'include/config/kernel.release')))?.trim();
  if (!written || (await exists(files, joinUri(uri, 'Makefile'))) !== true) return undefined;
  return { path, release: written, by: 'its kernel.release' };
}

function isModulesFolder(path: string): boolean {
  return new RegExp(
    `^/(?:usr/)?(?:lib/modules/${unameMark}/(?:build|source)|src/(?:linux-headers-|kernels/)${unameMark})/?$`,
  ).test(path);
}

/** The folder that the target's release was read from, when it is a tree that one can build against. */
function treeOf(target: TargetKernel): string | undefined {
  const uri = target.release?.origin.uri;
  if (uri === undefined || !/\/include\/(?:generated\/utsrelease\.h|config\/kernel\.release)$/.test(uri))
    return undefined;
  return uriPath(fileUri(parentUri(parentUri(parentUri(uri)))));
}
