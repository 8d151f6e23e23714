import type { Origin } from './fact.ts';

/** One exported symbol, as a line of Module.symvers or an entry of `__ksymtab` says it. */
export interface ExportedSymbol {
  readonly symbol: string;
  /** `undefined` when the exporter has no CRC for it (CONFIG_MODVERSIONS=n, or generation failed). */
  readonly crc: number | undefined;
  /** `vmlinux`, or the exporting module's path without `.ko`. */
  readonly exporter: string;
  readonly gplOnly: boolean;
  /** '' for none. */
  readonly namespace: string;
  /** The exporter counts as proprietary, and so do its users; a list of exports does not tell. */
  readonly proprietary?: boolean;
  readonly origin: Origin;
}

/** Everything a target exports: the kernel's own symbols and those of the modules that belong to it. */
export interface SymbolTable {
  readonly origins: readonly Origin[];
  readonly size: number;
  /** Whether an absent symbol means "not exported": false when a provider's symvers is known to be missing. */
  readonly complete: boolean;
  get(symbol: string): ExportedSymbol | undefined;
  symbols(): Iterable<ExportedSymbol>;
}
