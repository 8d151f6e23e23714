import { SHF_ALLOC } from '../elf/constants.ts';
import type { ElfFile } from '../elf/elf-file.ts';
import type { Reading } from '../elf/reading.ts';
import { readRelocations } from '../elf/relocations.ts';
import type { RelocationFact } from './module-evidence.ts';

/** Each relocation type used in each section that the loader relocates, once (apply_relocations skips the others). */
export function* readRelocationFacts(elf: ElfFile): Reading<readonly RelocationFact[]> {
  const { value } = yield* readRelocations(elf, (target) => ((target?.flags ?? 0) & SHF_ALLOC) !== 0);
  return value.sections.flatMap(({ target, relocations }) =>
    [...new Set(relocations.map((relocation) => relocation.type))].map((type) => ({
      type,
      section: target?.name ?? '',
    })),
  );
}
