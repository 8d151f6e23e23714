import type { ElfHeader } from './elf-file.ts';

/** A section header as stored, before its name is looked up. */
export interface RawSection {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly addr: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly addralign: number;
  readonly entsize: number;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The bytes in memory of their own. (`slice` would do, but on a Node Buffer it makes a view.) */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** An unsigned 64-bit field as a number; beyond 2^53 the low bits are lost. */
export function uint64(view: DataView, offset: number, little: boolean): number {
  return little
    ? view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000
    : view.getUint32(offset) * 0x1_0000_0000 + view.getUint32(offset + 4);
}

/** The upper 11 bits, which no flag uses, are left out: with them a number would lose the lowest. */
function sectionFlags(view: DataView, offset: number, little: boolean): number {
  const low = view.getUint32(little ? offset : offset + 4, little);
  return low + (view.getUint32(little ? offset + 4 : offset, little) & 0x1f_ffff) * 0x1_0000_0000;
}

/** Size of the ELF header of a class. */
export function headerBytes(elfClass: 32 | 64): number {
  return elfClass === 64 ? 64 : 52;
}

/** Size of a section header of a class: what `e_shentsize` must say. */
export function sectionHeaderBytes(elfClass: 32 | 64): number {
  return elfClass === 64 ? 64 : 40;
}

/** How the numbers of a file are stored. */
export type ElfLayout = Pick<ElfHeader, 'class' | 'endian'>;

/** Decodes an ELF header (gABI Elf32_Ehdr, Elf64_Ehdr) of which there are enough bytes for the class. */
export function decodeHeader(bytes: Uint8Array, layout: ElfLayout): ElfHeader {
  const view = viewOf(bytes);
  const wide = layout.class === 64;
  const little = layout.endian === 'little';
  const word = (at32: number, at64: number) => (wide ? uint64(view, at64, little) : view.getUint32(at32, little));
  // Behind the three words both classes continue alike, 12 bytes apart.
  const tail = wide ? 48 : 36;
  return {
    ident: copyBytes(bytes.subarray(0, 16)),
    class: layout.class,
    endian: layout.endian,
    type: view.getUint16(16, little),
    machine: view.getUint16(18, little),
    version: view.getUint32(20, little),
    entry: word(24, 24),
    phoff: word(28, 32),
    shoff: word(32, 40),
    flags: view.getUint32(tail, little),
    ehsize: view.getUint16(tail + 4, little),
    phentsize: view.getUint16(tail + 6, little),
    phnum: view.getUint16(tail + 8, little),
    shentsize: view.getUint16(tail + 10, little),
    shnum: view.getUint16(tail + 12, little),
    shstrndx: view.getUint16(tail + 14, little),
  };
}

/** Decodes the section headers (gABI Elf32_Shdr, Elf64_Shdr) that fit into `bytes`. */
export function decodeSections(bytes: Uint8Array, elfClass: 32 | 64, little: boolean): RawSection[] {
  const view = viewOf(bytes);
  const entryBytes = sectionHeaderBytes(elfClass);
  const sections: RawSection[] = [];
  for (let at = 0; at + entryBytes <= bytes.length; at += entryBytes) {
    const nameOffset = view.getUint32(at, little);
    const type = view.getUint32(at + 4, little);
    sections.push(
      elfClass === 64
        ? {
            nameOffset,
            type,
            flags: sectionFlags(view, at + 8, little),
            addr: uint64(view, at + 16, little),
            offset: uint64(view, at + 24, little),
            size: uint64(view, at + 32, little),
            link: view.getUint32(at + 40, little),
            info: view.getUint32(at + 44, little),
            addralign: uint64(view, at + 48, little),
            entsize: uint64(view, at + 56, little),
          }
        : {
            nameOffset,
            type,
            flags: view.getUint32(at + 8, little),
            addr: view.getUint32(at + 12, little),
            offset: view.getUint32(at + 16, little),
            size: view.getUint32(at + 20, little),
            link: view.getUint32(at + 24, little),
            info: view.getUint32(at + 28, little),
            addralign: view.getUint32(at + 32, little),
            entsize: view.getUint32(at + 36, little),
          },
    );
  }
  return sections;
}
