import { limits } from '../limits.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import { SHN_XINDEX, SHT_SYMTAB, SHT_SYMTAB_SHNDX } from './constants.ts';
import type { ElfFile, ElfSection, ElfSymbol } from './elf-file.ts';
import { uint64, viewOf } from './raw-tables.ts';
import { bytesAt, type Reading } from './reading.ts';
import { hasContents, sectionBytes } from './sections.ts';
import { StringTable } from './string-table.ts';

/**
 * A module's symbols, decoded one field at a time: a scan asks a thousand symbols for their section
 * and ten for their name. Refers to the bytes of the reading: use it only inside that reading.
 */
export class SymbolTable {
  readonly section: ElfSection;
  readonly strings: StringTable;
  readonly length: number;
  readonly #view: DataView;
  readonly #little: boolean;
  readonly #wide: boolean;
  readonly #entryBytes: number;
  readonly #extended: DataView | undefined;

  constructor(elf: ElfFile, section: ElfSection, bytes: Uint8Array, strings: StringTable, extended?: Uint8Array) {
    this.section = section;
    this.strings = strings;
    this.#wide = elf.header.class === 64;
    this.#little = elf.header.endian === 'little';
    this.#entryBytes = symbolBytes(elf.header.class);
    this.#view = viewOf(bytes);
    this.#extended = extended === undefined ? undefined : viewOf(extended);
    this.length = Math.min(limits.elfSymbols, Math.floor(bytes.length / this.#entryBytes));
  }

  nameOffset(index: number): number {
    return this.#view.getUint32(index * this.#entryBytes, this.#little);
  }

  /** '' when the name lies outside the string table. */
  name(index: number): string {
    return this.strings.at(this.nameOffset(index)) ?? '';
  }

  nameStartsWith(index: number, prefix: string): boolean {
    return this.strings.startsWith(this.nameOffset(index), prefix);
  }

  value(index: number): number {
    const at = index * this.#entryBytes;
    return this.#wide ? uint64(this.#view, at + 8, this.#little) : this.#view.getUint32(at + 4, this.#little);
  }

  /** `st_value`'s low 32 bits: what an absolute `__crc_` symbol holds. */
  value32(index: number): number {
    const at = index * this.#entryBytes;
    if (!this.#wide) return this.#view.getUint32(at + 4, this.#little);
    return this.#view.getUint32(this.#little ? at + 8 : at + 12, this.#little);
  }

  size(index: number): number {
    const at = index * this.#entryBytes;
    return this.#wide ? uint64(this.#view, at + 16, this.#little) : this.#view.getUint32(at + 8, this.#little);
  }

  binding(index: number): number {
    return this.#info(index) >> 4;
  }

  type(index: number): number {
    return this.#info(index) & 15;
  }

  /** As stored; SHN_XINDEX is not resolved. */
  shndx(index: number): number {
    return this.#view.getUint16(index * this.#entryBytes + (this.#wide ? 6 : 14), this.#little);
  }

  /** The section's index, SHN_XINDEX resolved through SHT_SYMTAB_SHNDX (SHN_XINDEX itself where that has no entry). */
  sectionIndex(index: number): number {
    const stored = this.shndx(index);
    if (stored !== SHN_XINDEX) return stored;
    const extended = this.#extended;
    return extended !== undefined && index * 4 + 4 <= extended.byteLength
      ? extended.getUint32(index * 4, this.#little)
      : stored;
  }

  symbol(index: number): ElfSymbol {
    return {
      index,
      name: this.name(index),
      nameOffset: this.nameOffset(index),
      value: this.value(index),
      size: this.size(index),
      binding: this.binding(index),
      type: this.type(index),
      visibility: this.#view.getUint8(index * this.#entryBytes + (this.#wide ? 5 : 13)) & 3,
      shndx: this.shndx(index),
      sectionIndex: this.sectionIndex(index),
    };
  }

  #info(index: number): number {
    return this.#view.getUint8(index * this.#entryBytes + (this.#wide ? 4 : 12));
  }
}

/** Size of a symbol table entry of a class. */
export function symbolBytes(elfClass: 32 | 64): number {
  return elfClass === 64 ? 24 : 16;
}

/** Reads the first SHT_SYMTAB section, the one that kernel and kmod use; `undefined` when there is none to read. */
export function* readSymbolTable(elf: ElfFile, problems: Problem[]): Reading<SymbolTable | undefined> {
  const section = elf.sections.find((candidate) => candidate.type === SHT_SYMTAB);
  if (section === undefined) return undefined;
  if (!hasContents(elf, section)) {
    problems.push({ message: 'The symbol table does not lie inside the file.', offset: section.offset });
    return undefined;
  }
  const linked = elf.sections[section.link];
  const strings = linked !== undefined && hasContents(elf, linked) ? linked : undefined;
  if (strings === undefined) {
    problems.push({ message: 'The symbol name table does not lie inside the file.', offset: section.offset });
  }
  // They nearly always follow each other: one range, hence one read.
  const gapBytes = strings === undefined ? -1 : strings.offset - (section.offset + section.size);
  if (strings !== undefined && gapBytes >= 0 && gapBytes <= 64) {
    yield* bytesAt(section.offset, strings.offset + strings.size - section.offset);
  }
  const bytes = yield* sectionBytes(elf, section);
  const names = strings === undefined ? new Uint8Array(0) : yield* sectionBytes(elf, strings);
  const extended = elf.sections.find((each) => each.type === SHT_SYMTAB_SHNDX && each.link === section.index);
  const indexes = extended === undefined ? undefined : yield* sectionBytes(elf, extended);
  return new SymbolTable(elf, section, bytes, new StringTable(names), indexes);
}

/** All symbols of a file, to keep. */
export function* readSymbols(elf: ElfFile): Reading<Parsed<readonly ElfSymbol[]>> {
  const problems: Problem[] = [];
  const table = yield* readSymbolTable(elf, problems);
  const value = table === undefined ? [] : Array.from({ length: table.length }, (_, index) => table.symbol(index));
  return { value, problems };
}
