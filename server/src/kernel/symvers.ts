import { limits } from '../limits.ts';
import type { Decompressor } from '../ports/decompressor.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import type { Origin } from './fact.ts';
import type { ExportedSymbol, SymbolTable } from './symbol-table.ts';

/** The exports that one Module.symvers lists. */
export interface SymversTable extends SymbolTable {
  /** Lists symbols of vmlinux: the file of a kernel build, not of an external module. */
  readonly hasKernelSymbols: boolean;
  /** Lists symbols of modules too (a vmlinux.symvers does not). */
  readonly hasModuleSymbols: boolean;
  /** Any CRC other than 0; false for a kernel with CONFIG_MODVERSIONS=n. */
  readonly hasCrcs: boolean;
}

/** A table that stands in a text, line by line. */
export interface SymversText extends SymversTable {
  /** In the order of the file. */
  names(): Iterable<string>;
  /** The symbol's line as it stands in the file: two files that agree in it agree in the symbol. */
  lineOf(symbol: string): string | undefined;
}

/** At most this many broken lines are reported one by one. */
const reportedLines = 20;

/**
 * Reads Module.symvers text (scripts/mod/modpost.c: read_dump, write_dump): tab-separated CRC, symbol, module,
 * export type, namespace. All generations are taken: 4 columns (up to 5.3), namespace before the module (early 5.4 and
 * 5.5), namespace last (5.6 on), and the export types of old kernels; the field that looks like an export
 * type decides. Lines are only located here; each becomes an object when it is asked for.
 */
export function parseSymvers(text: string, origin: Origin): Parsed<SymversText> {
  const problems: Problem[] = [];
  const source = text.length > limits.symversBytes ? text.slice(0, limits.symversBytes) : text;
  if (source.length < text.length) {
    problems.push({ message: `The file is longer than ${limits.symversBytes} bytes; the rest is not read.` });
  }
  const starts = new Map<string, number>();
  let broken = 0;
  let hasKernelSymbols = false;
  let hasModuleSymbols = false;
  let hasCrcs = false;
  let namespaceFirst: boolean | undefined;
  let line = 0;
  for (let start = source.charCodeAt(0) === 0xfeff ? 1 : 0; start < source.length; line++) {
    let end = source.indexOf('\n', start);
    if (end === -1) end = source.length;
    // CRC digits are checked by their place: "0x" and 8 digits, then a tab.
    const tab = source.indexOf('\t', start);
    const symbolEnd = tab === -1 || tab >= end ? -1 : source.indexOf('\t', tab + 1);
    if (symbolEnd > tab + 1 && symbolEnd < end && isHex(source, start, tab)) {
      const symbol = source.slice(tab + 1, symbolEnd);
      starts.set(symbol, start);
      if (!hasCrcs) hasCrcs = !allZero(source, start + 2, tab);
      namespaceFirst ??= /^[^\t\n]*\t[^\t\n]*\tEXPORT_/.test(source.slice(symbolEnd + 1, end));
      const exporterAt = namespaceFirst ? source.indexOf('\t', symbolEnd + 1) + 1 : symbolEnd + 1;
      if (!hasKernelSymbols || !hasModuleSymbols) {
        if (source.startsWith('vmlinux\t', exporterAt)) hasKernelSymbols = true;
        else hasModuleSymbols = true;
      }
    } else if (source.slice(start, end).trim() !== '') {
      broken++;
      if (broken <= reportedLines)
        problems.push({
          message: 'Not a Module.symvers line: expected CRC, symbol, module and export type, separated by tabs.',
          line,
        });
    }
    start = end + 1;
  }
  if (broken > reportedLines) problems.push({ message: `${broken - reportedLines} more lines are broken.` });
  const kind = { hasKernelSymbols, hasModuleSymbols, hasCrcs };
  return { value: new TextSymvers(source, starts, origin, kind), problems };
}

class TextSymvers implements SymversText {
  readonly origins: readonly Origin[];
  readonly hasKernelSymbols: boolean;
  readonly hasModuleSymbols: boolean;
  readonly hasCrcs: boolean;
  readonly #text: string;
  readonly #starts: ReadonlyMap<string, number>;
  readonly #origin: Origin;
  /** Offsets of line starts, made when the first line number is needed. */
  #lineStarts: Uint32Array | undefined;

  constructor(
    text: string,
    starts: ReadonlyMap<string, number>,
    origin: Origin,
    kind: { hasKernelSymbols: boolean; hasModuleSymbols: boolean; hasCrcs: boolean },
  ) {
    this.#text = text;
    this.#starts = starts;
    this.#origin = origin;
    this.origins = [origin];
    this.hasKernelSymbols = kind.hasKernelSymbols;
    this.hasModuleSymbols = kind.hasModuleSymbols;
    this.hasCrcs = kind.hasCrcs;
  }

  readonly #decoded = new Map<number, ExportedSymbol>();

  get size(): number {
    return this.#starts.size;
  }

  get complete(): boolean {
    return this.hasKernelSymbols;
  }

  get(symbol: string): ExportedSymbol | undefined {
    const start = this.#starts.get(symbol);
    return start === undefined ? undefined : this.#exportAt(start);
  }

  names(): Iterable<string> {
    return this.#starts.keys();
  }

  lineOf(symbol: string): string | undefined {
    const start = this.#starts.get(symbol);
    return start === undefined ? undefined : this.#lineAt(start);
  }

  /** Nobody asks for all of them twice: they are not kept. */
  *symbols(): Iterable<ExportedSymbol> {
    for (const start of this.#starts.values()) yield this.#decoded.get(start) ?? this.#decode(start);
  }

  /** A scan of thousands of modules asks for the same few thousand symbols again and again. */
  #exportAt(start: number): ExportedSymbol {
    const known = this.#decoded.get(start);
    if (known !== undefined) return known;
    const decoded = this.#decode(start);
    this.#decoded.set(start, decoded);
    return decoded;
  }

  #lineAt(start: number): string {
    const newline = this.#text.indexOf('\n', start);
    const end = newline === -1 ? this.#text.length : newline;
    return this.#text.slice(start, this.#text.charCodeAt(end - 1) === 13 ? end - 1 : end);
  }

  #decode(start: number): ExportedSymbol {
    const text = this.#text;
    const newline = text.indexOf('\n', start);
    let end = newline === -1 ? text.length : newline;
    if (text.charCodeAt(end - 1) === 13) end--;
    const symbolAt = text.indexOf('\t', start) + 1;
    const thirdAt = text.indexOf('\t', symbolAt) + 1;
    const third = fieldAt(text, thirdAt, end);
    const fourth = fieldAt(text, thirdAt + third.length + 1, end);
    const fifth = fieldAt(text, thirdAt + third.length + fourth.length + 2, end);
    const crc = Number.parseInt(text.slice(start + 2, symbolAt - 1), 16);
    const symbol = text.slice(symbolAt, thirdAt - 1);
    // Namespace before the module, as written by 5.4 and 5.5.
    const namespaceFirst = isExportType(fifth) && !isExportType(fourth);
    const exporter = namespaceFirst ? fourth : third;
    const namespace = namespaceFirst ? third : isExportType(fourth) ? fifth : '';
    const gplOnly = (namespaceFirst ? fifth : fourth).includes('_GPL');
    const origin: Origin = { ...this.#origin, line: this.#lineNumberOf(start) };
    return { symbol, crc: crc === 0 ? undefined : crc, exporter, gplOnly, namespace, origin };
  }

  #lineNumberOf(start: number): number {
    this.#lineStarts ??= lineStartsOf(this.#text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The text up to the next tab; empty beyond the line's end. */
function fieldAt(text: string, start: number, end: number): string {
  if (start >= end) return '';
  const tab = text.indexOf('\t', start);
  return text.slice(start, tab === -1 || tab > end ? end : tab);
}

function isExportType(field: string): boolean {
  return (
    field === 'EXPORT_SYMBOL' ||
    field === 'EXPORT_SYMBOL_GPL' ||
    field === 'EXPORT_SYMBOL_GPL_FUTURE' ||
    field === 'EXPORT_UNUSED_SYMBOL' ||
    field === 'EXPORT_UNUSED_SYMBOL_GPL'
  );
}

function lineStartsOf(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

/** `0x` and 1 to 8 (16 on old 64-bit trees) hexadecimal digits. */
function isHex(text: string, start: number, end: number): boolean {
  if (
    end - start < 3 ||
    end - start > 18 ||
    text.charCodeAt(start) !== 48 ||
    (text.charCodeAt(start + 1) | 32) !== 120
  ) {
    return false;
  }
  for (let at = start + 2; at < end; at++) {
    const code = text.charCodeAt(at) | 32;
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

function allZero(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== 48) return false;
  return true;
}

/** Unpacks (by its leading bytes: gzip, xz, zstd or plain) and reads a Module.symvers. */
export async function readSymvers(
  bytes: Uint8Array,
  origin: Origin,
  decompressor: Decompressor,
): Promise<Parsed<SymversText>> {
  const format = compressionOf(bytes);
  if (format === 'none') return parseSymvers(new TextDecoder().decode(bytes), origin);
  const unpacked = await decompressor.unpack(format, bytes, limits.symversBytes);
  if ('problem' in unpacked) {
    return { value: parseSymvers('', origin).value, problems: [{ message: `${origin.label}: ${unpacked.problem}` }] };
  }
  return parseSymvers(new TextDecoder().decode(unpacked.bytes), origin);
}

function compressionOf(bytes: Uint8Array): 'none' | 'gzip' | 'xz' | 'zstd' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes[0] === 0xfd && bytes[1] === 0x37 && bytes[2] === 0x7a) return 'xz';
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return 'zstd';
  return 'none';
}
