/** Where a fact was found, so that every message can say where an expectation comes from. */
export interface Origin {
  /** For a sentence: "utsrelease.h of build/linux". */
  readonly label: string;
  readonly uri?: string;
  /** 0-based. */
  readonly line?: number;
}

export interface Fact<T> {
  readonly value: T;
  readonly origin: Origin;
}

export function fact<T>(value: T, origin: Origin): Fact<T> {
  return { value, origin };
}
