import type { RawSection } from './raw-tables.ts';

/**
 * What an ELF file's own tables say, as raw numbers: nothing here is judged. The kernel's verdict on
 * these numbers is `loader/elf-validity`. 64-bit fields are JS numbers: beyond 2^53 they are inexact,
 * which changes no comparison with a file's size.
 */
export interface ElfHeader {
  /** The first 16 bytes. */
  readonly ident: Uint8Array;
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly type: number;
  readonly machine: number;
  readonly version: number;
  readonly entry: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly flags: number;
  readonly ehsize: number;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shentsize: number;
  readonly shnum: number;
  readonly shstrndx: number;
}

export interface ElfSection extends RawSection {
  readonly index: number;
  /** '' when the name lies outside the section name table. */
  readonly name: string;
}

export interface ElfSymbol {
  readonly index: number;
  readonly name: string;
  readonly nameOffset: number;
  readonly value: number;
  readonly size: number;
  readonly binding: number;
  readonly type: number;
  readonly visibility: number;
  /** As stored in the entry: SHN_UNDEF, SHN_ABS, SHN_COMMON, SHN_XINDEX or an index. */
  readonly shndx: number;
  /** `shndx`, with SHN_XINDEX resolved through SHT_SYMTAB_SHNDX. */
  readonly sectionIndex: number;
}

export interface ElfRelocation {
  /** Offset within the section that is patched. */
  readonly offset: number;
  readonly type: number;
  readonly symbolIndex: number;
  /** SHT_REL has none: there it is what stands at the patched place, which is not read here. */
  readonly addend: number | undefined;
}

export interface ElfFile {
  /** Bytes of the (unpacked) input that count as ELF: without an appended module signature. */
  readonly sizeBytes: number;
  readonly header: ElfHeader;
  /** Empty when the section table does not lie inside the file. */
  readonly sections: readonly ElfSection[];
}
