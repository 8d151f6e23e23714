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
  compareLines(other: SymversText): LineComparison;
}

/** The lines of two files, symbol by symbol. */
export interface LineComparison {
  readonly same: number;
  /** First what one file lists, in its order, then what only the other has. */
  readonly different: readonly LinePair[];
}

/** What two files say of one symbol; it is taken apart when it is asked for. */
export interface LinePair {
  readonly symbol: string;
  /** `undefined` for the file that does not list it. */
  readonly one: ExportedSymbol | undefined;
  readonly other: ExportedSymbol | undefined;
  /** Exporter, export type and namespace are written alike. */
  readonly onlyCrc: boolean;
}

/** Lines are only located; each becomes an object when it is asked for. */
export class TextSymvers implements SymversText {
  readonly origins: readonly Origin[];
  readonly hasKernelSymbols: boolean;
  readonly hasModuleSymbols: boolean;
  readonly hasCrcs: boolean;
  readonly #text: string;
  /** Where a symbol's line starts, or what stands in it once that was asked for. */
  readonly #lines: Map<string, SymversLine>;
  readonly #origin: Origin;
  /** Offsets of line starts, made when the first line number is needed. */
  #lineStarts: Uint32Array | undefined;

  constructor(
    text: string,
    lines: Map<string, SymversLine>,
    origin: Origin,
    kind: { hasKernelSymbols: boolean; hasModuleSymbols: boolean; hasCrcs: boolean },
  ) {
    this.#text = text;
    this.#lines = lines;
    this.#origin = origin;
    this.origins = [origin];
    this.hasKernelSymbols = kind.hasKernelSymbols;
    this.hasModuleSymbols = kind.hasModuleSymbols;
    this.hasCrcs = kind.hasCrcs;
  }

  get size(): number {
    return this.#lines.size;
  }

  get complete(): boolean {
    return this.hasKernelSymbols;
  }

  get(symbol: string): ExportedSymbol | undefined {
    const line = this.#lines.get(symbol);
    if (typeof line !== 'number') return line;
    // A scan of thousands of modules asks for the same few thousand symbols again and again: each is taken apart once.
    const found = new TextExport(this, line, symbol);
    this.#lines.set(symbol, found);
    return found;
  }

  names(): Iterable<string> {
    return this.#lines.keys();
  }

  compareLines(other: SymversText): LineComparison {
    const different: LinePair[] = [];
    if (!(other instanceof TextSymvers)) return { same: 0, different };
    let same = 0;
    const theirLines = other.#lines;
    /** Starts of the other file's lines that were looked at. */
    const seen = new Uint8Array(other.#text.length);
    for (const [symbol, line] of this.#lines) {
      const start = startOf(line);
      const theirs = theirLines.get(symbol);
      if (theirs === undefined) {
        different.push(new TextPair(symbol, this, start, other, -1, false));
        continue;
      }
      const theirStart = startOf(theirs);
      seen[theirStart] = 1;
      const difference = lineDifference(this.#text, start, other.#text, theirStart);
      if (difference === 'alike') same++;
      else different.push(new TextPair(symbol, this, start, other, theirStart, difference === 'only the CRC'));
    }
    for (const [symbol, line] of theirLines) {
      const start = startOf(line);
      if (seen[start] === 0) different.push(new TextPair(symbol, this, -1, other, start, false));
    }
    return { same, different };
  }

  *symbols(): Iterable<ExportedSymbol> {
    for (const [symbol, line] of this.#lines)
      yield typeof line === 'number' ? new TextExport(this, line, symbol) : line;
  }

  crcAt(start: number): number | undefined {
    const crc = crcOf(this.#text, start);
    return crc === 0 ? undefined : crc;
  }

  /** All but the CRC. */
  detailsAt(start: number): ExportDetails {
    const text = this.#text;
    const newline = text.indexOf('\n', start);
    let end = newline === -1 ? text.length : newline;
    if (text.charCodeAt(end - 1) === 13) end--;
    const thirdAt = text.indexOf('\t', text.indexOf('\t', start) + 1) + 1;
    const third = fieldAt(text, thirdAt, end);
    const fourth = fieldAt(text, thirdAt + third.length + 1, end);
    const fifth = fieldAt(text, thirdAt + third.length + fourth.length + 2, end);
    // Namespace before the module, as written by 5.4 and 5.5.
    const namespaceFirst = isExportType(fifth) && !isExportType(fourth);
    return {
      exporter: namespaceFirst ? fourth : third,
      namespace: namespaceFirst ? third : isExportType(fourth) ? fifth : '',
      gplOnly: (namespaceFirst ? fifth : fourth).includes('_GPL'),
    };
  }

  /** Of the line that starts there. */
  originOf(start: number): Origin {
    return { ...this.#origin, line: this.#lineNumberOf(start) };
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

type ExportDetails = Pick<ExportedSymbol, 'exporter' | 'gplOnly' | 'namespace'>;

/** One line, taken apart when something of it is asked for. */
class TextExport implements ExportedSymbol {
  readonly symbol: string;
  readonly start: number;
  readonly #table: TextSymvers;
  /** `null`: not read yet. */
  #crc: number | undefined | null = null;
  #details: ExportDetails | undefined;

  constructor(table: TextSymvers, start: number, symbol: string) {
    this.#table = table;
    this.start = start;
    this.symbol = symbol;
  }

  get crc(): number | undefined {
    if (this.#crc === null) this.#crc = this.#table.crcAt(this.start);
    return this.#crc;
  }

  get exporter(): string {
    return this.#rest().exporter;
  }

  get gplOnly(): boolean {
    return this.#rest().gplOnly;
  }

  get namespace(): string {
    return this.#rest().namespace;
  }

  get origin(): Origin {
    return this.#table.originOf(this.start);
  }

  #rest(): ExportDetails {
    this.#details ??= this.#table.detailsAt(this.start);
    return this.#details;
  }
}

/** Tens of thousands of these are made: the lines are kept as their starts, -1 for none. */
class TextPair implements LinePair {
  readonly symbol: string;
  readonly onlyCrc: boolean;
  readonly oneTable: TextSymvers;
  readonly start: number;
  readonly otherTable: TextSymvers;
  readonly otherStart: number;

  constructor(
    symbol: string,
    one: TextSymvers,
    start: number,
    other: TextSymvers,
    otherStart: number,
    onlyCrc: boolean,
  ) {
    this.symbol = symbol;
    this.onlyCrc = onlyCrc;
    this.oneTable = one;
    this.start = start;
    this.otherTable = other;
    this.otherStart = otherStart;
  }

  get one(): ExportedSymbol | undefined {
    return this.start < 0 ? undefined : new TextExport(this.oneTable, this.start, this.symbol);
  }

  get other(): ExportedSymbol | undefined {
    return this.otherStart < 0 ? undefined : new TextExport(this.otherTable, this.otherStart, this.symbol);
  }
}

/** Where a symbol's line starts, or what stands in it once that was asked for. */
export type SymversLine = number | TextExport;

function startOf(line: SymversLine): number {
  return typeof line === 'number' ? line : line.start;
}

/** `alike`: the two lines of one symbol differ in nothing, or in the letters of the CRC only. */
function lineDifference(
  one: string,
  start: number,
  other: string,
  otherStart: number,
): 'alike' | 'only the CRC' | 'more' {
  const end = one.indexOf('\n', start);
  // The line break belongs to it: a line that only starts like the other one is another.
  if (end !== -1 && other.startsWith(one.slice(start, end + 1), otherStart)) return 'alike';
  const tab = one.indexOf('\t', start);
  const otherTab = other.indexOf('\t', otherStart);
  if (end === -1 || !other.startsWith(one.slice(tab, end + 1), otherTab)) return 'more';
  return crcOf(one, start) === crcOf(other, otherStart) ? 'alike' : 'only the CRC';
}

/** The digits between `0x` and the tab. */
function crcOf(text: string, start: number): number {
  let crc = 0;
  for (let at = start + 2; ; at++) {
    const letter = text.charCodeAt(at) | 32;
    const digit = letter >= 97 ? letter - 87 : letter - 48;
    // A tab, which no digit is below.
    if (!(digit >= 0 && digit < 16)) return crc;
    crc = crc * 16 + digit;
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
