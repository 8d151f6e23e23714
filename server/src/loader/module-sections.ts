import { SHF_ALLOC } from '../elf/constants.ts';
import type { ElfSection } from '../elf/elf-file.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { modinfoValue, modinfoValues } from '../module/kernel-module.ts';
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
  return isHidden(state) ? undefined : modinfoValue(state.module, key);
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

const pageBytes = 4096;

/**
 * A section whose name the file does not hold: loaders before 6.12 look at no names but those of allocated sections, and
 * some of their later steps compare the names of all.
 */
export function sectionNamedOutside(module: KernelModule): ElfSection | undefined {
  const { elf } = module;
  const table = elf?.sections[elf.header.shstrndx];
  if (elf === undefined || table === undefined) {
    return undefined;
  }
  // What follows the table in the kernel's copy of the file, up to the end of its last page, makes a harmless name.
  const end = Math.ceil(module.sizeBytes / pageBytes) * pageBytes;
  return elf.sections.find((section) => table.offset + section.nameOffset >= end);
}

/** A step that compares the names of all sections reads beyond the file, and the kernel crashes. */
export function readAllNames(state: LoadState): void {
  const section = sectionNamedOutside(state.module);
  if (section !== undefined) {
    state.crash(
      'elf-invalid',
      `The name of section ${section.index} lies ${section.nameOffset} bytes into the section names, far outside the file. This kernel reads it without looking and crashes while loading the module; kernels since 6.12 refuse such a file. Build it again.`,
    );
  }
}
