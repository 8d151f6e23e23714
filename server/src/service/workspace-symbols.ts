import type { TextRange } from '../findings/finding.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import { limits } from '../limits.ts';
import { searchSymbols } from './symvers-view.ts';

/** An exported symbol with the line that lists it. */
export interface FoundSymbol {
  readonly name: string;
  /** The exporter: `vmlinux`, `drivers/net/mii`. */
  readonly container: string;
  readonly uri: string;
  readonly range: TextRange;
}

/**
 * Exports whose names fit a query, of the workspace's own providers first. Symbols that no text file lists (from a
 * kernel image) have no place to go to and are left out; a query of one letter fits half of them and gives none.
 */
export function findExports(tables: readonly SymbolTable[], query: string): FoundSymbol[] {
  if (query.trim().length < 2) return [];
  const found: FoundSymbol[] = [];
  const seen = new Set<string>();
  for (const table of tables) {
    for (const name of searchSymbols(table, query.trim(), limits.completions)) {
      const symbol = table.get(name);
      const { uri, line } = symbol?.origin ?? {};
      if (symbol === undefined || uri === undefined || line === undefined || found.length >= limits.completions)
        continue;
      const key = `${name} ${uri}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const position = { line, character: 0 };
      found.push({ name, container: symbol.exporter, uri, range: { start: position, end: position } });
    }
  }
  return found;
}
