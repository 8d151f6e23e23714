import type { Origin } from './fact.ts';
import type { SymbolTable } from './symbol-table.ts';

/** What someone asks of the modules of a tree. */
export interface WantedExports {
  readonly symbols: readonly string[];
  /** Names in `depends=` of the modules that import them: they say whom to ask where depmod's list does not. */
  readonly depends: readonly string[];
}

export interface FoundExports {
  readonly tables: readonly SymbolTable[];
  /** Whether depmod's list of all exports of the tree's modules was there: then what is not in it is not exported. */
  readonly complete: boolean;
}

/**
 * Exports of the modules in a tree without Module.symvers. There are thousands of modules, so only those are read that
 * export what someone imports, and only when someone does.
 */
export class LateExports {
  /** Where the modules lie. */
  readonly origin: Origin;
  readonly #read: (wanted: WantedExports) => Promise<FoundExports>;

  /** @param read never rejects. */
  constructor(origin: Origin, read: (wanted: WantedExports) => Promise<FoundExports>) {
    this.origin = origin;
    this.#read = read;
  }

  find(wanted: WantedExports): Promise<FoundExports> {
    return this.#read(wanted);
  }
}
