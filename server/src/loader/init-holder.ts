import { STT_SECTION } from '../elf/constants.ts';
import type { ElfSymbol } from '../elf/elf-file.ts';
import type { RelocationSection } from '../elf/relocations.ts';

const STB_LOCAL = 0;

/** An object of a section: offset and size in bytes. */
export interface HeldObject {
  readonly section: number;
  readonly offset: number;
  readonly size: number;
}

/** How far from the object an instruction's addend may lie: it counts from the end of the instruction. */
const slackBytes = 8;

/**
 * Whether nothing but init code refers to an object: such a table (of DMI quirks, of steps of the start) is not used any more when
 * the functions that it names are freed. A local object is reached only through references in its own module; where their addends
 * lie in the patched bytes (SHT_REL) nothing is claimed.
 * @param sections all that the loader relocates.
 */
export function usedOnlyByInit(
  object: HeldObject,
  symbols: readonly ElfSymbol[],
  sections: readonly RelocationSection[],
): boolean {
  let byInit = false;
  for (const { target, relocations } of sections) {
    for (const { symbolIndex, addend } of relocations) {
      const symbol = symbols[symbolIndex];
      if (symbol?.sectionIndex !== object.section) {
        continue;
      }
      if (addend === undefined) {
        return false;
      }
      const place = symbol.type === STT_SECTION ? addend : symbol.value;
      if (place < object.offset - slackBytes || place >= object.offset + object.size + slackBytes) {
        continue;
      }
      if (target?.name.startsWith('.init') !== true) {
        return false;
      }
      byInit = true;
    }
  }
  const isShared = symbols.some(
    ({ binding, sectionIndex, value }) =>
      binding !== STB_LOCAL && sectionIndex === object.section && value === object.offset,
  );
  return byInit && !isShared;
}
