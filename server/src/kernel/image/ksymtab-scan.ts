import { printableAt } from './byte-search.ts';
import { type KernelPayload, viewOfSection } from './kernel-payload.ts';
import { type KernelExport, nameBytes } from './ksymtab.ts';

/**
 * Finds the exports in an image without section headers. What is relied on, from
 * include/asm-generic/vmlinux.lds.h: `__ksymtab`, `__ksymtab_gpl`, `__kcrctab`, `__kcrctab_gpl` and
 * `__ksymtab_strings` follow each other without a gap; each symbol table is sorted by name; most symbols have no namespace, so that
 * long runs of entries point at one and the same empty string.
 */
export function scanForKsymtab(payload: KernelPayload): KernelExport[] | undefined {
  const section = payload.sections[0];
  if (section === undefined) return undefined;
  const words = aligned32(section.bytes, payload.littleEndian);
  const effort = { entries: mostEntriesTried };
  for (const shape of shapesOf(payload)) {
    for (const seed of seeds(words, shape)) {
      const found = exportsAround(section.bytes, words, shape, seed, payload.littleEndian, effort);
      if (found || effort.entries < 0) return found;
    }
  }
  return undefined;
}

/** Where the fields of an entry lie, in 32-bit words; of 64-bit fields only the low word is looked at. */
interface Shape {
  readonly relative: boolean;
  readonly entryWords: number;
  readonly name: number;
  readonly namespace: number;
}

/** A table has thousands of entries; so many neighbours without a namespace occur in all of them. */
const seedEntries = 24;
/** A kernel without this many exports has no modules worth a check. */
const fewestEntries = 200;
/** Entries looked at around wrong seeds before giving up; real images take some 100,000. */
const mostEntriesTried = 20_000_000;
/** All strings of 30,000 exports take 230 kB. */
const stringsSpan = 4 * 1024 * 1024;

function shapesOf(payload: KernelPayload): Shape[] {
  const relative: Shape = { relative: true, entryWords: 3, name: 1, namespace: 2 };
  if (payload.wordBytes === 4) return [relative, { relative: false, entryWords: 3, name: 1, namespace: 2 }];
  const low = payload.littleEndian ? 0 : 1;
  return [relative, { relative: false, entryWords: 6, name: 2 + low, namespace: 4 + low }];
}

/** The image as 32-bit words in this machine's order. */
function aligned32(bytes: Uint8Array, littleEndian: boolean): Int32Array {
  const words = new Int32Array(Math.floor(bytes.length / 4));
  if (littleEndian) {
    new Uint8Array(words.buffer).set(bytes.subarray(0, words.length * 4));
    return words;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4);
  return words;
}

/** Word indexes of entries that start a run whose namespace fields all point at one place. */
function* seeds(words: Int32Array, shape: Shape): Iterable<number> {
  const { entryWords } = shape;
  const step = shape.relative ? entryWords * 4 : 0;
  const runs = new Int32Array(entryWords);
  for (let i = 0; i + entryWords < words.length; i++) {
    const lane = i % entryWords;
    const value = words[i] ?? 0;
    if (value !== 0 && ((value - (words[i + entryWords] ?? 0)) | 0) === step) {
      const run = (runs[lane] ?? 0) + 1;
      runs[lane] = run;
      if (run === seedEntries) yield i - shape.namespace - (seedEntries - 1) * entryWords;
    } else runs[lane] = 0;
  }
}

function exportsAround(
  bytes: Uint8Array,
  words: Int32Array,
  shape: Shape,
  seed: number,
  littleEndian: boolean,
  effort: { entries: number },
): KernelExport[] | undefined {
  /** Where a field points; `undefined` for 0, which exports of assembly files have as namespace. */
  const target: FieldTarget = (entry, field) => {
    const value = words[entry + field] ?? 0;
    if (value === 0) return undefined;
    return (shape.relative ? (entry + field) * 4 + value : value) >>> 0;
  };
  const centre = target(seed, shape.namespace) ?? 0;
  const isNear = (address: number) => Math.abs(address - centre) < stringsSpan;
  const points = (entry: number): boolean =>
    entry >= 0 &&
    entry + shape.entryWords <= words.length &&
    isNear(target(entry, shape.name) ?? Number.NaN) &&
    isNear(target(entry, shape.namespace) ?? centre);
  let first = seed;
  while (points(first - shape.entryWords)) first -= shape.entryWords;
  let end = seed;
  while (points(end)) end += shape.entryWords;
  const count = (end - first) / shape.entryWords;
  effort.entries -= count;
  if (count < fewestEntries) return undefined;

  let lowest = Number.POSITIVE_INFINITY;
  for (let entry = first; entry < end; entry += shape.entryWords) {
    const name = target(entry, shape.name) ?? lowest;
    lowest = Math.min(lowest, name, target(entry, shape.namespace) ?? name);
  }
  for (const between of tablesBetween(count)) {
    const stringsAt = shape.relative ? lowest : end * 4 + between.bytes;
    if (shape.relative && Math.abs(stringsAt - end * 4 - between.bytes) > 16) continue;
    const base = shape.relative ? 0 : lowest - stringsAt;
    const names = namesOf(bytes, first, end, shape, target, base);
    if (names) return withCrcs(bytes, names, end * 4, between, littleEndian);
  }
  return undefined;
}

type FieldTarget = (entry: number, field: number) => number | undefined;

/** What may lie between the symbol tables and their strings: CRCs, or not, and (since 7.2) a byte of flags per symbol. */
function tablesBetween(count: number): { bytes: number; crcs: boolean; flags: boolean }[] {
  return [
    { bytes: count * 4, crcs: true, flags: false },
    { bytes: count * 5, crcs: true, flags: true },
    { bytes: count, crcs: false, flags: true },
    { bytes: 0, crcs: false, flags: false },
  ];
}

interface Name {
  readonly symbol: string;
  readonly namespace: string;
  /** 0 for the first table; each step back in the alphabet starts the next. */
  readonly table: number;
}

function namesOf(
  bytes: Uint8Array,
  first: number,
  end: number,
  shape: Shape,
  target: FieldTarget,
  base: number,
): Name[] | undefined {
  const names: Name[] = [];
  let table = 0;
  let previous = '';
  for (let entry = first; entry < end; entry += shape.entryWords) {
    const namespaceAt = target(entry, shape.namespace);
    const symbol = printableAt(bytes, (target(entry, shape.name) ?? 0) - base, nameBytes);
    const namespace = namespaceAt === undefined ? '' : printableAt(bytes, namespaceAt - base, nameBytes);
    if (!symbol || namespace === undefined || !/^[\w.$]+$/.test(symbol)) return undefined;
    if (symbol <= previous && ++table > 4) return undefined;
    names.push({ symbol, namespace, table });
    previous = symbol;
  }
  return names;
}

function withCrcs(
  bytes: Uint8Array,
  names: readonly Name[],
  tablesEnd: number,
  between: { readonly crcs: boolean; readonly flags: boolean },
  littleEndian: boolean,
): KernelExport[] {
  const view = viewOfSection({ name: '', address: 0, bytes });
  const count = names.length;
  const areFlags = (at: number) => bytes.subarray(at, at + count).every((byte) => byte <= 1);
  const flagsFirst = between.flags && areFlags(tablesEnd);
  const crcsAt = tablesEnd + (flagsFirst ? count : 0);
  const flagsAt = flagsFirst ? tablesEnd : tablesEnd + (between.crcs ? count * 4 : 0);
  return names.map(({ symbol, namespace, table }, index) => ({
    symbol,
    namespace,
    crc: between.crcs ? view.getUint32(crcsAt + index * 4, littleEndian) || undefined : undefined,
    gplOnly: between.flags ? ((bytes[flagsAt + index] ?? 0) & 1) !== 0 : table === 1 || table === 3,
  }));
}
