import type { ExportedSymbol } from '../kernel/symbol-table.ts';

/**
 * What a target exports as one block of shared memory that every thread searches by raw bytes: no names are
 * decoded and nothing is copied per module. Layout, in 32-bit words: header, hash slots, places of the records, records; each record ends
 * with its name, so that a search touches little memory.
 */
export interface ExportTableImage {
  readonly memory: SharedArrayBuffer;
  /** Namespaces by id; id 0 is ''. */
  readonly namespaces: readonly string[];
  /** Names of the exporters by id, `-` folded to `_`; id 0 is the kernel itself. */
  readonly exporters: readonly string[];
  /** Ids of the exporters that count as proprietary. */
  readonly proprietary: readonly number[];
}

const headerWords = 4;
/** Words of a record before its name: CRC, flags and namespace, exporter, number. */
const nameWord = 4;
const hasCrcFlag = 1;
const gplOnlyFlag = 2;
const namespaceShift = 8;

/** The name by which modules are told apart: modprobe takes `-` and `_` for the same. */
export function foldedModuleName(exporter: string): string {
  return (exporter.split('/').at(-1) ?? exporter).replaceAll('-', '_');
}

/** Encodes exports; of a symbol that occurs twice the first counts. */
export function encodeExports(symbols: Iterable<ExportedSymbol>): ExportTableImage {
  const list = [...symbols].filter(({ symbol }) => symbol !== '');
  const namespaces = new Map([['', 0]]);
  const exporters = new Map([['vmlinux', 0]]);
  const exporterIds = new Map([['vmlinux', 0]]);
  const proprietaryIds = new Set<number>();
  const encoder = new TextEncoder();
  let slots = 1024;
  while (slots < list.length * 3) slots *= 2;
  const nameWords = list.reduce((sum, { symbol }) => sum + ((symbol.length * 3) >> 2) + 1, 0);
  const base = headerWords + slots + list.length;
  const draft = new Uint32Array(base + list.length * nameWord + nameWords);
  const bytes = new Uint8Array(draft.buffer);
  let at = base;
  let used = 0;
  for (const { symbol, crc, gplOnly, namespace, exporter, proprietary } of list) {
    const nameAt = (at + nameWord) * 4;
    const { written } = encoder.encodeInto(symbol, bytes.subarray(nameAt));
    const end = nameAt + written;
    let slot = hashOf(bytes, nameAt, end) & (slots - 1);
    let taken = draft[headerWords + slot] as number;
    while (taken !== 0 && !sameName(draft, taken, bytes, nameAt, end)) {
      slot = (slot + 1) & (slots - 1);
      taken = draft[headerWords + slot] as number;
    }
    if (taken !== 0) {
      bytes.fill(0, nameAt, end);
      continue;
    }
    let exporterId = exporterIds.get(exporter);
    if (exporterId === undefined) {
      exporterId = idOf(exporters, foldedModuleName(exporter));
      exporterIds.set(exporter, exporterId);
    }
    if (proprietary === true) proprietaryIds.add(exporterId);
    const flags = (crc === undefined ? 0 : hasCrcFlag) | (gplOnly ? gplOnlyFlag : 0);
    draft[at] = crc ?? 0;
    draft[at + 1] = flags | (idOf(namespaces, namespace) << namespaceShift);
    draft[at + 2] = exporterId;
    draft[at + 3] = used;
    draft[headerWords + slot] = at;
    draft[headerWords + slots + used] = at;
    used++;
    at += nameWord + (written >> 2) + 1;
  }
  draft[0] = slots;
  draft[1] = used;
  const memory = new SharedArrayBuffer(at * 4);
  new Uint32Array(memory).set(draft.subarray(0, at));
  return {
    memory,
    namespaces: [...namespaces.keys()],
    exporters: [...exporters.keys()],
    proprietary: [...proprietaryIds],
  };
}

function idOf(ids: Map<string, number>, name: string): number {
  const known = ids.get(name);
  if (known !== undefined) return known;
  ids.set(name, ids.size);
  return ids.size - 1;
}

/** Four bytes of a name at a time, as they stand in memory; what lies beyond its end counts as zero. */
function wordAt(bytes: Uint8Array, at: number, end: number): number {
  const left = end - at;
  if (left >= 4) {
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }
  let word = 0;
  for (let i = 0; i < left; i++) word |= (bytes[at + i] as number) << (8 * i);
  return word;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at += 4) {
    hash = Math.imul(hash ^ wordAt(bytes, at, end), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** A record's name ends in at least one zero byte, as does what is compared with it. */
function sameName(words: Uint32Array, record: number, bytes: Uint8Array, start: number, end: number): boolean {
  let word = record + nameWord;
  for (let at = start; at <= end; at += 4, word++) {
    if ((words[word] as number) !== wordAt(bytes, at, end) >>> 0) return false;
  }
  return true;
}

/** Searches an encoded table. An entry is known by where it stands; 0 is none. */
export class ExportTable {
  readonly size: number;
  readonly #words: Uint32Array;
  readonly #mask: number;

  constructor(image: ExportTableImage) {
    this.#words = new Uint32Array(image.memory);
    this.#mask = (this.#words[0] as number) - 1;
    this.size = this.#words[1] as number;
  }

  /** The entry of the name in `bytes[start, end)`; 0 when there is none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const words = this.#words;
    const mask = this.#mask;
    let slot = hashOf(bytes, start, end) & mask;
    let entry = words[headerWords + slot] as number;
    while (entry !== 0 && !sameName(words, entry, bytes, start, end)) {
      slot = (slot + 1) & mask;
      entry = words[headerWords + slot] as number;
    }
    return entry;
  }

  /** Entries from 0 to `size`, in the order in which they were given. */
  at(number: number): number {
    return this.#words[headerWords + this.#mask + 1 + number] as number;
  }

  /** The entry's place in that order. */
  number(entry: number): number {
    return this.#words[entry + 3] as number;
  }

  /** 0 when it has none; see `hasCrc`. */
  crc(entry: number): number {
    return this.#words[entry] as number;
  }

  hasCrc(entry: number): boolean {
    return ((this.#words[entry + 1] as number) & hasCrcFlag) !== 0;
  }

  gplOnly(entry: number): boolean {
    return ((this.#words[entry + 1] as number) & gplOnlyFlag) !== 0;
  }

  /** Index into `exporters`. */
  exporter(entry: number): number {
    return this.#words[entry + 2] as number;
  }

  /** Index into `namespaces`. */
  namespace(entry: number): number {
    return (this.#words[entry + 1] as number) >>> namespaceShift;
  }
}
