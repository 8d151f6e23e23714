/** What every parser returns: as much as could be understood, and what could not. Parsers never throw. */
export interface Parsed<T> {
  readonly value: T;
  readonly problems: readonly Problem[];
}

/** Something wrong with the input, in one sentence for a person. */
export interface Problem {
  readonly message: string;
  /** Byte offset in the (unpacked) input, for binary input. */
  readonly offset?: number;
  /** 0-based line, for text input. */
  readonly line?: number;
}
