import { limits } from '../limits.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import { SHN_XINDEX } from './constants.ts';
import type { ElfFile, ElfHeader, ElfSection } from './elf-file.ts';
import { layoutOf } from './layout.ts';
import { decodeHeader, decodeSections, type RawSection, sectionHeaderBytes } from './raw-tables.ts';
import { bytesAt, type Reading } from './reading.ts';
import { StringTable } from './string-table.ts';

/** The byte ranges of an ELF file that describe its sections, validated: in bounds, with a known class and endian. */
export interface SectionTableBytes {
  readonly header: ElfHeader;
  readonly headerBytes: Uint8Array;
  /** `count` headers of the size that belongs to the class. */
  readonly tableBytes: Uint8Array;
  /** The section name table; empty when there is none. */
  readonly nameBytes: Uint8Array;
  readonly nameSection: number;
}

/** Turns validated tables into sections. There are two with equal results: `rawSections` and `elfySections`. */
export type SectionDecoder = (tables: SectionTableBytes) => ElfSection[];

/** The fast one, for scans. */
export const rawSections: SectionDecoder = ({ header, tableBytes, nameBytes }) =>
  nameSections(decodeSections(tableBytes, header.class, header.endian === 'little'), nameBytes);

/**
 * Reads the header, section table and section names of an ELF file.
 * @param sizeBytes bytes of the input that count as ELF.
 * @returns `undefined` for what has no readable ELF header, with the reason among the problems.
 */
export function* readElf(
  sizeBytes: number,
  decode: SectionDecoder = rawSections,
): Reading<Parsed<ElfFile | undefined>> {
  const start = yield* bytesAt(0, Math.min(64, sizeBytes));
  const notElf = magicProblem(start);
  if (notElf !== undefined) return { value: undefined, problems: [notElf] };
  const { layout, problem } = layoutOf(start);
  const problems: Problem[] = problem === undefined ? [] : [problem];
  if (layout === undefined) return { value: undefined, problems };
  const header = decodeHeader(start, layout);
  const sections = yield* readSections(header, start, sizeBytes, decode, problems);
  return { value: { sizeBytes, header, sections }, problems };
}

function magicProblem(start: Uint8Array): Problem | undefined {
  if (start.length === 0) return { message: 'The file is empty.' };
  if (start[0] !== 0x7f || start[1] !== 0x45 || start[2] !== 0x4c || start[3] !== 0x46) {
    const found = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return { message: `Not an ELF file: it starts with ${found}, not with 7f 45 4c 46.`, offset: 0 };
  }
  return undefined;
}

function* readSections(
  header: ElfHeader,
  start: Uint8Array,
  sizeBytes: number,
  decode: SectionDecoder,
  problems: Problem[],
): Reading<ElfSection[]> {
  const entryBytes = sectionHeaderBytes(header.class);
  if (header.shoff === 0) {
    problems.push({ message: 'The file has no section table (e_shoff is 0).' });
    return [];
  }
  if (header.shentsize !== entryBytes) {
    problems.push({
      message: `Section headers of ${header.shentsize} bytes are announced; ${header.class}-bit ELF has ${entryBytes}.`,
    });
    return [];
  }
  const little = header.endian === 'little';
  let count = header.shnum;
  let nameSection = header.shstrndx;
  if (count === 0 || nameSection === SHN_XINDEX) {
    // gABI "extended numbering": the true values stand in section 0. No kernel loads such a module.
    const first = decodeSections(yield* bytesAt(header.shoff, entryBytes), header.class, little)[0];
    if (count === 0) count = first?.size ?? 0;
    if (nameSection === SHN_XINDEX) nameSection = first?.link ?? 0;
    problems.push({
      message: `Extended section numbering (${count} sections), which no kernel's module loader reads.`,
    });
  }
  if (!(header.shoff + count * entryBytes <= sizeBytes)) {
    problems.push({
      message: `The section table (${count} headers at ${header.shoff}) does not lie inside the file's ${sizeBytes} bytes: the file is cut off or damaged.`,
      offset: header.shoff,
    });
    return [];
  }
  if (count > limits.elfSections) {
    problems.push({ message: `Only the first ${limits.elfSections} of ${count} sections are read.` });
    count = limits.elfSections;
  }
  const tableBytes = yield* bytesAt(header.shoff, count * entryBytes);
  const nameBytes = yield* readNameTable(header, nameSection, count, tableBytes, sizeBytes, problems);
  return decode({ header, headerBytes: start, tableBytes, nameBytes, nameSection });
}

function* readNameTable(
  header: ElfHeader,
  nameSection: number,
  count: number,
  tableBytes: Uint8Array,
  sizeBytes: number,
  problems: Problem[],
): Reading<Uint8Array> {
  const none = new Uint8Array(0);
  if (nameSection === 0 || nameSection >= count) {
    problems.push({ message: `The section name table's index ${nameSection} is none of the ${count} sections.` });
    return none;
  }
  const entryBytes = sectionHeaderBytes(header.class);
  const at = nameSection * entryBytes;
  const table = decodeSections(tableBytes.subarray(at, at + entryBytes), header.class, header.endian === 'little')[0];
  if (table === undefined) return none;
  if (!(table.offset + table.size <= sizeBytes)) {
    problems.push({ message: 'The section name table does not lie inside the file.', offset: table.offset });
    return none;
  }
  if (table.size > limits.elfTableBytes) {
    problems.push({ message: `The section name table has ${table.size} bytes; it is not read.`, offset: table.offset });
    return none;
  }
  return yield* bytesAt(table.offset, table.size);
}

function nameSections(raw: readonly RawSection[], nameBytes: Uint8Array): ElfSection[] {
  const names = new StringTable(nameBytes);
  return raw.map((section, index) => ({
    index,
    name: names.at(section.nameOffset) ?? '',
    nameOffset: section.nameOffset,
    type: section.type,
    flags: section.flags,
    addr: section.addr,
    offset: section.offset,
    size: section.size,
    link: section.link,
    info: section.info,
    addralign: section.addralign,
    entsize: section.entsize,
  }));
}
