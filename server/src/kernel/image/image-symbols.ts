import type { Origin } from '../fact.ts';
import type { ExportedSymbol } from '../symbol-table.ts';
import type { SymversTable } from '../symvers-text.ts';
import type { KernelExport } from './ksymtab.ts';

/** The kernel's own exports as its image has them. The exports of its modules are not among them. */
export class ImageSymbols implements SymversTable {
  readonly origins: readonly Origin[];
  readonly hasKernelSymbols = true;
  readonly hasModuleSymbols = false;
  readonly complete = false;
  readonly hasCrcs: boolean;
  readonly #exports: ReadonlyMap<string, KernelExport>;
  readonly #origin: Origin;

  constructor(exports: readonly KernelExport[], origin: Origin) {
    this.origins = [origin];
    this.#origin = origin;
    this.#exports = new Map(exports.map((entry) => [entry.symbol, entry]));
    this.hasCrcs = exports.some(({ crc }) => crc !== undefined);
  }

  get size(): number {
    return this.#exports.size;
  }

  get(symbol: string): ExportedSymbol | undefined {
    const found = this.#exports.get(symbol);
    return found && { ...found, exporter: 'vmlinux', origin: this.#origin };
  }

  *symbols(): Iterable<ExportedSymbol> {
    for (const entry of this.#exports.values()) yield { ...entry, exporter: 'vmlinux', origin: this.#origin };
  }
}
