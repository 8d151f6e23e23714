import { SHF_ALLOC } from '../elf/constants.ts';
import type { ElfSection } from '../elf/elf-file.ts';
import type { KernelModule } from '../module/kernel-module.ts';
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
  return getModinfoAll(state, key)[0];
}

export function getModinfoAll(state: LoadState, key: string): readonly string[] {
  const { module } = state;
  const sections = sectionsNamed(module, '.modinfo');
  const hidden = sections.length > 0 && sections.every((section) => (section.flags & SHF_ALLOC) === 0);
  if (hidden && state.byVersion(generationOf) === 'early') {
    return [];
  }
  return module.modinfo.filter((entry) => entry.key === key).map((entry) => entry.value);
}
