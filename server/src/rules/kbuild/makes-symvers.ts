import { kernelFolderNames } from '../../text/kbuild-modules.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf } from '../../text/shell/word.ts';

/** Other scripts that a script runs may build the kernel; one that speaks of Module.symvers sees to it itself. */
export const runsScripts =
  /Module\.symvers|(?:^|[;&|]|\b(?:bash|sh|sudo|exec)[ \t]+(?:-\w+[ \t]+)*)[ \t]*["']?[\w$"{}()./-]*\/[\w.-]+\.sh\b/m;

/** Targets after which a kernel tree still has no Module.symvers. */
const preparing = /^(?:\w*config|prepare|modules_prepare|scripts|headers_install|help|\w*clean|mrproper)$/;

/** A make that is neither for external modules nor only prepares the tree: it may build the kernel, or have it built. */
export function mayBuildKernel({ name, argv }: ShellCommand): boolean {
  return /^g?make$/.test(name) && isKernelBuild(argv.slice(1).map(displayOf));
}

/** The same of make's arguments. */
export function isKernelBuild(words: readonly string[]): boolean {
  const sets = words.flatMap((word) => /^(\w+)=/.exec(word)?.[1] ?? []);
  // The build has another folder than its source: where its Module.symvers is, is not followed.
  if (sets.some((name) => name === 'O' || name === 'KBUILD_OUTPUT')) return true;
  if (sets.some((name) => /^(?:M|SUBDIRS|KBUILD_EXTMOD)$/.test(name) || kernelFolderNames.has(name))) return false;
  const targets = words.filter(
    (word, index) => !/^-|=/.test(word) && !/^-[CIfjloW]$|^--directory$/.test(words[index - 1] ?? ''),
  );
  return targets.length === 0 || !targets.every((target) => preparing.test(target));
}
