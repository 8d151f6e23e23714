/// <reference path="./elfy.d.ts" />
import elfy from 'elfy';
import type { ElfSection } from './elf-file.ts';
import { copyBytes, decodeSections, sectionHeaderBytes, viewOf } from './raw-tables.ts';
import { rawSections, type SectionDecoder, type SectionTableBytes } from './read-elf.ts';
import { decodeText } from './string-table.ts';

/**
 * Decodes sections with `elfy`, for the view of a single module. Scans use `rawSections`, which gives the same
 * (test/unit/elf/elfy-adapter.test.ts) in a fraction of the time.
 *
 * elfy wants the whole file in a Buffer. It is handed an image that holds only the header, the section table and the
 * names, and that answers every other range with nothing; so no Node Buffer is needed either. What elfy would get
 * wrong is corrected from the same bytes: `sh_addralign` and `sh_entsize` of 64-bit files are read 2 bytes too
 * early, types and flags become words (flags lose their high half), name offsets are lost, an unknown machine is
 * `undefined`. What makes it throw (program headers, extended numbering, no name table) never reaches it.
 */
export const elfySections: SectionDecoder = (tables) => {
  const { header, tableBytes, nameBytes, nameSection } = tables;
  const count = tableBytes.length / sectionHeaderBytes(header.class);
  // elfy takes numbering from the header alone, and walks each name byte by byte.
  if (header.shnum !== count || header.shstrndx !== nameSection || nameBytes.length === 0) return rawSections(tables);
  if (nameBytes.length > longestNameTable) return rawSections(tables);
  // elfy believes e_ident, which a kernel does not.
  const { ident } = header;
  if (ident[4] !== (header.class === 64 ? 2 : 1) || ident[5] !== (header.endian === 'little' ? 1 : 2)) {
    return rawSections(tables);
  }
  const raw = decodeSections(tableBytes, header.class, header.endian === 'little');
  if (raw[nameSection]?.type !== 3) return rawSections(tables);
  const parsed = elfy.parse(new ElfyImage(tables));
  return parsed.body.sections.map((section, index): ElfSection => {
    const own = raw[index];
    return {
      index,
      name: section.name,
      nameOffset: own?.nameOffset ?? 0,
      type: own?.type ?? 0,
      flags: own?.flags ?? 0,
      addr: section.addr,
      offset: section.off,
      size: section.size,
      link: section.link,
      info: section.info,
      addralign: own?.addralign ?? 0,
      entsize: own?.entsize ?? 0,
    };
  });
};

const longestNameTable = 64 * 1024;

/** What elfy uses of a Node Buffer. */
class ElfyBytes extends Uint8Array {
  override slice(start = 0, end = this.length): ElfyBytes {
    const from = Math.min(start, this.length);
    const to = Math.min(Math.max(from, end), this.length);
    return new ElfyBytes(this.buffer as ArrayBuffer, this.byteOffset + from, to - from);
  }

  override toString(): string {
    return decodeText(this);
  }

  readUInt16LE(offset: number): number {
    return viewOf(this).getUint16(offset, true);
  }

  readUInt16BE(offset: number): number {
    return viewOf(this).getUint16(offset, false);
  }

  readUInt32LE(offset: number): number {
    return viewOf(this).getUint32(offset, true);
  }

  readUInt32BE(offset: number): number {
    return viewOf(this).getUint32(offset, false);
  }
}

/** A file of which only three ranges are there; its own bytes are those of the header. */
class ElfyImage extends ElfyBytes {
  readonly #tables: SectionTableBytes;

  constructor(tables: SectionTableBytes) {
    const header = copyBytes(tables.headerBytes);
    // No program headers: e_phnum.
    header.fill(0, tables.header.class === 64 ? 56 : 44, tables.header.class === 64 ? 58 : 46);
    super(header);
    this.#tables = tables;
    // elfy checks that the section table ends before the file does.
    Object.defineProperty(this, 'length', { value: Number.MAX_SAFE_INTEGER });
  }

  override slice(start = 0, end = 0): ElfyBytes {
    const { header, tableBytes, nameBytes, nameSection } = this.#tables;
    if (start === 0 && end <= 4) return new ElfyBytes(copyBytes(this.#tables.headerBytes.subarray(0, end)));
    const inTable = start - header.shoff;
    if (inTable >= 0 && inTable + (end - start) <= tableBytes.length && end > start) {
      return new ElfyBytes(tableBytes.buffer as ArrayBuffer, tableBytes.byteOffset + inTable, end - start);
    }
    const names = this.#nameTable(nameSection);
    return start === names.start && end === names.end
      ? new ElfyBytes(nameBytes.buffer as ArrayBuffer, nameBytes.byteOffset, nameBytes.length)
      : nothing;
  }

  #nameTable(nameSection: number): { readonly start: number; readonly end: number } {
    const { header, tableBytes } = this.#tables;
    const size = sectionHeaderBytes(header.class);
    const bytes = tableBytes.subarray(nameSection * size, (nameSection + 1) * size);
    const section = decodeSections(bytes, header.class, header.endian === 'little')[0];
    const start = section?.offset ?? 0;
    return { start, end: start + (section?.size ?? 0) };
  }
}

const nothing = new ElfyBytes(0);
