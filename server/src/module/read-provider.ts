import { SHN_UNDEF } from '../elf/constants.ts';
import { rawSections, readElf } from '../elf/read-elf.ts';
import type { Reading } from '../elf/reading.ts';
import { findAllocatedSection, sectionBytes } from '../elf/sections.ts';
import { readSymbolTable } from '../elf/symbol-table.ts';
import { exportTables, readExports } from './exports.ts';
import type { ModuleExport } from './kernel-module.ts';
import { parseModinfo } from './modinfo.ts';
import { statesProprietary } from './proprietary.ts';
import { readSignature } from './signature-trailer.ts';

/** What a module is to those that import from it. */
export interface Provider {
  /** As `KernelModule.exports`. */
  readonly exports: readonly ModuleExport[];
  /** Names of the symbols that it imports itself; none are read where it exports nothing. */
  readonly imports: readonly string[];
  /** By its licence. */
  readonly proprietary: boolean;
}

const noProvider: Provider = { exports: [], imports: [], proprietary: false };

/**
 * What a module exports, and what its users inherit; of the many modules that export nothing only the section table is read.
 * @param sizeBytes of the unpacked file, signature included.
 */
export function* readProvider(sizeBytes: number): Reading<Provider> {
  const signature = yield* readSignature(sizeBytes);
  const { value: elf } = yield* readElf(signature?.offset ?? sizeBytes, rawSections);
  if (elf === undefined || exportTables(elf).length === 0) return noProvider;
  const symbols = yield* readSymbolTable(elf, []);
  if (symbols === undefined) return noProvider;
  const imports: string[] = [];
  for (let index = 1; index < symbols.length; index++) {
    if (symbols.sectionIndex(index) === SHN_UNDEF) imports.push(symbols.name(index));
  }
  const modinfo = findAllocatedSection(elf, '.modinfo');
  return {
    exports: yield* readExports(elf, symbols, []),
    imports,
    proprietary: statesProprietary(modinfo === undefined ? [] : parseModinfo(yield* sectionBytes(elf, modinfo))),
  };
}
