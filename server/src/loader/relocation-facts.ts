import { EM_AARCH64, SHF_ALLOC, SHF_EXECINSTR } from '../elf/constants.ts';
import type { ElfFile, ElfRelocation, ElfSymbol } from '../elf/elf-file.ts';
import type { Reading } from '../elf/reading.ts';
import { type RelocationSection, readRelocations } from '../elf/relocations.ts';
import type { RelocationFact } from './module-evidence.ts';

/**
 * Each relocation type used in each section that the loader relocates (apply_relocations skips the others), once, in the
 * order in which the kernel comes to them.
 */
export function* readRelocationFacts(elf: ElfFile): Reading<readonly RelocationFact[]> {
  const { value } = yield* readRelocations(elf, (target) => ((target?.flags ?? 0) & SHF_ALLOC) !== 0);
  return value.sections.flatMap((section) => {
    const ordered = elf.header.machine === EM_AARCH64 ? branchesFirst(section, value.symbols) : section.relocations;
    return [...new Set(ordered.map((relocation) => relocation.type))].map((type) => ({
      type,
      section: section.target?.name ?? '',
    }));
  });
}

const R_AARCH64_JUMP26 = 282;
const R_AARCH64_CALL26 = 283;

/**
 * arm64 moves branches out of a code section to the front of its relocations, by swapping, before it applies any
 * (arch/arm64/kernel/module-plts.c: partition_branch_plt_relas). With that another unknown type may come first.
 */
function branchesFirst(
  { target, relocations }: RelocationSection,
  symbols: readonly ElfSymbol[],
): readonly ElfRelocation[] {
  if (target === undefined || (target.flags & SHF_EXECINSTR) === 0) return relocations;
  const leavesSection = ({ type, symbolIndex }: ElfRelocation) =>
    (type === R_AARCH64_JUMP26 || type === R_AARCH64_CALL26) && symbols[symbolIndex]?.sectionIndex !== target.index;
  const ordered = [...relocations];
  let front = 0;
  let back = ordered.length - 1;
  while (front < back) {
    const [first, last] = [ordered[front], ordered[back]];
    if (first === undefined || last === undefined) break;
    if (leavesSection(first)) front++;
    else if (leavesSection(last)) [ordered[front], ordered[back]] = [last, first];
    else back--;
  }
  return ordered;
}
