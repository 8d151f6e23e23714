import type { DirectoryEntry } from '../../ports/file-system.ts';

/**
 * Whether a folder, by its own entries, is the top of a kernel: sources (Kbuild, Kconfig and Makefile side by
 * side) or a build output. Such a folder is never walked.
 */
export function looksLikeKernelTree(entries: readonly DirectoryEntry[]): boolean {
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has('Kconfig') && names.has('Makefile') && (names.has('Kbuild') || names.has('MAINTAINERS'))) return true;
  if (names.has('include') && names.has('scripts') && names.has('Makefile') && names.has('arch')) return true;
  return names.has('include') && names.has('.config') && (names.has('Module.symvers') || names.has('System.map'));
}

/** Headers, not a build: no compiled objects lie beside them. */
export function looksLikeHeaders(folderName: string, entries: readonly DirectoryEntry[]): boolean {
  if (/^(?:linux-)?headers-|^linux-headers$/.test(folderName)) return true;
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has('.kernelvariables')) return true;
  return !['vmlinux', 'vmlinux.o', 'modules.order', 'System.map', 'Kconfig', 'Kbuild', '.vmlinux.cmd'].some((name) =>
    names.has(name),
  );
}
