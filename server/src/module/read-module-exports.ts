import { rawSections, readElf } from '../elf/read-elf.ts';
import type { Reading } from '../elf/reading.ts';
import { readSymbolTable } from '../elf/symbol-table.ts';
import { exportTables, readExports } from './exports.ts';
import type { ModuleExport } from './kernel-module.ts';
import { readSignature } from './signature-trailer.ts';

/**
 * What a module exports, as `KernelModule.exports`, and nothing else: of the many modules that export nothing only the section
 * table is read.
 * @param sizeBytes of the unpacked file, signature included.
 */
export function* readModuleExports(sizeBytes: number): Reading<readonly ModuleExport[]> {
  const signature = yield* readSignature(sizeBytes);
  const { value: elf } = yield* readElf(signature?.offset ?? sizeBytes, rawSections);
  if (elf === undefined || exportTables(elf).length === 0) return [];
  const symbols = yield* readSymbolTable(elf, []);
  return symbols === undefined ? [] : yield* readExports(elf, symbols, []);
}
