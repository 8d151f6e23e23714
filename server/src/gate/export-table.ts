import type { ExportedSymbol } from '../kernel/symbol-table.ts';

/**
 * What a target exports as one block of shared memory that every thread searches by raw bytes: no names are
 * decoded and nothing is copied per module. Layout, in 32-bit words: header, hash slots, entries; then the names' bytes.
 */
export interface ExportTableImage {
  readonly memory: SharedArrayBuffer;
  /** Namespaces by id; id 0 is ''. */
  readonly namespaces: readonly string[];
  /** Names of the exporters by id, `-` folded to `_`; id 0 is the kernel itself. */
  readonly exporters: readonly string[];
}

const headerWords = 4;
const entryWords = 6;
// Words of an entry.
const nameAtWord = 0;
const nameBytesWord = 1;
const crcWord = 2;
const flagsWord = 3;
const exporterWord = 4;
const namespaceWord = 5;

const hasCrcFlag = 1;
const gplOnlyFlag = 2;

/** The name by which modules are told apart: modprobe takes `-` and `_` for the same. */
export function foldedModuleName(exporter: string): string {
  return (exporter.split('/').at(-1) ?? exporter).replaceAll('-', '_');
}

/** Encodes exports; of a symbol that occurs twice the first counts. */
export function encodeExports(symbols: Iterable<ExportedSymbol>): ExportTableImage {
  const list = [...symbols];
  const namespaces = new Map([['', 0]]);
  const exporters = new Map([['vmlinux', 0]]);
  const idOf = (ids: Map<string, number>, name: string): number => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    ids.set(name, ids.size);
    return ids.size - 1;
  };
  const names = new TextEncoder().encode(list.map((entry) => entry.symbol).join('\0'));
  let slots = 1024;
  while (slots < list.length * 2) slots *= 2;
  const nameBase = (headerWords + slots + list.length * entryWords) * 4;
  const memory = new SharedArrayBuffer(nameBase + names.length + 4);
  const words = new Uint32Array(memory, 0, nameBase / 4);
  const bytes = new Uint8Array(memory);
  bytes.set(names, nameBase);
  words.set([slots, list.length, nameBase]);
  const exporterIds = new Map<string, number>();
  let nameAt = nameBase;
  let used = 0;
  for (const { symbol, crc, gplOnly, namespace, exporter } of list) {
    let end = nameAt;
    while (end < nameBase + names.length && bytes[end] !== 0) end++;
    let slot = hashOf(bytes, nameAt, end) & (slots - 1);
    let duplicate = false;
    for (;;) {
      const taken = words[headerWords + slot] as number;
      if (taken === 0) break;
      const at = headerWords + slots + (taken - 1) * entryWords;
      if (sameName(bytes, words[at + nameAtWord] as number, words[at + nameBytesWord] as number, bytes, nameAt, end)) {
        duplicate = true;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
    if (!duplicate && symbol !== '') {
      let exporterId = exporterIds.get(exporter);
      if (exporterId === undefined) {
        exporterId = idOf(exporters, exporter === 'vmlinux' ? exporter : foldedModuleName(exporter));
        exporterIds.set(exporter, exporterId);
      }
      const at = headerWords + slots + used * entryWords;
      words[at + nameAtWord] = nameAt;
      words[at + nameBytesWord] = end - nameAt;
      words[at + crcWord] = crc ?? 0;
      words[at + flagsWord] = (crc === undefined ? 0 : hasCrcFlag) | (gplOnly ? gplOnlyFlag : 0);
      words[at + exporterWord] = exporterId;
      words[at + namespaceWord] = idOf(namespaces, namespace);
      used++;
      words[headerWords + slot] = used;
    }
    nameAt = end + 1;
  }
  words[1] = used;
  return { memory, namespaces: [...namespaces.keys()], exporters: [...exporters.keys()] };
}

/** FNV-1a over the bytes, with a final mix so that the low bits depend on all of them. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function sameName(
  table: Uint8Array,
  nameAt: number,
  nameBytes: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (nameBytes !== end - start) return false;
  for (let i = 0; i < nameBytes; i++) if (table[nameAt + i] !== bytes[start + i]) return false;
  return true;
}

/** Searches an encoded table. Entries are numbered from 0. */
export class ExportTable {
  readonly size: number;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;
  readonly #entries: number;

  constructor(image: ExportTableImage) {
    const nameBase = new Uint32Array(image.memory, 0, 3)[2] as number;
    this.#words = new Uint32Array(image.memory, 0, nameBase / 4);
    this.#bytes = new Uint8Array(image.memory);
    const slots = this.#words[0] as number;
    this.size = this.#words[1] as number;
    this.#mask = slots - 1;
    this.#entries = headerWords + slots;
  }

  /** The entry of the name in `bytes[start, end)`; -1 when there is none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const words = this.#words;
    const mask = this.#mask;
    let slot = hashOf(bytes, start, end) & mask;
    for (;;) {
      const taken = words[headerWords + slot] as number;
      if (taken === 0) return -1;
      const at = this.#entries + (taken - 1) * entryWords;
      if (
        sameName(this.#bytes, words[at + nameAtWord] as number, words[at + nameBytesWord] as number, bytes, start, end)
      ) {
        return taken - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** The entry of a name given as text; -1 when there is none. */
  findName(name: string): number {
    const bytes = new TextEncoder().encode(name);
    return this.find(bytes, 0, bytes.length);
  }

  /** 0 when it has none; see `hasCrc`. */
  crc(entry: number): number {
    return this.#words[this.#entries + entry * entryWords + crcWord] as number;
  }

  hasCrc(entry: number): boolean {
    return ((this.#words[this.#entries + entry * entryWords + flagsWord] as number) & hasCrcFlag) !== 0;
  }

  gplOnly(entry: number): boolean {
    return ((this.#words[this.#entries + entry * entryWords + flagsWord] as number) & gplOnlyFlag) !== 0;
  }

  /** Index into `exporters`. */
  exporter(entry: number): number {
    return this.#words[this.#entries + entry * entryWords + exporterWord] as number;
  }

  /** Index into `namespaces`. */
  namespace(entry: number): number {
    return this.#words[this.#entries + entry * entryWords + namespaceWord] as number;
  }

  /** How many entries each exporter has, by exporter id. */
  countByExporter(exporters: number): Uint32Array {
    const counts = new Uint32Array(exporters);
    for (let entry = 0; entry < this.size; entry++) {
      const id = this.exporter(entry);
      counts[id] = (counts[id] as number) + 1;
    }
    return counts;
  }
}
