import { SHN_ABS, SHT_NOBITS, SHT_REL, SHT_RELA } from '../elf/constants.ts';
import { ExportTable } from './export-table.ts';
import { endsInNul, kind, type ModuleBytes, SectionTable, special } from './module-sections.ts';
import { type ProofPlan, relocationUse } from './proof-plan.ts';
import { hasProvenBtf } from './proven-btf.ts';
import { ExportProof } from './proven-exports.ts';
import { readProvenModinfo } from './proven-modinfo.ts';
import { refersToVanishing } from './refers-to-vanishing.ts';
import { readSignatureShape, type SignatureShapes } from './signature-shape.ts';

/** What a proof says of one module. Numbers from `signed` on: clean, if signatures of that shape (number − signed) are good. */
export const proven = {
  doubt: 0,
  clean: 1,
  /** Clean but for its missing signature, which the target looks at and does not enforce. */
  unsigned: 2,
  /** In doubt, and what it exports may not be what the table lists of it. */
  exportsDiffer: 3,
  signed: 4,
} as const;

const moduleLayout = ascii('module_layout');
const versionRecordBytes = 64;
/** Taken for proprietary whatever licence they state (loader/license.ts). */
const distrustedNames = ['ndiswrapper', 'driverloader', 'lve'].map(ascii);

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Proves of a module, from its bytes alone and without decoding a name, that the target's loader would load it and that nothing
 * is to be warned of. The proof is sufficient, not necessary: whatever is unusual is left in doubt, and `predictLoad` decides.
 * It demands at least what the checks in loader/ demand of any kernel version; a test holds the two together.
 *
 * A module that exports symbols is clean only if they are exactly those that the export table lists of it, so that the table,
 * which was made from what the kernel's build wrote down, is proven along the way.
 */
export class CleanProof {
  readonly #plan: ProofPlan;
  readonly #table: ExportTable;
  readonly #exports: ExportProof;
  readonly #namespaceNames: readonly Uint8Array[];
  readonly #exporterNames: readonly Uint8Array[];
  readonly #proprietary: ReadonlySet<number>;
  readonly #sections = new SectionTable();
  /** For each export, the number of the module that last listed its CRC. */
  readonly #versionSeen: Uint32Array;
  #turn = 0;
  /** Of the module at hand: something that stays refers to a section that does not. Mostly by design. */
  #mayReferToVanishing = false;
  /** Where the module proven last has its vermagic. */
  readonly vermagic = { start: 0, end: 0 };

  constructor(plan: ProofPlan) {
    this.#plan = plan;
    this.#table = new ExportTable(plan.exports);
    this.#exports = new ExportProof(plan, this.#table, this.#sections);
    this.#namespaceNames = plan.exports.namespaces.map(ascii);
    this.#exporterNames = plan.exports.exporters.map(ascii);
    this.#proprietary = new Set(plan.exports.proprietary);
    this.#versionSeen = new Uint32Array(this.#table.size);
  }

  /**
   * @param self the id of the module's own name among the exporters of the table; 0 when it exports nothing by the table.
   * @param name the module's name by its file, `-` folded to `_`.
   */
  prove(module: ModuleBytes, self: number, name: Uint8Array, shapes: SignatureShapes): number {
    this.#turn++;
    const plan = this.#plan;
    let status: number = proven.clean;
    let elfBytes = module.sizeBytes;
    const signature = readSignatureShape(module, shapes);
    if (signature.kind === 'odd') return self === 0 ? proven.doubt : proven.exportsDiffer;
    if (signature.kind === 'signed') elfBytes = signature.elfBytes;
    if (plan.signature !== 'ignored') {
      if (signature.kind === 'signed') status = proven.signed + signature.shape;
      else if (plan.signature === 'enforced') status = proven.doubt;
      else status = proven.unsigned;
    }
    const sections = this.#sections;
    if (!sections.read(module, elfBytes, plan.elfClass, plan.machine)) {
      return self === 0 ? proven.doubt : proven.exportsDiffer;
    }
    if (!this.#exports.holds(module, self)) return proven.exportsDiffer;
    const { specials } = sections;
    if ((specials[special.ctors] as number) !== 0 && (specials[special.initArray] as number) !== 0) return proven.doubt;
    if ((specials[special.extendedCrcs] as number) + (specials[special.extendedNames] as number) !== 0)
      return proven.doubt;
    if ((sections.stubs & plan.stubs) !== plan.stubs || !hasProvenBtf(module, sections)) return proven.doubt;
    if (!plan.smp && (specials[special.percpu] as number) !== 0) return proven.doubt;
    const imported = readProvenModinfo(module, sections, plan, this.#namespaceNames, this.vermagic);
    if (status === proven.doubt || imported === undefined || !this.#isNamedAs(module, name)) return proven.doubt;
    if (!this.#versions(module)) return proven.doubt;
    if (!this.#symbols(module, name, imported)) return proven.doubt;
    if (!this.#relocations(module)) return proven.doubt;
    return this.#mayReferToVanishing && refersToVanishing(module, elfBytes) ? proven.doubt : status;
  }

  /** struct module: there once, of the target's size, and named as the file. */
  #isNamedAs(module: ModuleBytes, name: Uint8Array): boolean {
    const plan = this.#plan;
    const section = this.#sections.specials[special.thisModule] as number;
    if (section === 0) return false;
    const size = this.#sections.sizes[section] as number;
    if (plan.structModuleSize !== undefined && size !== plan.structModuleSize) return false;
    const nameAt = plan.elfClass === 64 ? 24 : 12;
    if (size < nameAt + name.length + 1) return false;
    const at = (this.#sections.offsets[section] as number) + nameAt;
    for (let i = 0; i < name.length; i++) if (module.bytes[at + i] !== name[i]) return false;
    if (module.bytes[at + name.length] !== 0) return false;
    return !distrustedNames.some((other) => isSame(other, name));
  }

  /** Every record of `__versions` that names an export of the target has the target's CRC. */
  #versions(module: ModuleBytes): boolean {
    const section = this.#sections.specials[special.versions] as number;
    if (section === 0) return !this.#plan.modversions;
    const { bytes, words } = module;
    const start = this.#sections.offsets[section] as number;
    const size = this.#sections.sizes[section] as number;
    const crcBytes = this.#plan.elfClass / 8;
    if (size === 0 || size % versionRecordBytes !== 0 || start % 4 !== 0) return false;
    // Records of variable length begin with a length that lies within the section; these do not.
    if ((words[start / 4] as number) <= size) return false;
    const table = this.#table;
    for (let at = start; at < start + size; at += versionRecordBytes) {
      if (bytes[at + versionRecordBytes - 1] !== 0) return false;
      if (crcBytes === 8 && words[at / 4 + 1] !== 0) return false;
      const nameAt = at + crcBytes;
      let end = nameAt;
      while (bytes[end] !== 0) end++;
      if (end === nameAt) return false;
      const entry = table.find(bytes, nameAt, end);
      if (entry === 0) continue;
      // Of two records of one name the first counts: twice is unusual.
      if (this.#versionSeen[table.number(entry)] === this.#turn) return false;
      if (table.hasCrc(entry) && table.crc(entry) !== words[at / 4]) return false;
      this.#versionSeen[table.number(entry)] = this.#turn;
    }
    if (!this.#plan.modversions) return true;
    const layout = table.find(moduleLayout, 0, moduleLayout.length);
    return layout !== 0 && this.#versionSeen[table.number(layout)] === this.#turn;
  }

  /** Every undefined symbol is exported to this module; no symbol is of a kind that some kernel refuses. */
  #symbols(module: ModuleBytes, name: Uint8Array, imported: Uint8Array): boolean {
    const sections = this.#sections;
    const { bytes, words } = module;
    const wide = this.#plan.elfClass === 64;
    const start = sections.offsets[sections.symtab] as number;
    const entryBytes = wide ? 24 : 16;
    const count = Math.floor((sections.sizes[sections.symtab] as number) / entryBytes);
    const strings = sections.offsets[sections.strtab] as number;
    const stringBytes = sections.sizes[sections.strtab] as number;
    if (start % 4 !== 0 || !endsInNul(bytes, strings, stringBytes)) return false;
    const modversions = this.#plan.modversions;
    const table = this.#table;
    for (let index = 1; index < count; index++) {
      const at = start + index * entryBytes;
      const place = wide ? (words[at / 4 + 1] as number) : (words[at / 4 + 3] as number);
      const shndx = place >>> 16;
      const nameOffset = words[at / 4] as number;
      if (nameOffset >= stringBytes) return false;
      if (shndx !== 0) {
        if (shndx >= sections.count && shndx !== SHN_ABS) return false;
        continue;
      }
      const nameAt = strings + nameOffset;
      let end = nameAt;
      while (bytes[end] !== 0) end++;
      const entry = table.find(bytes, nameAt, end);
      // A weak one may be absent, but not every use of it is harmless then.
      if (entry === 0) return false;
      if (modversions && table.hasCrc(entry) && this.#versionSeen[table.number(entry)] !== this.#turn) return false;
      const namespace = table.namespace(entry);
      if (namespace !== 0 && imported[namespace] !== 1) return false;
      const exporter = table.exporter(entry);
      if (exporter === 0) continue;
      // A module cannot import from itself, nor from another file of its own name.
      if (isSame(this.#exporterNames[exporter] as Uint8Array, name)) return false;
      // What it may use besides depends on the order.
      if (this.#proprietary.size > 0 && this.#proprietary.has(exporter)) return false;
    }
    return true;
  }

  /**
   * The loader applies every relocation, to places that are empty where it adds, and with values that fit; and nothing that
   * stays refers to what is freed or left out.
   */
  #relocations(module: ModuleBytes): boolean {
    const sections = this.#sections;
    const wide = this.#plan.elfClass === 64;
    this.#mayReferToVanishing = false;
    for (let index = 1; index < sections.count; index++) {
      const type = sections.types[index] as number;
      if (type !== SHT_RELA && type !== SHT_REL) continue;
      const target = sections.infos[index] as number;
      if (target >= sections.count || ((sections.kinds[target] as number) & kind.alloc) === 0) continue;
      if (this.#plan.relocationTable !== 0 && type !== this.#plan.relocationTable) return false;
      if (((sections.offsets[index] as number) | (sections.offsets[sections.symtab] as number)) % 4 !== 0) return false;
      const strideWords = ((wide ? 16 : 8) + (type === SHT_RELA ? (wide ? 8 : 4) : 0)) / 4;
      if (!this.#relocationSection(module, index, target, strideWords)) return false;
    }
    return true;
  }

  #relocationSection({ bytes, words }: ModuleBytes, index: number, target: number, strideWords: number): boolean {
    const { relocations, elfClass } = this.#plan;
    const sections = this.#sections;
    const wide = elfClass === 64;
    const symbols = (sections.offsets[sections.symtab] as number) / 4;
    const symbolWords = wide ? 6 : 4;
    const shndxWord = symbols + (wide ? 1 : 3);
    const symbolCount = Math.floor((sections.sizes[sections.symtab] as number) / (symbolWords * 4));
    const from = sections.kinds[target] as number;
    const refers = sections.vanishes && (from & (kind.data | kind.text | kind.exit | kind.initMain)) !== 0;
    const size = sections.sizes[target] as number;
    const base = sections.offsets[target] as number;
    const isCode = (from & kind.code) !== 0;
    const first = (sections.offsets[index] as number) / 4;
    const end = first + Math.floor((sections.sizes[index] as number) / (strideWords * 4)) * strideWords;
    const isEmpty = sections.types[target] === SHT_NOBITS;
    const applied = relocationUse.any | relocationUse.address;
    for (let at = first; at < end; at += strideWords) {
      const info = words[at + (wide ? 2 : 1)] as number;
      const use = relocations[wide ? info : info & 0xff] ?? 0;
      if ((use & applied) === 0) return false;
      const width = use >> relocationUse.widthShift;
      if (width !== 0) {
        const offset = words[at] as number;
        if (isEmpty || offset + width > size || (wide && words[at + 1] !== 0)) return false;
        const place = base + offset;
        if (!isZero(bytes, place)) return false;
        if (width === 8 && !isZero(bytes, place + 4)) return false;
      }
      const looks = refers && (isCode || (use & relocationUse.pointer) !== 0);
      const isAddress = (use & relocationUse.address) !== 0;
      if (!looks && !isAddress) continue;
      const symbol = wide ? (words[at + 3] as number) : info >>> 8;
      if (symbol >= symbolCount) return false;
      const shndx = (words[shndxWord + symbol * symbolWords] as number) >>> 16;
      if (shndx === SHN_ABS && isAddress) return false;
      if (looks && shndx < sections.count && isVanishing(from, sections.kinds[shndx] as number))
        this.#mayReferToVanishing = true;
    }
    return true;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** Four bytes. */
function isZero(bytes: Uint8Array, at: number): boolean {
  return (
    ((bytes[at] as number) | (bytes[at + 1] as number) | (bytes[at + 2] as number) | (bytes[at + 3] as number)) === 0
  );
}

/** Whether loader/init-reference.ts would look closer at a reference between sections of these kinds. */
function isVanishing(from: number, to: number): boolean {
  if ((to & kind.init) !== 0) return (from & (kind.data | kind.text | kind.exit)) !== 0;
  return (to & kind.exit) !== 0 && (from & kind.exit) === 0;
}
