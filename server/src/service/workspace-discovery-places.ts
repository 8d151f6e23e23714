import { uriName } from '../ports/uri.ts';

/** Never entered: not the project's own, or without end. */
export const skippedNames = new Set([
  ...['.git', '.svn', '.hg', '.repo', 'node_modules', '.cache', '.venv', 'venv', '__pycache__', '.ccache', '.tox'],
  ...['sstate-cache', 'downloads', 'dl', 'proc', 'sys', 'dev', '.tmp_versions', '.vscode', '.idea'],
]);

/** Folders of build systems hold everything ever unpacked; only where the kernel lies is worth a look. */
export function wantedChildren(uri: string, names: ReadonlySet<string>): ((name: string) => boolean) | undefined {
  // Buildroot's output folder, and in it the build folders of all packages.
  if (names.has('host') && names.has('target') && names.has('build'))
    return (name) => name === 'build' || name === 'target';
  if (/\/output\/build$/.test(uri))
    return (name) => /^linux-/.test(name) && !/^linux-(?:headers|firmware|pam)/.test(name);
  // Yocto's tmp folder, its shared kernels, and one machine's.
  if (names.has('work-shared')) return (name) => name === 'work-shared';
  if (names.has('kernel-build-artifacts')) return (name) => name === 'kernel-build-artifacts';
  if (uriName(uri) === 'Linux_for_Tegra') return (name) => /^(?:sources?|rootfs|kernel_out)$/.test(name);
  return undefined;
}

/** What a person calls the tree, by where it lies. */
export function treeName(uri: string, isHeaders: boolean): string {
  if (/\/work-shared\/[^/]+\/kernel-build-artifacts$/.test(uri)) return 'Yocto kernel';
  if (/\/output\/build\/linux-[^/]+$/.test(uri)) return 'Buildroot kernel';
  if (/\/Linux_for_Tegra\/sources?\//.test(uri)) return 'L4T kernel';
  return isHeaders ? 'kernel headers' : 'kernel build tree';
}
