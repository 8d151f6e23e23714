import { SHN_ABS, SHN_COMMON, SHN_LIVEPATCH, SHN_UNDEF, SHT_REL, SHT_RELA, STB_WEAK } from '../elf/constants.ts';
import type { ElfFile, ElfSection, ElfSymbol } from '../elf/elf-file.ts';
import { copyBytes } from '../elf/raw-tables.ts';
import { rawSections, readElf, type SectionDecoder } from '../elf/read-elf.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import { readRelocationSection } from '../elf/relocations.ts';
import { findAllocatedSection, findSection, placedBytes, sectionBytes } from '../elf/sections.ts';
import { readSymbolTable, type SymbolTable } from '../elf/symbol-table.ts';
import type { Compression } from '../ports/decompressor.ts';
import type { Problem } from '../ports/parsed.ts';
import { isAllZero } from './all-zero.ts';
import { readExports } from './exports.ts';
import type { KernelModule, ModuleImport, StringTableFacts, SymbolVersions } from './kernel-module.ts';
import { parseModinfo, parseParameters } from './modinfo.ts';
import { moduleFileName } from './module-file-name.ts';
import { readSignature } from './signature-trailer.ts';
import { nameInStructModule } from './struct-module.ts';
import { hasMoreCrcsThanNames, parseExtendedVersions, parseVersions } from './symbol-versions.ts';

export interface ReadModuleOptions {
  /** How the file was packed before these bytes; `none` by default. */
  readonly compression?: Compression;
  /** `rawSections` by default. */
  readonly decode?: SectionDecoder;
}

/**
 * Reads everything a module says of itself from its unpacked bytes.
 * @param sizeBytes of the unpacked file, signature included.
 */
export function* readKernelModule(
  uri: string,
  sizeBytes: number,
  options: ReadModuleOptions = {},
): Reading<KernelModule> {
  const problems: Problem[] = [];
  const leadingBytes = copyBytes(yield* bytesAt(0, Math.min(64, sizeBytes)));
  const signature = yield* readSignature(sizeBytes);
  const elfBytes = signature === undefined ? sizeBytes : signature.offset;
  const { value: elf, problems: elfProblems } = yield* readElf(elfBytes, options.decode ?? rawSections);
  problems.push(...elfProblems);
  const allZero = elf === undefined && (yield* isAllZero(sizeBytes));
  const file = {
    uri,
    fileName: moduleFileName(uri),
    compression: options.compression ?? 'none',
    sizeBytes,
    leadingBytes,
    allZero,
    elf,
    signature,
  } as const;
  if (elf === undefined) return { ...file, ...nothingRead, problems };

  const symbols = yield* readSymbolTable(elf, problems);
  const { imports, irregularSymbols } = collectSymbols(elf, symbols);
  const modinfoSection = findSection(elf, '.modinfo');
  const modinfo = modinfoSection === undefined ? [] : parseModinfo(yield* contents(elf, modinfoSection, problems));
  const thisModule = findSection(elf, '.gnu.linkonce.this_module');
  const pointers = yield* readPointers(elf, thisModule, symbols);
  return {
    ...file,
    sectionNameTable: yield* stringTableFacts(elf, elf.header.shstrndx),
    symbolNameTable: symbols === undefined ? undefined : yield* stringTableFacts(elf, symbols.section.link),
    modinfo,
    versions: yield* readVersions(elf, problems),
    exports: symbols === undefined ? [] : yield* readExports(elf, symbols, problems),
    imports,
    irregularSymbols,
    parameters: parseParameters(modinfo),
    structModuleSize: thisModule?.size,
    structModuleName:
      thisModule === undefined ? undefined : nameInStructModule(yield* sectionBytes(elf, thisModule), elf.header.class),
    hasInit: pointers.has('init_module'),
    hasExit: pointers.has('cleanup_module'),
    problems,
  };
}

const nothingRead = {
  sectionNameTable: undefined,
  symbolNameTable: undefined,
  modinfo: [],
  versions: { format: undefined, sectionVisible: false, entries: [], extended: undefined },
  exports: [],
  imports: [],
  irregularSymbols: [],
  parameters: [],
  structModuleSize: undefined,
  structModuleName: undefined,
  hasInit: false,
  hasExit: false,
} as const;

/** A section's bytes, whatever its type; a problem when they are not all inside the file. */
function* contents(elf: ElfFile, section: ElfSection, problems: Problem[]): Reading<Uint8Array> {
  const bytes = yield* placedBytes(elf, section);
  if (bytes.length !== section.size) {
    const message = `The section ${section.name} (${section.size} bytes at ${section.offset}) cannot be read from this file of ${elf.sizeBytes} bytes.`;
    problems.push({ message, offset: section.offset });
  }
  return bytes;
}

/** Irregular symbols beyond this many are not kept: each is a refusal of its own. */
const keptIrregularSymbols = 100;

function collectSymbols(
  elf: ElfFile,
  symbols: SymbolTable | undefined,
): { imports: ModuleImport[]; irregularSymbols: ElfSymbol[] } {
  const imports: ModuleImport[] = [];
  const irregularSymbols: ElfSymbol[] = [];
  if (symbols === undefined) return { imports, irregularSymbols };
  const sectionCount = elf.sections.length;
  for (let index = 1; index < symbols.length; index++) {
    const shndx = symbols.shndx(index);
    if (shndx === SHN_UNDEF) {
      imports.push({ symbol: symbols.name(index), weak: symbols.binding(index) === STB_WEAK, symbolIndex: index });
    }
    const special = shndx === SHN_ABS || shndx === SHN_LIVEPATCH;
    const badSection = shndx === SHN_COMMON || (shndx >= sectionCount && !special);
    if (badSection || symbols.nameOffset(index) >= symbols.strings.sizeBytes) {
      if (irregularSymbols.length < keptIrregularSymbols) irregularSymbols.push(symbols.symbol(index));
    }
  }
  return { imports, irregularSymbols };
}

function* readVersions(elf: ElfFile, problems: Problem[]): Reading<SymbolVersions> {
  const little = elf.header.endian === 'little';
  const visible = findAllocatedSection(elf, '__versions');
  const section = visible ?? findSection(elf, '__versions');
  const table =
    section === undefined || section.size === 0
      ? undefined
      : parseVersions(yield* contents(elf, section, problems), elf.header.class, little, problems);
  const crcs = findAllocatedSection(elf, '__version_ext_crcs');
  const names = findAllocatedSection(elf, '__version_ext_names');
  const tables =
    crcs === undefined || names === undefined
      ? undefined
      : ([yield* contents(elf, crcs, problems), yield* contents(elf, names, problems)] as const);
  const extended = tables && parseExtendedVersions(...tables, little, problems);
  const hasRecords = table !== undefined && table.entries.length > 0;
  return {
    format: extended !== undefined && !hasRecords ? 'extended' : table?.format,
    sectionVisible: visible !== undefined,
    entries: table?.entries ?? [],
    extended,
    ...(tables && hasMoreCrcsThanNames(...tables) ? { moreCrcsThanNames: true } : {}),
  };
}

function* stringTableFacts(elf: ElfFile, sectionIndex: number): Reading<StringTableFacts | undefined> {
  const section = elf.sections[sectionIndex];
  if (section === undefined || sectionIndex === 0) return undefined;
  const bytes = yield* sectionBytes(elf, section);
  return {
    sectionIndex,
    sizeBytes: section.size,
    startsWithNul: bytes[0] === 0,
    endsWithNul: bytes.length > 0 && bytes[bytes.length - 1] === 0,
  };
}

/** The names of the symbols whose addresses go into `struct module`. */
function* readPointers(
  elf: ElfFile,
  thisModule: ElfSection | undefined,
  symbols: SymbolTable | undefined,
): Reading<Set<string>> {
  const names = new Set<string>();
  if (thisModule === undefined || symbols === undefined) return names;
  for (const section of elf.sections) {
    if ((section.type !== SHT_RELA && section.type !== SHT_REL) || section.info !== thisModule.index) continue;
    for (const { symbolIndex } of yield* readRelocationSection(elf, section)) {
      if (symbolIndex < symbols.length) names.add(symbols.name(symbolIndex));
    }
  }
  return names;
}
