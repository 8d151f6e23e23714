import {
  ET_REL,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_NULL,
  SHT_STRTAB,
  SHT_SYMTAB,
} from '../elf/constants.ts';

/** One module's bytes at the start of memory that is used again for the next. */
export interface ModuleBytes {
  /** `bytes.buffer` has a length that is a multiple of 4, and `bytes` starts at its beginning. */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Bytes of the file. */
  sizeBytes: number;
  /** Where the file stands in the scan; nothing here uses it. */
  index: number;
}

/** Bits of `kinds`: what a section means to the proof. */
export const kind = {
  alloc: 1,
  /** Freed after init. */
  init: 2,
  /** Data that stays. */
  data: 4,
  /** Code that stays. */
  text: 8,
  /** Left out when the driver is built in. */
  exit: 16,
  /** The parts of init that are looked at for references to exit. */
  initMain: 32,
  code: 64,
} as const;

/** Sections that some loaders put stubs for far calls into: a bit each, and shifted by `allocated` another where it is loaded. */
export const stub = { plt: 1, initPlt: 2, got: 4, gotPlt: 8, allocated: 4 } as const;

/** Sections that the proof looks into, by the order of `specialNames`; 0 where the module has none. */
export const special = {
  modinfo: 0,
  thisModule: 1,
  versions: 2,
  ksymtab: 3,
  ksymtabGpl: 4,
  kcrctab: 5,
  kcrctabGpl: 6,
  kflagstab: 7,
  extendedCrcs: 8,
  extendedNames: 9,
  ctors: 10,
  initArray: 11,
  percpu: 12,
} as const;

const specialNames = [
  '.modinfo',
  '.gnu.linkonce.this_module',
  '__versions',
  '__ksymtab',
  '__ksymtab_gpl',
  '__kcrctab',
  '__kcrctab_gpl',
  '__kflagstab',
  '__version_ext_crcs',
  '__version_ext_names',
  '.ctors',
  '.init_array',
  '.data..percpu',
].map(ascii);
const stubNames = [
  [stub.plt, ascii('.plt')],
  [stub.initPlt, ascii('.init.plt')],
  [stub.got, ascii('.got')],
  [stub.gotPlt, ascii('.got.plt')],
] as const;
const btf = ascii('.BTF');
const init = prefix('.init');
const exit = prefix('.exit.');
const initMain = ['.init.text', '.init.data', '.init.rodata'].map(ascii);
/** As loader/init-reference.ts sorts sections. */
const lastingData = ['.data', '.rodata', '.bss', '.lrodata', '.ldata'].map(prefix);
const lastingCode = [
  '.text',
  '.sched.text',
  '.kprobes.text',
  '.cpuidle.text',
  '.noinstr.text',
  '.ltext',
  '.spinlock.text',
].map(prefix);

function prefix(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(`${text}\0`);
}

const dot = 0x2e;
const underscore = 0x5f;

/**
 * The section table of one ELF module, held to every rule that any kernel's loader has for it (the strictest of all versions):
 * what passes here passes everywhere. Reused from module to module.
 */
export class SectionTable {
  count = 0;
  /** Per section. */
  readonly types = new Uint32Array(65_536);
  readonly offsets = new Uint32Array(65_536);
  readonly sizes = new Uint32Array(65_536);
  readonly links = new Uint32Array(65_536);
  readonly infos = new Uint32Array(65_536);
  readonly kinds = new Uint8Array(65_536);
  /** Section index by `special`; 0 for none. */
  readonly specials = new Uint32Array(specialNames.length);
  symtab = 0;
  strtab = 0;
  /** Index of the first `.BTF`; 0 for none. */
  btf = 0;
  /** Bits of `stub`. */
  stubs = 0;
  /** A section of init or exit that is not empty. */
  vanishes = false;

  /** False: not proven. `elfBytes` excludes an appended signature. */
  read(module: ModuleBytes, elfBytes: number, elfClass: 32 | 64, machine: number): boolean {
    const { bytes, words } = module;
    const wide = elfClass === 64;
    const headerSize = wide ? 64 : 52;
    if (elfBytes < headerSize || words[0] !== 0x464c457f || bytes[4] !== elfClass / 32 || bytes[5] !== 1) return false;
    const half = (at: number) => (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (half(16) !== ET_REL || half(18) !== machine) return false;
    const table = words[(wide ? 40 : 32) / 4] as number;
    if (wide && words[11] !== 0) return false;
    const tail = wide ? 52 : 40;
    const entryBytes = wide ? 64 : 40;
    this.count = half(tail + 8);
    const nameIndex = half(tail + 10);
    if (half(tail + 6) !== entryBytes || this.count === 0 || this.count >= 0xff00 || table % 4 !== 0) return false;
    if (table === 0 || table + this.count * entryBytes > elfBytes) return false;
    if (nameIndex === 0 || nameIndex >= this.count) return false;
    return this.#readEntries(module, elfBytes, table / 4, wide) && this.#readNames(module, nameIndex, table / 4, wide);
  }

  #readEntries({ words }: ModuleBytes, elfBytes: number, table: number, wide: boolean): boolean {
    this.symtab = 0;
    for (let index = 0; index < this.count; index++) {
      const at = table + index * (wide ? 16 : 10);
      const type = words[at + 1] as number;
      const flags = words[at + 2] as number;
      const offset = words[at + (wide ? 6 : 4)] as number;
      const size = words[at + (wide ? 8 : 5)] as number;
      if (wide && ((words[at + 7] as number) | (words[at + 9] as number)) !== 0) return false;
      if (index === 0) {
        const addr = (words[at + (wide ? 4 : 3)] as number) | (wide ? (words[at + 5] as number) : 0);
        if (type !== SHT_NULL || size !== 0 || addr !== 0 || words[at] !== 0) return false;
      } else if (type === SHT_NULL || (type !== SHT_NOBITS && offset + size > elfBytes)) return false;
      if ((flags & (SHF_WRITE | SHF_EXECINSTR)) === (SHF_WRITE | SHF_EXECINSTR)) return false;
      if (type === SHT_SYMTAB) {
        if (this.symtab !== 0) return false;
        this.symtab = index;
      }
      this.types[index] = type;
      this.offsets[index] = offset;
      this.sizes[index] = size;
      this.links[index] = words[at + (wide ? 10 : 6)] as number;
      this.infos[index] = words[at + (wide ? 11 : 7)] as number;
      this.kinds[index] =
        ((flags & SHF_ALLOC) === 0 ? 0 : kind.alloc) | ((flags & SHF_EXECINSTR) === 0 ? 0 : kind.code);
    }
    if (this.symtab === 0) return false;
    this.strtab = this.links[this.symtab] as number;
    return this.strtab !== 0 && this.strtab < this.count && this.types[this.strtab] === SHT_STRTAB;
  }

  #readNames(module: ModuleBytes, nameIndex: number, table: number, wide: boolean): boolean {
    const { bytes, words } = module;
    const names = this.offsets[nameIndex] as number;
    const namesBytes = this.sizes[nameIndex] as number;
    if (this.types[nameIndex] !== SHT_STRTAB || !endsInNul(bytes, names, namesBytes)) return false;
    this.specials.fill(0);
    this.vanishes = false;
    this.btf = 0;
    this.stubs = 0;
    for (let index = 1; index < this.count; index++) {
      const nameOffset = words[table + index * (wide ? 16 : 10)] as number;
      if (nameOffset >= namesBytes) return false;
      const at = names + nameOffset;
      const first = bytes[at];
      if (first === dot) {
        const found = kindOfName(bytes, at);
        this.kinds[index] = (this.kinds[index] as number) | found;
        if ((found & (kind.init | kind.exit)) !== 0 && this.sizes[index] !== 0) this.vanishes = true;
        const stubs = stubOfName(bytes, at);
        if (stubs !== 0) {
          this.stubs |= stubs | (((this.kinds[index] as number) & kind.alloc) === 0 ? 0 : stubs << stub.allocated);
        }
        if (this.btf === 0 && startsWith(bytes, at, btf)) this.btf = index;
      } else if (first !== underscore) continue;
      const which = specialAt(bytes, at);
      if (which < 0) continue;
      // Twice, not loaded, or without contents: rules differ between versions, so nothing is proven.
      if (this.specials[which] !== 0 || ((this.kinds[index] as number) & kind.alloc) === 0) return false;
      if (this.types[index] === SHT_NOBITS && which !== special.percpu) return false;
      this.specials[which] = index;
    }
    return true;
  }
}

export function endsInNul(bytes: Uint8Array, offset: number, size: number): boolean {
  return size > 0 && bytes[offset] === 0 && bytes[offset + size - 1] === 0;
}

/** Whether the bytes at `at` begin with `prefix`. */
export function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[at + i] !== prefix[i]) return false;
  return true;
}

function kindOfName(bytes: Uint8Array, at: number): number {
  // Half of all sections are `.rela.*`, which are none of these.
  if (bytes[at + 1] === 0x72 && bytes[at + 2] === 0x65) return 0;
  if (startsWith(bytes, at, init)) {
    return initMain.some((name) => startsWith(bytes, at, name)) ? kind.init | kind.initMain : kind.init;
  }
  if (startsWith(bytes, at, exit)) return kind.exit;
  if (isOneOf(bytes, at, lastingData)) return kind.data;
  return isOneOf(bytes, at, lastingCode) ? kind.text : 0;
}

function stubOfName(bytes: Uint8Array, at: number): number {
  const second = bytes[at + 1];
  // p, i, g
  if (second !== 0x70 && second !== 0x69 && second !== 0x67) return 0;
  for (const [bit, name] of stubNames) if (startsWith(bytes, at, name)) return bit;
  return 0;
}

/** One of the names, or one that goes on with a dot. */
function isOneOf(bytes: Uint8Array, at: number, names: readonly Uint8Array[]): boolean {
  for (const name of names) {
    if (!startsWith(bytes, at, name)) continue;
    const next = bytes[at + name.length];
    return next === 0 || next === dot;
  }
  return false;
}

function specialAt(bytes: Uint8Array, at: number): number {
  const second = bytes[at + 1];
  for (let found = 0; found < specialNames.length; found++) {
    const name = specialNames[found] as Uint8Array;
    if (name[1] === second && name[0] === bytes[at] && startsWith(bytes, at, name)) return found;
  }
  return -1;
}
