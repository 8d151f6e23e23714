import { SHF_ALLOC } from '../elf/constants.ts';
import type { ElfSection } from '../elf/elf-file.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { modinfoValues } from '../module/kernel-module.ts';
import { generationOf } from './kernel-versions.ts';
import type { LoadState } from './load-state.ts';

/** kernel/module/main.c: find_sec. A section without SHF_ALLOC does not exist for it. */
export function findSection(module: KernelModule, name: string): ElfSection | undefined {
  return module.elf?.sections.find((section) => section.name === name && (section.flags & SHF_ALLOC) !== 0);
}

/** Sections of that name, allocated or not (find_any_unique_sec counts them). */
export function sectionsNamed(module: KernelModule, name: string): readonly ElfSection[] {
  return module.elf?.sections.filter((section) => section.index !== 0 && section.name === name) ?? [];
}

/**
 * kernel/module/main.c: get_modinfo. The first entry counts. Up to 6.2 a `.modinfo` that is not allocated
 * is not seen at all.
 */
export function getModinfo(state: LoadState, key: string): string | undefined {
  return isHidden(state) ? undefined : state.module.modinfo.find((entry) => entry.key === key)?.value;
}

export function getModinfoAll(state: LoadState, key: string): readonly string[] {
  return isHidden(state) ? [] : modinfoValues(state.module, key);
}

function isHidden(state: LoadState): boolean {
  if (state.modinfoUnallocated === undefined) {
    const sections = sectionsNamed(state.module, '.modinfo');
    state.modinfoUnallocated = sections.length > 0 && sections.every((section) => (section.flags & SHF_ALLOC) === 0);
  }
  return state.modinfoUnallocated && state.byVersion(generationOf) === 'early';
}
