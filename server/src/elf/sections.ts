import { limits } from '../limits.ts';
import { SHF_ALLOC, SHT_NOBITS, SHT_NULL } from './constants.ts';
import type { ElfFile, ElfSection } from './elf-file.ts';
import { bytesAt, type Reading } from './reading.ts';

/** The first section of a name, as kmod and the loader of 6.4 and later look for `.modinfo`. */
export function findSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** The first section of a name that occupies memory: `find_sec` of kernel/module/main.c sees no other. */
export function findAllocatedSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name && isAllocated(section));
}

export function isAllocated(section: ElfSection): boolean {
  // Flags of 64-bit files may exceed 32 bits; `&` looks at the low 32 only, where SHF_ALLOC is.
  return (section.flags & SHF_ALLOC) !== 0;
}

/** Whether a section's contents lie inside the file and may be read. */
export function hasContents(elf: ElfFile, section: ElfSection): boolean {
  return (
    section.type !== SHT_NULL &&
    section.type !== SHT_NOBITS &&
    section.offset + section.size <= elf.sizeBytes &&
    section.size <= limits.elfTableBytes
  );
}

/** The bytes where a section lies in the file, whatever its type: how the loader and kmod read the tables they know by name. */
export function* placedBytes(elf: ElfFile, section: ElfSection): Reading<Uint8Array> {
  if (section.offset + section.size > elf.sizeBytes || section.size > limits.elfTableBytes) return new Uint8Array(0);
  return yield* bytesAt(section.offset, section.size);
}

/** A section's bytes; none when it has no contents inside the file. */
export function* sectionBytes(elf: ElfFile, section: ElfSection): Reading<Uint8Array> {
  if (!hasContents(elf, section)) return new Uint8Array(0);
  return yield* bytesAt(section.offset, section.size);
}
