import { counted } from '../findings/counted.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import type { Origin } from './fact.ts';
import type { ExportedSymbol, SymbolTable } from './symbol-table.ts';

/** At most this many disagreements between two tables are reported one by one. */
const reportedDisagreements = 5;

/**
 * Several tables as one: the kernel's own and those of out-of-tree providers. The first table that has a
 * symbol answers for it, with its own origin; a later one that gives another CRC is a problem naming both.
 */
export function mergeSymbolTables(
  tables: readonly SymbolTable[],
  options: { readonly complete?: boolean } = {},
): Parsed<SymbolTable> {
  const [only] = tables;
  const complete = options.complete ?? tables.some((table) => table.complete);
  if (only !== undefined && tables.length === 1 && only.complete === complete) return { value: only, problems: [] };
  return { value: new MergedSymbols(tables, complete), problems: disagreements(tables) };
}

class MergedSymbols implements SymbolTable {
  readonly complete: boolean;
  readonly #tables: readonly SymbolTable[];
  #size: number | undefined;

  constructor(tables: readonly SymbolTable[], complete: boolean) {
    this.#tables = tables;
    this.complete = complete;
  }

  get origins(): readonly Origin[] {
    return this.#tables.flatMap((table) => table.origins);
  }

  get size(): number {
    if (this.#size === undefined) {
      this.#size = 0;
      for (const _symbol of this.symbols()) this.#size++;
    }
    return this.#size;
  }

  get(symbol: string): ExportedSymbol | undefined {
    for (const table of this.#tables) {
      const found = table.get(symbol);
      if (found) return found;
    }
    return undefined;
  }

  *symbols(): Iterable<ExportedSymbol> {
    for (const [index, table] of this.#tables.entries()) {
      const earlier = this.#tables.slice(0, index);
      for (const symbol of table.symbols()) {
        if (earlier.every((other) => other.get(symbol.symbol) === undefined)) yield symbol;
      }
    }
  }
}

function disagreements(tables: readonly SymbolTable[]): Problem[] {
  const problems: Problem[] = [];
  let found = 0;
  for (const [index, table] of tables.entries()) {
    const earlier = tables.slice(0, index);
    if (earlier.length === 0) continue;
    for (const symbol of table.symbols()) {
      const other = earlier.map((candidate) => candidate.get(symbol.symbol)).find((hit) => hit !== undefined);
      if (other?.crc === undefined || symbol.crc === undefined || other.crc === symbol.crc) continue;
      found++;
      if (found > reportedDisagreements) continue;
      problems.push({
        message: `${symbol.symbol} has CRC ${hex(other.crc)} in ${other.origin.label} and ${hex(symbol.crc)} in ${symbol.origin.label}; the first is used.`,
      });
    }
  }
  const more = found - reportedDisagreements;
  if (more > 0)
    problems.push({
      message: `${counted(more, 'more symbol has', 'more symbols have')} different CRCs in these files.`,
    });
  return problems;
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}
