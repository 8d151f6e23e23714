import type { Problem } from '../ports/parsed.ts';
import type { Fact, Origin } from './fact.ts';
import type { TrustedKey } from './target-kernel.ts';

export interface ReadKeys {
  /** `undefined` when the source holds none that can be found. */
  readonly keys: Fact<readonly TrustedKey[]> | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Keys whose reading costs seconds: they lie in a packed kernel image that nothing else is needed of. They are read once, and
 * only when a signature asks for them.
 */
export class LateKeys {
  /** What will be read. */
  readonly origin: Origin;
  readonly #read: () => Promise<ReadKeys>;
  #pending: Promise<ReadKeys> | undefined;
  #isRead = false;

  /** @param read never rejects. */
  constructor(origin: Origin, read: () => Promise<ReadKeys>) {
    this.origin = origin;
    this.#read = read;
  }

  /** Whether `get` answers at once. */
  get isRead(): boolean {
    return this.#isRead;
  }

  get(): Promise<ReadKeys> {
    this.#pending ??= this.#read().then((keys) => {
      this.#isRead = true;
      return keys;
    });
    return this.#pending;
  }
}
