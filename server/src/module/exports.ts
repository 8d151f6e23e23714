import { SHN_ABS, SHT_REL, SHT_RELA } from '../elf/constants.ts';
import type { ElfFile, ElfSection } from '../elf/elf-file.ts';
import { viewOf } from '../elf/raw-tables.ts';
import type { Reading } from '../elf/reading.ts';
import { readRelocationSection } from '../elf/relocations.ts';
import { findAllocatedSection, hasContents, sectionBytes } from '../elf/sections.ts';
import { StringTable } from '../elf/string-table.ts';
import type { SymbolTable } from '../elf/symbol-table.ts';
import type { Problem } from '../ports/parsed.ts';
import type { ModuleExport } from './kernel-module.ts';

interface ExportEntry {
  readonly symbol: string;
  readonly namespace: string;
  /** Byte offset of the entry in its `__ksymtab`. */
  readonly offset: number;
}

/** The labels of all exports' parts, by exported symbol: indexes into the symbol table. */
interface ExportLabels {
  readonly crc: ReadonlyMap<string, number>;
  readonly namespace: ReadonlyMap<string, number>;
}

/**
 * What a module exports, in the order of `__ksymtab` and then `__ksymtab_gpl`.
 *
 * In an unlinked `.ko` the entries of these tables are relocations still; their labels
 * (`__ksymtab_<sym>`, `__kstrtabns_<sym>`, `__crc_<sym>` of include/linux/export-internal.h) tell the same and
 * are read first. Where a strip removed the labels, the relocations are read.
 */
export function* readExports(elf: ElfFile, symbols: SymbolTable, problems: Problem[]): Reading<ModuleExport[]> {
  const tables = exportTables(elf);
  if (tables.length === 0) return [];
  const labels = collectLabels(symbols);
  const exports: ModuleExport[] = [];
  for (const table of tables) {
    const gplTable = table.name === '__ksymtab_gpl';
    const entries = yield* readEntries(elf, table, symbols, labels);
    if (entries.length === 0) {
      problems.push({ message: `The exports in ${table.name} have neither labels nor relocations.` });
      continue;
    }
    const entryBytes = table.size / entries.length;
    const flagSection = gplTable ? undefined : findAllocatedSection(elf, '__kflagstab');
    const flags = flagSection === undefined ? undefined : yield* sectionBytes(elf, flagSection);
    const crcSection = findAllocatedSection(elf, gplTable ? '__kcrctab_gpl' : '__kcrctab');
    const crcTable = crcSection === undefined ? undefined : yield* sectionBytes(elf, crcSection);
    for (const entry of entries) {
      const index = Math.round(entry.offset / entryBytes);
      const flag = flags?.[index];
      exports.push({
        symbol: entry.symbol,
        crc: yield* readCrc(elf, symbols, labels.crc.get(entry.symbol), crcTable, index),
        // 7.2 and later: bit 0 of one byte for each export (KSYM_FLAG_GPL_ONLY).
        gplOnly: gplTable || (flag !== undefined && (flag & 1) !== 0),
        namespace: entry.namespace,
      });
    }
  }
  return exports;
}

function collectLabels(symbols: SymbolTable): ExportLabels {
  const crc = new Map<string, number>();
  const namespace = new Map<string, number>();
  for (let index = 1; index < symbols.length; index++) {
    if (!symbols.nameStartsWith(index, '__')) continue;
    if (symbols.nameStartsWith(index, '__crc_')) crc.set(symbols.name(index).slice('__crc_'.length), index);
    else if (symbols.nameStartsWith(index, '__kstrtabns_')) {
      namespace.set(symbols.name(index).slice('__kstrtabns_'.length), index);
    }
  }
  return { crc, namespace };
}

/** The tables that list exports, in the kernel's order; empty ones left out. */
export function exportTables(elf: ElfFile): ElfSection[] {
  return ['__ksymtab', '__ksymtab_gpl']
    .map((name) => findAllocatedSection(elf, name))
    .filter((section): section is ElfSection => section !== undefined && section.size > 0);
}

function* readEntries(
  elf: ElfFile,
  table: ElfSection,
  symbols: SymbolTable,
  labels: ExportLabels,
): Reading<ExportEntry[]> {
  const strings: StringTables = new Map();
  const found: { symbol: string; offset: number }[] = [];
  for (let index = 1; index < symbols.length; index++) {
    if (symbols.sectionIndex(index) !== table.index || !symbols.nameStartsWith(index, '__ksymtab_')) continue;
    found.push({ symbol: symbols.name(index).slice('__ksymtab_'.length), offset: symbols.value(index) });
  }
  if (found.length === 0) return yield* readRelocatedEntries(elf, table, symbols);
  found.sort((a, b) => a.offset - b.offset);
  const entries: ExportEntry[] = [];
  for (const { symbol, offset } of found) {
    const label = labels.namespace.get(symbol);
    const namespace =
      label === undefined
        ? undefined
        : yield* stringAt(elf, strings, symbols.sectionIndex(label), symbols.value(label));
    entries.push({ symbol, offset, namespace: namespace ?? '' });
  }
  return entries;
}

/** `struct kernel_symbol`: value, name and namespace, each 4 bytes (PREL32) or a pointer. */
function* readRelocatedEntries(elf: ElfFile, table: ElfSection, symbols: SymbolTable): Reading<ExportEntry[]> {
  const section = elf.sections.find(
    (each) => (each.type === SHT_RELA || each.type === SHT_REL) && each.info === table.index,
  );
  if (section === undefined) return [];
  const strings: StringTables = new Map();
  const contents = yield* sectionBytes(elf, table);
  const relocations = yield* readRelocationSection(elf, section);
  const byOffset = new Map(Array.from(relocations, (relocation) => [relocation.offset, relocation]));
  const fieldBytes = byOffset.has(4) ? 4 : 8;
  const entries: ExportEntry[] = [];
  const text = function* (offset: number): Reading<string | undefined> {
    const relocation = byOffset.get(offset);
    if (relocation === undefined || relocation.symbolIndex >= symbols.length) return undefined;
    const little = elf.header.endian === 'little';
    const stored = offset + 4 <= contents.length ? viewOf(contents).getInt32(offset, little) : 0;
    const addend = relocation.addend ?? stored;
    const index = relocation.symbolIndex;
    return yield* stringAt(elf, strings, symbols.sectionIndex(index), symbols.value(index) + addend);
  };
  for (let offset = 0; offset + 3 * fieldBytes <= table.size; offset += 3 * fieldBytes) {
    const symbol = yield* text(offset + fieldBytes);
    if (symbol === undefined) continue;
    entries.push({ symbol, offset, namespace: (yield* text(offset + 2 * fieldBytes)) ?? '' });
  }
  return entries;
}

/** The string sections that were decoded so far, by section index. */
type StringTables = Map<number, StringTable>;

function* stringAt(
  elf: ElfFile,
  strings: StringTables,
  sectionIndex: number,
  offset: number,
): Reading<string | undefined> {
  const section = elf.sections[sectionIndex];
  if (section === undefined || offset < 0) return undefined;
  let table = strings.get(sectionIndex);
  if (table === undefined) {
    table = new StringTable(yield* sectionBytes(elf, section));
    strings.set(sectionIndex, table);
  }
  return table.at(offset);
}

/**
 * As kmod's `kmod_elf_resolve_crc`: an absolute `__crc_` symbol is the CRC (up to 5.18); any other points to it
 * (5.19 and later, and the relative CRCs of powerpc and s390 before). Without labels the table itself has it.
 */
function* readCrc(
  elf: ElfFile,
  symbols: SymbolTable,
  label: number | undefined,
  table: Uint8Array | undefined,
  index: number,
): Reading<number | undefined> {
  const little = elf.header.endian === 'little';
  if (label === undefined) {
    return table !== undefined && index * 4 + 4 <= table.length
      ? viewOf(table).getUint32(index * 4, little)
      : undefined;
  }
  const sectionIndex = symbols.sectionIndex(label);
  if (sectionIndex === SHN_ABS) return symbols.value32(label);
  const section = elf.sections[sectionIndex];
  const at = symbols.value(label);
  if (section === undefined || !hasContents(elf, section) || at + 4 > section.size) return undefined;
  const bytes = yield { offset: section.offset + at, length: 4 };
  return bytes.length === 4 ? viewOf(bytes).getUint32(0, little) : undefined;
}
