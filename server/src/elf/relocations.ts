import type { Parsed, Problem } from '../ports/parsed.ts';
import { EM_MIPS, SHT_REL, SHT_RELA } from './constants.ts';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from './elf-file.ts';
import { uint64, viewOf } from './raw-tables.ts';
import type { Reading } from './reading.ts';
import { hasContents, sectionBytes } from './sections.ts';
import { readSymbols } from './symbol-table.ts';

/** One relocation section. */
export interface RelocationSection {
  readonly section: ElfSection;
  /** The section that is patched; `undefined` when `sh_info` names none. */
  readonly target: ElfSection | undefined;
  /** Of the bytes that were read: not to be kept beyond the reading. */
  readonly relocations: Iterable<ElfRelocation>;
}

export interface Relocations {
  /** Indexed by `ElfRelocation.symbolIndex`. */
  readonly symbols: readonly ElfSymbol[];
  readonly sections: readonly RelocationSection[];
}

/**
 * All relocations of a file with the symbols they refer to. They are most of a module's tables, so
 * nothing reads them unless a check needs them.
 * @param wanted picks the relocation sections to read; all by default.
 * @param about picks the relocations by what they refer to; all by default. A large module has hundreds of thousands.
 */
export function* readRelocations(
  elf: ElfFile,
  wanted: (target: ElfSection | undefined, section: ElfSection) => boolean = () => true,
  about?: (symbol: ElfSymbol) => boolean,
): Reading<Parsed<Relocations>> {
  const { value: symbols, problems: symbolProblems } = yield* readSymbols(elf);
  const left = about && Uint8Array.from(symbols, (symbol) => (about(symbol) ? 1 : 0));
  const problems: Problem[] = [...symbolProblems];
  const sections: RelocationSection[] = [];
  for (const section of elf.sections) {
    if (section.type !== SHT_REL && section.type !== SHT_RELA) continue;
    const target = elf.sections[section.info];
    if (!wanted(target, section)) continue;
    if (!hasContents(elf, section)) {
      problems.push({ message: `The relocations ${section.name} do not lie inside the file.`, offset: section.offset });
      continue;
    }
    sections.push({ section, target, relocations: yield* readRelocationSection(elf, section, left) });
  }
  return { value: { symbols, sections }, problems };
}

/**
 * The entries of one SHT_REL or SHT_RELA section, each decoded when its turn comes; none when it does not lie inside the file.
 * @param left by symbol index, 0 for those whose relocations are left out.
 */
export function* readRelocationSection(
  elf: ElfFile,
  section: ElfSection,
  left?: Uint8Array,
): Reading<Iterable<ElfRelocation>> {
  const bytes = yield* sectionBytes(elf, section);
  const little = elf.header.endian === 'little';
  const rela = section.type === SHT_RELA;
  return {
    [Symbol.iterator]: () =>
      elf.header.class === 64
        ? decode64(bytes, rela, little, elf.header.machine === EM_MIPS, left)
        : decode32(bytes, rela, little, left),
  };
}

function* decode32(
  bytes: Uint8Array,
  rela: boolean,
  little: boolean,
  left: Uint8Array | undefined,
): Generator<ElfRelocation> {
  const view = viewOf(bytes);
  const entryBytes = rela ? 12 : 8;
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const info = view.getUint32(at + 4, little);
    if (left?.[info >>> 8] === 0) continue;
    yield {
      offset: view.getUint32(at, little),
      type: info & 0xff,
      symbolIndex: info >>> 8,
      addend: rela ? view.getInt32(at + 8, little) : undefined,
    };
  }
}

/**
 * MIPS64 has no 64-bit `r_info` but a 32-bit symbol in the file's byte order and four bytes: special
 * symbol, third, second and first type (arch/mips/include/asm/elf.h, Elf64_Mips_Rela). The first type is given.
 */
function* decode64(
  bytes: Uint8Array,
  rela: boolean,
  little: boolean,
  mips: boolean,
  left: Uint8Array | undefined,
): Generator<ElfRelocation> {
  const view = viewOf(bytes);
  const entryBytes = rela ? 24 : 16;
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const symbolFirst = mips || !little;
    const symbolIndex = view.getUint32(symbolFirst ? at + 8 : at + 12, little);
    if (left?.[symbolIndex] === 0) continue;
    yield {
      offset: uint64(view, at, little),
      type: mips ? view.getUint8(at + 15) : view.getUint32(symbolFirst ? at + 12 : at + 8, little),
      symbolIndex,
      addend: rela ? int64(view, at + 16, little) : undefined,
    };
  }
}

function int64(view: DataView, offset: number, little: boolean): number {
  const high = view.getInt32(little ? offset + 4 : offset, little);
  const low = view.getUint32(little ? offset : offset + 4, little);
  return high * 0x1_0000_0000 + low;
}
