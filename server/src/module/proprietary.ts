import type { ModinfoEntry } from './kernel-module.ts';

/** include/linux/license.h: license_is_gpl_compatible, exact strings. */
export const gplCompatibleLicenses: readonly string[] = [
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
];

/** Whether what a module states is no licence that the kernel takes for GPL-compatible: the first one counts. */
export function statesProprietary(modinfo: readonly ModinfoEntry[]): boolean {
  const license = modinfo.find((entry) => entry.key === 'license' && entry.bare === undefined);
  return !gplCompatibleLicenses.includes(license?.value ?? '');
}

/** A module that others import from, as far as it matters for its taint. */
export interface TaintingModule {
  /** `-` folded to `_`. */
  readonly name: string;
  /** By what it states itself. */
  readonly proprietary: boolean;
  readonly imports: readonly string[];
}

/**
 * The modules that count as proprietary: by their licence, or because they import from one that does
 * (kernel/module/main.c: inherit_taint, since 5.10).
 * @param exporterOf the folded name of the module that exports a symbol.
 */
export function proprietaryModules(
  modules: readonly TaintingModule[],
  exporterOf: (symbol: string) => string | undefined,
): ReadonlySet<string> {
  const found = new Set(modules.filter(({ proprietary }) => proprietary).map(({ name }) => name));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { name, imports } of modules) {
      if (!found.has(name) && imports.some((symbol) => found.has(exporterOf(symbol) ?? ''))) found.add(name);
    }
  }
  return found;
}
