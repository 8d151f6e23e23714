import type { Origin } from '../fact.ts';
import type { ExportedSymbol, SymbolTable } from '../symbol-table.ts';
import type { ModuleReader } from './known-good-module.ts';

/** The exports of modules themselves, for providers without a Module.symvers: one table for each that exports anything. */
export async function exportsOfModules(uris: readonly string[], readModule: ModuleReader): Promise<SymbolTable[]> {
  const tables: SymbolTable[] = [];
  for (const uri of uris) {
    const module = await readModule(uri);
    if (!module || module.exports.length === 0) continue;
    const origin: Origin = { label: `exports of ${module.fileName}.ko`, uri };
    const symbols = module.exports.map((entry): ExportedSymbol => ({ ...entry, exporter: module.fileName, origin }));
    tables.push(new ModuleExports(symbols, origin));
  }
  return tables;
}

class ModuleExports implements SymbolTable {
  readonly origins: readonly Origin[];
  readonly complete = false;
  readonly #symbols: ReadonlyMap<string, ExportedSymbol>;

  constructor(symbols: readonly ExportedSymbol[], origin: Origin) {
    this.origins = [origin];
    this.#symbols = new Map(symbols.map((symbol) => [symbol.symbol, symbol]));
  }

  get size(): number {
    return this.#symbols.size;
  }

  get(symbol: string): ExportedSymbol | undefined {
    return this.#symbols.get(symbol);
  }

  symbols(): Iterable<ExportedSymbol> {
    return this.#symbols.values();
  }
}
