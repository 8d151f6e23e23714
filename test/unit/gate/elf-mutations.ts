/** Damages the tables of ELF: headers of sections, relocations, symbols. */
import { SHT_REL, SHT_RELA, SHT_SYMTAB } from '../../../server/src/elf/constants.ts';
import type { ElfFile, ElfSection } from '../../../server/src/elf/elf-file.ts';

/** A reproducible sequence of unsigned 32-bit numbers (xorshift32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const sectionNames = [
  '.BTF',
  '.modinfo',
  '__versions',
  '.plt',
  '.init.plt',
  '.init.text',
  '.init.data',
  '.exit.text',
  '.text',
  '.data',
  '.rodata',
  '.ctors',
  '.init_array',
  '__ksymtab',
  '__kcrctab',
  '__ksymtab_gpl',
  '__kcrctab_gpl',
  '__kflagstab',
  '__version_ext_crcs',
  '.data..percpu',
  '.got',
];
const symbolPrefixes = ['__ksymtab_', '__crc_', '__kstrtabns_', 'init_module', 'cleanup_module'];

/** One field of one entry at a time, to a value that makes sense somewhere. */
export class ElfMutator {
  protected readonly elf: ElfFile;
  protected readonly next: () => number;

  constructor(elf: ElfFile, seed: number) {
    this.elf = elf;
    this.next = numbers(seed);
  }

  protected pick<T>(items: readonly T[]): T {
    return items[this.next() % items.length] as T;
  }

  protected setByte(bytes: Uint8Array, at: number): void {
    if (at >= bytes.length) return;
    const choice = this.next() % 4;
    const old = bytes[at] as number;
    bytes[at] = choice === 0 ? 0 : choice === 1 ? this.next() & 0xff : old ^ (1 << (this.next() % 8));
  }

  /** A number of `size` bytes becomes another one that may make sense. */
  protected setNumber(bytes: Uint8Array, at: number, size: number, likely: readonly number[]): void {
    if (at < 0 || at + size > bytes.length) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const old = size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    const choices = [0, old + 1, old - 1, old ^ (1 << (this.next() % (size === 2 ? 16 : 32))), ...likely, ...likely];
    const value = this.pick(choices) >>> 0;
    if (size === 2) view.setUint16(at, value & 0xffff, true);
    else view.setUint32(at, value, true);
    if (size === 8 && this.next() % 8 === 0) this.setByte(bytes, at + 4 + (this.next() % 4));
  }

  protected get wide(): boolean {
    return this.elf.header.class === 64;
  }

  protected sectionField(bytes: Uint8Array): void {
    const { sections, header } = this.elf;
    const section = this.pick(sections);
    const other = this.pick(sections);
    const at = header.shoff + section.index * (this.wide ? 64 : 40);
    const word = this.wide ? 8 : 4;
    // name, type, flags, addr, offset, size, link, info, addralign, entsize
    const places = this.wide ? [0, 4, 8, 16, 24, 32, 40, 44, 48, 56] : [0, 4, 8, 12, 16, 20, 24, 28, 32, 36];
    const field = this.next() % places.length;
    const size = field < 2 || field === 6 || field === 7 ? 4 : word;
    const likely = [
      [other.nameOffset],
      [0, 1, 2, 3, 4, 7, 8, 9, 14, 18, other.type],
      [0, 1, 2, 3, 4, 5, 6, 7, section.flags ^ 2, 0x10_0000],
      [1],
      [other.offset],
      [other.size, section.size - 4, section.size + 64, section.size - 64],
      [other.index, sections.length],
      [other.index, sections.length],
      [1, 4096],
      [1, 8, 24],
    ][field] as number[];
    this.setNumber(bytes, at + (places[field] as number), size, likely);
  }

  /** A section gets the name of another kind; names in the table overlap, so it may be several. */
  protected sectionName(bytes: Uint8Array): void {
    const { sections, header } = this.elf;
    const names = sections[header.shstrndx];
    if (names === undefined) return;
    const section = this.pick(sections);
    const at = names.offset + section.nameOffset;
    if (this.next() % 3 === 0) {
      this.setByte(bytes, at + (this.next() % (section.name.length + 1)));
      return;
    }
    const name = this.pick(sectionNames);
    // The tail of a longer name will do.
    const from = at + Math.max(0, section.name.length - name.length);
    if (name.length <= section.name.length && this.next() % 2 === 0) {
      writeText(bytes, from, name);
      const index = header.shoff + section.index * (this.wide ? 64 : 40);
      new DataView(bytes.buffer).setUint32(index, from - names.offset, true);
    } else if (name.length <= section.name.length) writeText(bytes, at, `${name}\0`);
  }

  protected tables(...types: readonly number[]): ElfSection[] {
    return this.elf.sections.filter((section) => types.includes(section.type) && section.size > 0);
  }

  protected relocation(bytes: Uint8Array): void {
    const section = this.pick(this.tables(SHT_REL, SHT_RELA));
    if (section === undefined) return;
    const rela = section.type === SHT_RELA;
    const entry = (this.wide ? 16 : 8) + (rela ? (this.wide ? 8 : 4) : 0);
    const at = section.offset + (this.next() % Math.max(1, Math.floor(section.size / entry))) * entry;
    const target = this.elf.sections[section.info];
    const symbols = Math.floor((this.symtab?.size ?? 0) / (this.wide ? 24 : 16));
    const types = [...Array.from({ length: 30 }, (_, type) => type), 257, 258, 261, 263, 275, 282, 283, 311, 312];
    switch (this.next() % 4) {
      case 0:
        this.setNumber(bytes, at, this.wide ? 8 : 4, [(target?.size ?? 0) - 4, this.next() % (target?.size || 1)]);
        return;
      case 1:
        if (this.wide) {
          this.setNumber(bytes, at + 8, 4, types);
          return;
        }
        bytes[at + 4] = this.pick(types) & 0xff;
        return;
      case 2: {
        const symbol = this.next() % (symbols + 2);
        if (this.wide) {
          this.setNumber(bytes, at + 12, 4, [symbol, symbol, symbol]);
          return;
        }
        const view = new DataView(bytes.buffer);
        view.setUint32(at + 4, ((symbol << 8) | (view.getUint32(at + 4, true) & 0xff)) >>> 0, true);
        return;
      }
      default:
        if (rela) this.setNumber(bytes, at + (this.wide ? 16 : 8), 4, [this.next() % 256, 0xffff_fffc]);
    }
  }

  /** Something stands already where the loader adds. */
  protected relocatedPlace(bytes: Uint8Array): void {
    const section = this.pick(this.tables(SHT_REL, SHT_RELA));
    const target = section && this.elf.sections[section.info];
    if (section === undefined || target === undefined) return;
    const entry = (this.wide ? 16 : 8) + (section.type === SHT_RELA ? (this.wide ? 8 : 4) : 0);
    const at = section.offset + (this.next() % Math.max(1, Math.floor(section.size / entry))) * entry;
    const offset = new DataView(bytes.buffer).getUint32(at, true);
    this.setByte(bytes, target.offset + offset + (this.next() % 8));
  }

  protected get symtab(): ElfSection | undefined {
    return this.elf.sections.find((section) => section.type === SHT_SYMTAB);
  }

  protected symbol(bytes: Uint8Array): void {
    const table = this.symtab;
    if (table === undefined) return;
    const entry = this.wide ? 24 : 16;
    const count = Math.floor(table.size / entry);
    const at = table.offset + (this.next() % count) * entry;
    const other = table.offset + (this.next() % count) * entry;
    const view = new DataView(bytes.buffer);
    // name, info, other, shndx, value, size
    const places = this.wide ? [0, 4, 5, 6, 8, 16] : [0, 12, 13, 14, 4, 8];
    const field = this.next() % places.length;
    const place = at + (places[field] as number);
    if (field === 1 || field === 2) this.setByte(bytes, place);
    else if (field === 3) {
      const sections = this.elf.sections.length;
      this.setNumber(bytes, place, 2, [0, this.next() % sections, sections, 0xfff1, 0xfff2, 0xff20, 0xffff]);
    } else {
      const same = view.getUint32(other + (places[field] as number), true);
      this.setNumber(bytes, place, field === 0 ? 4 : this.wide ? 8 : 4, [same]);
    }
  }

  protected symbolName(bytes: Uint8Array): void {
    const strings = this.elf.sections[this.symtab?.link ?? 0];
    if (strings === undefined || strings.size === 0) return;
    const at = strings.offset + (this.next() % strings.size);
    if (this.next() % 3 === 0) {
      const text = this.pick(symbolPrefixes);
      const start = bytes.lastIndexOf(0, at) + 1;
      if (start > strings.offset && start + text.length < strings.offset + strings.size) writeText(bytes, start, text);
    } else this.setByte(bytes, at);
  }

  protected within(bytes: Uint8Array, name: string, most = Number.POSITIVE_INFINITY): void {
    const section = this.elf.sections.find((each) => each.name === name);
    if (section === undefined || section.size === 0 || section.type === 8) return;
    this.setByte(bytes, section.offset + (this.next() % Math.min(section.size, most)));
  }
}

export function writeText(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length && at + i < bytes.length; i++) bytes[at + i] = text.charCodeAt(i);
}
