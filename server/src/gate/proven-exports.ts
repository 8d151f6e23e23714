import { SHN_ABS, SHT_NOBITS } from '../elf/constants.ts';
import type { ExportTable } from './export-table.ts';
import { endsInNul, type ModuleBytes, type SectionTable, special } from './module-sections.ts';
import type { ProofPlan } from './proof-plan.ts';

const crcPrefix = ascii('__crc_');
const tablePrefix = ascii('__ksymtab_');
const namespacePrefix = ascii('__kstrtabns_');

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Proves that what a module exports is what the export table lists of it, all of it, with CRCs, marks and namespaces. */
export class ExportProof {
  readonly #plan: ProofPlan;
  readonly #table: ExportTable;
  readonly #sections: SectionTable;
  /** For each exporter, its entries. */
  readonly #byExporter: readonly (readonly number[])[];
  readonly #namespaceNames: readonly Uint8Array[];
  /** For each export, the number of the module that last exported it, gave it a CRC, a namespace. */
  readonly #exportSeen: Uint32Array;
  readonly #crcSeen: Uint32Array;
  readonly #namespaceSeen: Uint32Array;
  #turn = 0;

  /** @param sections holds those of the module at hand when it is asked. */
  constructor(plan: ProofPlan, table: ExportTable, sections: SectionTable) {
    this.#plan = plan;
    this.#table = table;
    this.#sections = sections;
    this.#byExporter = entriesByExporter(table, plan.exports.exporters.length);
    this.#namespaceNames = plan.exports.namespaces.map(ascii);
    this.#exportSeen = new Uint32Array(table.size);
    this.#crcSeen = new Uint32Array(table.size);
    this.#namespaceSeen = new Uint32Array(table.size);
  }

  #exportsAny(): boolean {
    const { specials } = this.#sections;
    return (specials[special.ksymtab] as number) !== 0 || (specials[special.ksymtabGpl] as number) !== 0;
  }

  #exportLabels(module: ModuleBytes, self: number): boolean {
    const sections = this.#sections;
    const { bytes, words } = module;
    const wide = this.#plan.elfClass === 64;
    const start = sections.offsets[sections.symtab] as number;
    const entryBytes = wide ? 24 : 16;
    const count = Math.floor((sections.sizes[sections.symtab] as number) / entryBytes);
    const strings = sections.offsets[sections.strtab] as number;
    const stringBytes = sections.sizes[sections.strtab] as number;
    if (start % 4 !== 0 || !endsInNul(bytes, strings, stringBytes)) return false;
    for (let at = start + entryBytes; at < start + count * entryBytes; at += entryBytes) {
      const nameOffset = words[at / 4] as number;
      if (nameOffset >= stringBytes) return false;
      const nameAt = strings + nameOffset;
      if (bytes[nameAt] !== 0x5f || bytes[nameAt + 1] !== 0x5f) continue;
      const shndx = (words[at / 4 + (wide ? 1 : 3)] as number) >>> 16;
      if (shndx === 0) continue;
      if (shndx >= sections.count && shndx !== SHN_ABS) return false;
      if (!this.#exportLabel(module, at, shndx, nameAt, self)) return false;
    }
    return true;
  }

  /** Takes note of `__ksymtab_X`, `__crc_X` and `__kstrtabns_X`; false when they say something else than the table. */
  #exportLabel({ bytes, words }: ModuleBytes, at: number, shndx: number, nameAt: number, self: number): boolean {
    const { specials, offsets, sizes, types } = this.#sections;
    const third = bytes[nameAt + 2];
    const prefix =
      third === 0x63
        ? crcPrefix
        : third !== 0x6b
          ? undefined
          : bytes[nameAt + 4] === 0x79
            ? tablePrefix
            : namespacePrefix;
    if (prefix === undefined) return true;
    for (let i = 2; i < prefix.length; i++) if (bytes[nameAt + i] !== prefix[i]) return true;
    const start = nameAt + prefix.length;
    let end = start;
    while (bytes[end] !== 0) end++;
    const entry = this.#table.find(bytes, start, end);
    if (entry === 0 || self === 0 || this.#table.exporter(entry) !== self) return false;
    const wide = this.#plan.elfClass === 64;
    const value = words[(at + (wide ? 8 : 4)) / 4] as number;
    if (wide && words[(at + 12) / 4] !== 0 && shndx !== SHN_ABS) return false;
    if (prefix === tablePrefix) {
      const gpl = shndx === specials[special.ksymtabGpl];
      if ((!gpl && shndx !== specials[special.ksymtab]) || gpl !== this.#table.gplOnly(entry)) return false;
      this.#exportSeen[this.#table.number(entry)] = this.#turn;
      return true;
    }
    if (prefix === crcPrefix) {
      if (shndx !== SHN_ABS) {
        const place = (offsets[shndx] as number) + value;
        if (types[shndx] === SHT_NOBITS || value % 4 !== 0 || place % 4 !== 0 || value + 4 > (sizes[shndx] as number))
          return false;
        if (words[place / 4] !== this.#table.crc(entry)) return false;
      } else if (value !== this.#table.crc(entry)) return false;
      this.#crcSeen[this.#table.number(entry)] = this.#turn;
      return true;
    }
    const expected = this.#namespaceNames[this.#table.namespace(entry)] as Uint8Array;
    if (shndx === SHN_ABS || types[shndx] === SHT_NOBITS || value + expected.length >= (sizes[shndx] as number))
      return false;
    const text = (offsets[shndx] as number) + value;
    for (let i = 0; i < expected.length; i++) if (bytes[text + i] !== expected[i]) return false;
    if (bytes[text + expected.length] !== 0) return false;
    this.#namespaceSeen[this.#table.number(entry)] = this.#turn;
    return true;
  }

  /**
   * @param self the module's id among the exporters of the table; 0 when it exports nothing by the table.
   */
  holds(module: ModuleBytes, self: number): boolean {
    this.#turn++;
    const listed = self === 0 ? 0 : (this.#byExporter[self]?.length ?? 0);
    if (!this.#exportsAny()) return listed === 0;
    if (!this.#exportLabels(module, self)) return false;
    const { specials, sizes } = this.#sections;
    if (this.#plan.exportFlags || (specials[special.kflagstab] as number) !== 0) return false;
    const filled = (which: number) =>
      (specials[which] as number) !== 0 && (sizes[specials[which] as number] as number) > 0;
    for (const [table, crcs] of [
      [special.ksymtab, special.kcrctab],
      [special.ksymtabGpl, special.kcrctabGpl],
    ] as const) {
      if (this.#plan.modversions && filled(table) && !filled(crcs)) return false;
    }
    return this.#countExports(self) === listed;
  }

  /** Exports whose labels were all seen; -1 when one lacks a label. */
  #countExports(self: number): number {
    const table = this.#table;
    let count = 0;
    for (const entry of this.#byExporter[self] ?? []) {
      const number = table.number(entry);
      if (this.#exportSeen[number] !== this.#turn) continue;
      if (table.hasCrc(entry) !== (this.#crcSeen[number] === this.#turn)) return -1;
      if (table.namespace(entry) !== 0 && this.#namespaceSeen[number] !== this.#turn) return -1;
      count++;
    }
    return count;
  }
}

function entriesByExporter(table: ExportTable, exporters: number): number[][] {
  const lists: number[][] = Array.from({ length: exporters }, () => []);
  for (let number = 0; number < table.size; number++) {
    const entry = table.at(number);
    const exporter = table.exporter(entry);
    // Nobody asks for the kernel's own.
    if (exporter !== 0) lists[exporter]?.push(entry);
  }
  return lists;
}
