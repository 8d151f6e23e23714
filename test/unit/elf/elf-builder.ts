import { ascii, concat, FieldWriter, padded, StringPool } from './elf-fields.ts';

export { concat } from './elf-fields.ts';

/**
 * Composes kernel modules in memory, section by section, for any class and byte order. Everything has a plausible
 * default: `buildModule()` alone is a small x86-64 module named `demo` that imports `_printk`.
 */
export interface ModuleSpec {
  readonly class?: 32 | 64;
  readonly endian?: 'little' | 'big';
  /** `e_machine`; x86-64 by default. */
  readonly machine?: number;
  /** `e_type`; ET_REL by default. */
  readonly type?: number;
  /** Written into `struct module`; the first modinfo `name=`, else `demo`, by default. */
  readonly name?: string;
  /** `key=value` strings in order, replacing the defaults. */
  readonly modinfo?: readonly string[];
  /** Classic records of `__versions`, in order. None: no such section. */
  readonly versions?: Readonly<Record<string, number>>;
  /** Whole contents of `__versions`, for other formats. */
  readonly versionBytes?: Uint8Array;
  readonly extendedVersions?: Readonly<Record<string, number>>;
  /** Undefined symbols, in order; `_printk` by default. A `?` behind the name makes it weak. */
  readonly imports?: readonly string[];
  readonly exports?: readonly ExportSpec[];
  /** `kflagstab` is the layout of 7.2 and later: one table and a flag byte for each export. */
  readonly exportLayout?: 'split' | 'kflagstab';
  /** `absolute` (up to 5.18): `__crc_` is the CRC; `literal` (5.19 on): it points into `__kcrctab`. */
  readonly crcLayout?: 'literal' | 'absolute';
  /** Further symbols, after all others. */
  readonly symbols?: readonly SymbolSpec[];
  /** Further sections, after all others. One that has the name of a default section replaces it. */
  readonly sections?: readonly SectionSpec[];
  /** Default sections to leave out, by name. */
  readonly without?: readonly string[];
  /** Size of `struct module`; 0x380 by default. */
  readonly structModuleSize?: number;
  readonly hasInit?: boolean;
  readonly hasExit?: boolean;
  /** PKCS#7 data to append with a well-formed trailer; `true` for four meaningless bytes. */
  readonly signature?: Uint8Array | true;
}

export interface ExportSpec {
  readonly symbol: string;
  readonly crc?: number;
  readonly gplOnly?: boolean;
  readonly namespace?: string;
}

export interface SymbolSpec {
  readonly name: string;
  readonly value?: number;
  readonly size?: number;
  /** 0 local, 1 global (default), 2 weak. */
  readonly binding?: number;
  /** 0 none (default), 1 object, 2 function. */
  readonly type?: number;
  /** Name of a section, or a number as stored. */
  readonly section: string | number;
}

export interface SectionSpec {
  readonly name: string;
  /** SHT_PROGBITS by default. */
  readonly type?: number;
  /** SHF_ALLOC by default. */
  readonly flags?: number;
  readonly bytes?: Uint8Array;
  /** `sh_size`, where it shall differ from the bytes. */
  readonly size?: number;
  readonly link?: number;
  readonly info?: number;
  readonly entsize?: number;
}

const SHT = { SYMTAB: 2, STRTAB: 3, RELA: 4, REL: 9 } as const;
const ALLOC = 2;
const SHN_ABS = 0xfff1;

/** What the parsed module of `buildModule()` says in `.modinfo`. */
export const defaultModinfo: readonly string[] = [
  'license=GPL',
  'depends=',
  'retpoline=Y',
  'name=demo',
  'vermagic=6.1.0-56-amd64 SMP preempt mod_unload modversions ',
];

/** Builds the image. */
export function buildModule(spec: ModuleSpec = {}): Uint8Array {
  const writer = new FieldWriter(spec.class ?? 64, spec.endian ?? 'little');
  const sections = moduleSections(spec, writer);
  const symbols = moduleSymbols(spec, sections);
  const image = layOut(spec, writer, sections, symbols);
  return spec.signature === undefined ? image : appendSignature(image, spec.signature);
}

/** Appends PKCS#7 data with trailer and marker, as scripts/sign-file does. */
export function appendSignature(image: Uint8Array, signature: Uint8Array | true): Uint8Array {
  const data = signature === true ? Uint8Array.of(0x30, 2, 5, 0) : signature;
  const trailer = new Uint8Array(12);
  trailer[2] = 2;
  new DataView(trailer.buffer).setUint32(8, data.length);
  return concat([image, data, trailer, ascii('~Module signature appended~\n')]);
}

/** Ubuntu's variable records of 6.8 and 6.11. */
export function flexibleVersions(
  versions: Readonly<Record<string, number>>,
  endian: 'little' | 'big' = 'little',
): Uint8Array {
  const writer = new FieldWriter(64, endian);
  const records = Object.entries(versions).map(([symbol, crc]) => {
    const name = padded(ascii(`${symbol}\0`), Math.ceil((symbol.length + 1) / 4) * 4);
    return concat([writer.u32(8 + name.length), writer.u32(crc), name]);
  });
  return concat([...records, new Uint8Array(8)]);
}

/** Classic records: `unsigned long` CRC and name, 64 bytes together. */
export function classicVersions(
  versions: Readonly<Record<string, number>>,
  wordSize: 32 | 64 = 64,
  endian: 'little' | 'big' = 'little',
): Uint8Array {
  const writer = new FieldWriter(wordSize, endian);
  return concat(
    Object.entries(versions).map(([symbol, crc]) => {
      const word = writer.word(crc);
      return concat([word, padded(ascii(symbol), 64 - word.length)]);
    }),
  );
}

function moduleSections(spec: ModuleSpec, writer: FieldWriter): SectionSpec[] {
  const modinfo = spec.modinfo ?? defaultModinfo;
  const name = spec.name ?? modinfo.find((entry) => entry.startsWith('name='))?.slice(5) ?? 'demo';
  const thisModule = new Uint8Array(spec.structModuleSize ?? 0x380);
  const nameAt = writer.wordBytes === 8 ? 24 : 12;
  thisModule.set(ascii(name).subarray(0, Math.max(0, thisModule.length - nameAt)), Math.min(nameAt, thisModule.length));
  const sections: SectionSpec[] = [
    { name: '.text', flags: ALLOC | 4, bytes: new Uint8Array(16) },
    { name: '.modinfo', bytes: ascii(modinfo.map((entry) => `${entry}\0`).join('')) },
    { name: '.gnu.linkonce.this_module', flags: ALLOC | 1, bytes: thisModule },
  ];
  if (spec.versionBytes !== undefined) sections.push({ name: '__versions', bytes: spec.versionBytes });
  else if (spec.versions !== undefined) {
    const wordSize = writer.wordBytes === 8 ? 64 : 32;
    sections.push({ name: '__versions', bytes: classicVersions(spec.versions, wordSize, spec.endian) });
  }
  if (spec.extendedVersions !== undefined) {
    const entries = Object.entries(spec.extendedVersions);
    sections.push({ name: '__version_ext_crcs', bytes: concat(entries.map(([, crc]) => writer.u32(crc))) });
    sections.push({ name: '__version_ext_names', bytes: ascii(entries.map(([symbol]) => `${symbol}\0`).join('')) });
  }
  sections.push(...exportSections(spec, writer));
  const replaced = new Set([...(spec.without ?? []), ...(spec.sections ?? []).map((section) => section.name)]);
  return [...sections.filter((section) => !replaced.has(section.name)), ...(spec.sections ?? [])];
}

/** The tables one export lies in, and its index there. */
function placeExports(
  spec: ModuleSpec,
): { readonly spec: ExportSpec; readonly suffix: string; readonly index: number }[] {
  const counts = new Map<string, number>();
  return (spec.exports ?? []).map((each) => {
    const suffix = each.gplOnly === true && spec.exportLayout !== 'kflagstab' ? '_gpl' : '';
    const index = counts.get(suffix) ?? 0;
    counts.set(suffix, index + 1);
    return { spec: each, suffix, index };
  });
}

function exportSections(spec: ModuleSpec, writer: FieldWriter): SectionSpec[] {
  const placed = placeExports(spec);
  if (placed.length === 0) return [];
  const sections: SectionSpec[] = [];
  for (const suffix of ['', '_gpl']) {
    const own = placed.filter((each) => each.suffix === suffix);
    if (own.length === 0) continue;
    sections.push({ name: `__ksymtab${suffix}`, bytes: new Uint8Array(12 * own.length) });
    if (own.some((each) => each.spec.crc !== undefined)) {
      const absolute = spec.crcLayout === 'absolute';
      sections.push({
        name: `__kcrctab${suffix}`,
        bytes: concat(own.map((each) => writer.u32(absolute ? 0 : (each.spec.crc ?? 0)))),
      });
    }
  }
  if (spec.exportLayout === 'kflagstab') {
    sections.push({ name: '__kflagstab', bytes: Uint8Array.from(placed, (each) => (each.spec.gplOnly ? 1 : 0)) });
  }
  sections.push({
    name: '__ksymtab_strings',
    bytes: ascii((spec.exports ?? []).map((each) => `${each.symbol}\0${each.namespace ?? ''}\0`).join('')),
  });
  return sections;
}

function moduleSymbols(spec: ModuleSpec, sections: readonly SectionSpec[]): SymbolSpec[] {
  const local: SymbolSpec[] = [];
  let stringAt = 0;
  for (const { spec: each, suffix, index } of placeExports(spec)) {
    local.push({ name: `__ksymtab_${each.symbol}`, binding: 0, section: `__ksymtab${suffix}`, value: index * 12 });
    local.push({ name: `__kstrtab_${each.symbol}`, binding: 0, section: '__ksymtab_strings', value: stringAt });
    stringAt += each.symbol.length + 1;
    local.push({ name: `__kstrtabns_${each.symbol}`, binding: 0, section: '__ksymtab_strings', value: stringAt });
    stringAt += (each.namespace ?? '').length + 1;
    if (each.crc === undefined) continue;
    local.push(
      spec.crcLayout === 'absolute'
        ? { name: `__crc_${each.symbol}`, binding: 1, section: SHN_ABS, value: each.crc }
        : { name: `__crc_${each.symbol}`, binding: 0, section: `__kcrctab${suffix}`, value: index * 4 },
    );
  }
  const defined: SymbolSpec[] = sections.some((section) => section.name === '.gnu.linkonce.this_module')
    ? [{ name: '__this_module', type: 1, section: '.gnu.linkonce.this_module' }]
    : [];
  if (spec.hasInit !== false) defined.push({ name: 'init_module', type: 2, section: '.text' });
  if (spec.hasExit !== false) defined.push({ name: 'cleanup_module', type: 2, section: '.text' });
  const imports = (spec.imports ?? ['_printk']).map(
    (name): SymbolSpec =>
      name.endsWith('?') ? { name: name.slice(0, -1), binding: 2, section: 0 } : { name, section: 0 },
  );
  const exported = (spec.exports ?? []).map((each): SymbolSpec => ({ name: each.symbol, type: 2, section: '.text' }));
  return [...local, ...defined, ...exported, ...imports, ...(spec.symbols ?? [])].sort(
    (a, b) => Number((a.binding ?? 1) !== 0) - Number((b.binding ?? 1) !== 0),
  );
}

function layOut(
  spec: ModuleSpec,
  writer: FieldWriter,
  contents: readonly SectionSpec[],
  symbols: readonly SymbolSpec[],
): Uint8Array {
  const wide = writer.wordBytes === 8;
  const left = new Set(spec.without ?? []);
  const index = (name: string) => contents.findIndex((section) => section.name === name) + 1;
  const strings = new StringPool();
  const entries = symbols.map((symbol) => {
    const shndx = typeof symbol.section === 'number' ? symbol.section : index(symbol.section);
    return writer.symbol(strings.add(symbol.name), symbol, shndx);
  });
  const symtab = concat([new Uint8Array(wide ? 24 : 16), ...entries]);
  const symtabIndex = contents.length + 1;
  const all: SectionSpec[] = [...contents];
  if (!left.has('.symtab') && !contents.some((section) => section.name === '.symtab')) {
    const locals = symbols.filter((symbol) => symbol.binding === 0).length;
    const entsize = wide ? 24 : 16;
    all.push({
      name: '.symtab',
      type: SHT.SYMTAB,
      flags: 0,
      bytes: symtab,
      link: symtabIndex + 1,
      info: locals + 1,
      entsize,
    });
    all.push({ name: '.strtab', type: SHT.STRTAB, flags: 0, bytes: strings.bytes() });
  }
  const pointers = ['init_module', 'cleanup_module']
    .map((name, order) => ({
      at: (wide ? 0x138 : 0xa8) + order * 64,
      symbol: symbols.findIndex((each) => each.name === name) + 1,
    }))
    .filter((pointer) => pointer.symbol > 0);
  const thisModule = index('.gnu.linkonce.this_module');
  if (thisModule > 0 && pointers.length > 0) {
    all.push({
      name: `.rel${wide ? 'a' : ''}.gnu.linkonce.this_module`,
      type: wide ? SHT.RELA : SHT.REL,
      flags: 0x40,
      bytes: concat(pointers.map((pointer) => writer.relocation(pointer.at, pointer.symbol))),
      link: symtabIndex,
      info: thisModule,
      entsize: wide ? 24 : 8,
    });
  }
  return assemble(spec, writer, all);
}

function assemble(spec: ModuleSpec, writer: FieldWriter, contents: readonly SectionSpec[]): Uint8Array {
  const wide = writer.wordBytes === 8;
  const names = new StringPool();
  const nameOffsets = contents.map((section) => names.add(section.name));
  const shstrtabName = names.add('.shstrtab');
  const all = [...contents, { name: '.shstrtab', type: SHT.STRTAB, flags: 0, bytes: names.bytes() }];
  const headerSize = wide ? 64 : 52;
  let at = headerSize;
  const parts: Uint8Array[] = [];
  const headers = all.map((section, i) => {
    const bytes = section.bytes ?? new Uint8Array(0);
    const offset = at;
    parts.push(padded(bytes, Math.ceil(bytes.length / 8) * 8));
    at += Math.ceil(bytes.length / 8) * 8;
    return writer.section(nameOffsets[i] ?? shstrtabName, section, offset, bytes.length);
  });
  const entryBytes = wide ? 64 : 40;
  const header = writer.header(spec.type ?? 1, spec.machine ?? 62, at, all.length + 1);
  return concat([header, ...parts, new Uint8Array(entryBytes), ...headers]);
}
