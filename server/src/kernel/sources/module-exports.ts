import type { KernelModule } from '../../module/kernel-module.ts';
import { proprietaryModules, statesProprietary, type TaintingModule } from '../../module/proprietary.ts';
import type { Origin } from '../fact.ts';
import type { ExportedSymbol, SymbolTable } from '../symbol-table.ts';
import type { ModuleReader } from './known-good-module.ts';

/** The exports of modules themselves, for providers without a Module.symvers: one table for each that exports anything. */
export async function exportsOfModules(uris: readonly string[], readModule: ModuleReader): Promise<SymbolTable[]> {
  const modules: KernelModule[] = [];
  for (const uri of uris) {
    const module = await readModule(uri);
    if (module !== undefined && module.exports.length > 0) modules.push(module);
  }
  const exporters = new Map(
    modules.flatMap(({ exports, fileName }) => exports.map(({ symbol }) => [symbol, folded(fileName)])),
  );
  const proprietary = proprietaryModules(modules.map(asTainting), (symbol) => exporters.get(symbol));
  return modules.map((module) => {
    const { uri, fileName } = module;
    const origin: Origin = { label: `exports of ${fileName}.ko`, uri };
    const mark = proprietary.has(folded(fileName)) ? { proprietary: true } : {};
    const symbols = module.exports.map((entry): ExportedSymbol => ({ ...entry, ...mark, exporter: fileName, origin }));
    return new ModuleExports(symbols, origin);
  });
}

function asTainting({ fileName, modinfo, imports }: KernelModule): TaintingModule {
  return {
    name: folded(fileName),
    proprietary: statesProprietary(modinfo),
    imports: imports.map(({ symbol }) => symbol),
  };
}

/** The kernel's name of a module: `-` is `_` in it. */
export function folded(name: string): string {
  return name.replaceAll('-', '_');
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
