import type { Origin } from '../kernel/fact.ts';
import type { ExportedSymbol, SymbolTable } from '../kernel/symbol-table.ts';
import type { ModuleExport } from '../module/kernel-module.ts';
import type { TaintingModule } from '../module/proprietary.ts';
import { foldedModuleName } from './export-table.ts';

/** What one module of the tree exports itself, where that differs from what the target's Module.symvers lists of it. */
export interface ProviderExports {
  readonly name: string;
  readonly uri: string;
  readonly exports: readonly ModuleExport[];
}

/** Such a module, and what its users inherit. */
export interface TreeProvider extends ProviderExports, TaintingModule {}

/** Plain data from which every thread makes the same table. */
export interface TreeProviders {
  /** Names of the modules that are there; `undefined` when all that the target lists count as there. */
  readonly present: readonly string[] | undefined;
  readonly own: readonly ProviderExports[];
  /** Names of those that count as proprietary. */
  readonly proprietary?: readonly string[];
  /** `own` holds what every module there exports: with the kernel's own exports that is all there is. */
  readonly all?: boolean;
}

/** Whether a table holds all that the kernel itself exports, whatever is known of its modules. */
export function listsKernelExports(symbols: SymbolTable): boolean {
  return symbols.get('module_layout')?.exporter === 'vmlinux';
}

/**
 * The exports that a module of a tree can find: the kernel's own, and those of the other modules of the same tree as these
 * files have them. What the target lists of a module that is not in the tree is not there: modprobe could not load it.
 */
export class TreeSymbols implements SymbolTable {
  readonly #base: SymbolTable;
  readonly #present: ReadonlySet<string> | undefined;
  readonly #own = new Map<string, ExportedSymbol>();
  readonly #replaced: ReadonlySet<string>;
  readonly #all: boolean;
  readonly #proprietary: ReadonlySet<string>;
  /** By exporter as the target writes it, which thousands of symbols share. */
  readonly #counted = new Map<string, boolean>();

  constructor(base: SymbolTable, providers: TreeProviders) {
    this.#base = base;
    this.#present = providers.present === undefined ? undefined : new Set(providers.present);
    this.#all = providers.all === true && providers.present !== undefined;
    this.#proprietary = new Set(providers.proprietary);
    this.#replaced = new Set(providers.own.map((provider) => provider.name));
    for (const { name, uri, exports } of providers.own) {
      const origin: Origin = { label: `exports of ${name}`, uri };
      for (const entry of exports) {
        const kernel = base.get(entry.symbol);
        if (kernel?.exporter === 'vmlinux' || this.#own.has(entry.symbol)) continue;
        this.#own.set(entry.symbol, this.#marked({ ...entry, exporter: name, origin }));
      }
    }
  }

  get origins(): readonly Origin[] {
    return this.#base.origins;
  }

  get size(): number {
    let size = 0;
    for (const _ of this.symbols()) size++;
    return size;
  }

  get complete(): boolean {
    return this.#base.complete || (this.#all && listsKernelExports(this.#base));
  }

  get(symbol: string): ExportedSymbol | undefined {
    const own = this.#own.get(symbol);
    if (own !== undefined) return own;
    const listed = this.#base.get(symbol);
    return listed !== undefined && this.#counts(listed) ? this.#marked(listed) : undefined;
  }

  *symbols(): Iterable<ExportedSymbol> {
    for (const listed of this.#base.symbols()) {
      if (!this.#own.has(listed.symbol) && this.#counts(listed)) yield this.#marked(listed);
    }
    yield* this.#own.values();
  }

  /** The module that the target lists as the exporter, where it is not in the tree. */
  absentProvider(symbol: string): string | undefined {
    if (this.#own.has(symbol)) return undefined;
    const listed = this.#base.get(symbol);
    return listed === undefined || this.#counts(listed) ? undefined : listed.exporter;
  }

  #marked(symbol: ExportedSymbol): ExportedSymbol {
    if (this.#proprietary.size === 0 || !this.#proprietary.has(foldedModuleName(symbol.exporter))) return symbol;
    const { crc, exporter, gplOnly, namespace, origin } = symbol;
    return { symbol: symbol.symbol, crc, exporter, gplOnly, namespace, origin, proprietary: true };
  }

  #counts({ exporter }: ExportedSymbol): boolean {
    if (exporter === 'vmlinux') return true;
    const known = this.#counted.get(exporter);
    if (known !== undefined) return known;
    const name = foldedModuleName(exporter);
    const counts = !this.#replaced.has(name) && (this.#present === undefined || this.#present.has(name));
    this.#counted.set(exporter, counts);
    return counts;
  }
}
