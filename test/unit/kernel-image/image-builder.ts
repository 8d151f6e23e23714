/** Composes small kernels in memory: the tables of asm-generic/vmlinux.lds.h in one block, or as sections of an ELF vmlinux. */

export interface TableExport {
  readonly symbol: string;
  readonly crc: number;
  readonly gplOnly?: boolean;
  /** `null`: the field is 0, as exports of assembly files have it. */
  readonly namespace?: string | null;
}

export interface TableLayout {
  readonly relative: boolean;
  readonly wordBytes: 4 | 8;
  readonly littleEndian: boolean;
  /** Link address of the first byte. */
  readonly base: number;
  readonly crcs?: boolean;
  /** The layout of 7.2 and later: one table, and a byte of flags per symbol behind the CRCs. */
  readonly flags?: boolean;
}

export interface Section {
  readonly name: string;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Names as the linker sorts them, enough for a table to be recognised. */
export function manyExports(count: number): TableExport[] {
  return Array.from({ length: count }, (_, i) => ({
    symbol: `${i % 2 ? 'gpl' : 'plain'}_symbol_${String(i).padStart(5, '0')}`,
    crc: (0x9e3779b9 * (i + 1)) >>> 0,
    gplOnly: i % 2 === 1,
    namespace: i % 50 === 7 ? 'DMA_BUF' : i % 90 === 11 ? null : '',
  }));
}

/** The sections `__ksymtab` to `__ksymtab_strings`, back to back from `layout.base`. */
export function exportSections(exports: readonly TableExport[], layout: TableLayout): Section[] {
  const bySymbol = (a: TableExport, b: TableExport) => (a.symbol < b.symbol ? -1 : 1);
  const groups = layout.flags
    ? [exports.toSorted(bySymbol)]
    : [exports.filter((e) => !e.gplOnly).toSorted(bySymbol), exports.filter((e) => e.gplOnly).toSorted(bySymbol)];
  const fieldBytes = layout.relative ? 4 : layout.wordBytes;
  const tableBytes = exports.length * fieldBytes * 3;
  const crcBytes = layout.crcs === false ? 0 : exports.length * 4;
  const stringsAt = layout.base + tableBytes + crcBytes + (layout.flags ? exports.length : 0);
  const pool = new Map<string, number>();
  let strings = '';
  const addressOf = (text: string): number => {
    const known = pool.get(text);
    if (known !== undefined) return stringsAt + known;
    pool.set(text, strings.length);
    strings += `${text}\0`;
    return stringsAt + strings.length - text.length - 1;
  };
  const sections: Section[] = [];
  let address = layout.base;
  const add = (name: string, bytes: Uint8Array): void => {
    sections.push({ name, address, bytes });
    address += bytes.length;
  };
  for (const [index, group] of groups.entries()) {
    const bytes = new Uint8Array(group.length * fieldBytes * 3);
    const view = new DataView(bytes.buffer);
    group.forEach((entry, i) => {
      const targets = [
        0x4000,
        addressOf(entry.symbol),
        entry.namespace === null ? 0 : addressOf(entry.namespace ?? ''),
      ];
      targets.forEach((target, field) => {
        const at = (i * 3 + field) * fieldBytes;
        const value = target === 0 ? 0 : layout.relative ? target - (address + at) : target;
        const low = fieldBytes === 8 && !layout.littleEndian ? at + 4 : at;
        view.setUint32(low, value, layout.littleEndian);
        if (fieldBytes === 8 && target !== 0)
          view.setUint32(layout.littleEndian ? at + 4 : at, 0xffffffff, layout.littleEndian);
      });
    });
    add(index === 0 ? '__ksymtab' : '__ksymtab_gpl', bytes);
  }
  if (layout.crcs !== false) {
    for (const [index, group] of groups.entries()) {
      const bytes = new Uint8Array(group.length * 4);
      const view = new DataView(bytes.buffer);
      for (const [i, entry] of group.entries()) view.setUint32(i * 4, entry.crc, layout.littleEndian);
      add(index === 0 ? '__kcrctab' : '__kcrctab_gpl', bytes);
    }
  }
  if (layout.flags)
    add(
      '__kflagstab',
      Uint8Array.from(groups[0] ?? [], (entry) => (entry.gplOnly ? 1 : 0)),
    );
  add('__ksymtab_strings', latin1(strings));
  return sections;
}

/** An ELF vmlinux of these sections. */
export function vmlinux(
  sections: readonly Section[],
  { machine = 62, wide = true, littleEndian = true }: { machine?: number; wide?: boolean; littleEndian?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const names = ['', ...sections.map(({ name }) => name), '.shstrtab'];
  const nameTable = latin1(`${names.join('\0')}\0`);
  const all = [...sections, { name: '.shstrtab', address: 0, bytes: nameTable }];
  const headerBytes = wide ? 64 : 52;
  const entryBytes = wide ? 64 : 40;
  const dataBytes = all.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 8) * 8, 0);
  const image = new Uint8Array(headerBytes + dataBytes + entryBytes * (all.length + 1));
  const view = new DataView(image.buffer);
  const word = (at: number, value: number, high = 0) => {
    view.setUint32(wide && !littleEndian ? at + 4 : at, value, littleEndian);
    if (wide) view.setUint32(littleEndian ? at + 4 : at, high, littleEndian);
  };
  image.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]);
  view.setUint16(16, 2, littleEndian);
  view.setUint16(18, machine, littleEndian);
  const tableAt = headerBytes + dataBytes;
  word(wide ? 40 : 32, tableAt);
  const tail = wide ? 48 : 36;
  view.setUint16(tail + 4, headerBytes, littleEndian);
  view.setUint16(tail + 10, entryBytes, littleEndian);
  view.setUint16(tail + 12, all.length + 1, littleEndian);
  view.setUint16(tail + 14, all.length, littleEndian);
  let offset = headerBytes;
  all.forEach((section, i) => {
    const at = tableAt + entryBytes * (i + 1);
    image.set(section.bytes, offset);
    view.setUint32(
      at,
      names.slice(0, i + 1).reduce((sum, name) => sum + name.length + 1, 0),
      littleEndian,
    );
    view.setUint32(at + 4, section.name === '.shstrtab' ? 3 : 1, littleEndian);
    word(at + 8, section.name === '.shstrtab' ? 0 : 2);
    // The kernel's half of the address space, where a JS number has no exact low bits.
    word(at + (wide ? 16 : 12), section.address, 0xffffffff);
    word(at + (wide ? 24 : 16), offset);
    word(at + (wide ? 32 : 20), section.bytes.length);
    offset += Math.ceil(section.bytes.length / 8) * 8;
  });
  return image;
}

export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const banner =
  'Linux version 5.15.148-rt-tegra (builder@host) (aarch64-linux-gcc (Buildroot 2022.08) 11.3.0, GNU ld 2.38) #1 SMP PREEMPT_RT Mon Jan 1 00:00:00 UTC 2024\n';
export const vermagic = '5.15.148-rt-tegra SMP preempt_rt mod_unload modversions aarch64';
/** What every kernel has: banner and vermagic. */
export const identity = latin1(`\0${banner}\0\0Linux\0${'\0'.repeat(8)}5.15.148-rt-tegra\0${vermagic}\0`);
