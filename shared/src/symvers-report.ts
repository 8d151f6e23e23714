/** The JSON of `vermagic symvers diff`. It may grow, never change. */
export interface SymversDiffReport {
  /** Path of the older file, as given. */
  readonly before: string;
  readonly after: string;
  /** Symbols that are the same in both. */
  readonly same: number;
  /** Changes that break modules which use the symbol, and that no rule tolerates. */
  readonly breaking: number;
  readonly changes: readonly SymversChangeReport[];
  /** Rules of the tolerated changes that cover nothing. */
  readonly unusedRules: readonly string[];
}

export interface SymversChangeReport {
  readonly symbol: string;
  readonly kind:
    | 'added'
    | 'removed'
    | 'crc-changed'
    | 'became-gpl-only'
    | 'became-open'
    | 'moved'
    | 'namespace-changed';
  readonly breaks: boolean;
  /** The rule that covers the change, as written. */
  readonly toleratedBy: string | null;
  /** null for an added symbol. */
  readonly before: SymversSideReport | null;
  readonly after: SymversSideReport | null;
}

export interface SymversSideReport {
  /** null without CONFIG_MODVERSIONS. */
  readonly crc: string | null;
  /** `vmlinux`, or the exporting module's path without `.ko`. */
  readonly exporter: string;
  readonly gplOnly: boolean;
  /** '' for none. */
  readonly namespace: string;
}
