import type { RuleId } from './registry.ts';
/** A rule's level in settings; `off` findings are never made. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** 0-based lines and UTF-16 columns, end exclusive: the editor's own counting. */
export interface TextRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

export interface Location {
  readonly uri: string;
  readonly range: TextRange;
}

/** One thing found. The ids are the ones of the registry (`findings/registry.ts`). */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** Expected, actual, where the expectation comes from, and the next step. */
  readonly message: string;
  /** For a file that is no text (a `.ko`) the range is 0:0. */
  readonly where?: Location;
  readonly related?: readonly { readonly location: Location; readonly message: string }[];
  readonly fixes?: readonly Fix[];
  readonly symbol?: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** A cure: text edits, or a command of ours with its arguments. */
export type Fix =
  | { readonly kind: 'edit'; readonly title: string; readonly edits: readonly TextEdit[]; readonly preferred?: boolean }
  | {
      readonly kind: 'command';
      readonly title: string;
      readonly command: string;
      readonly arguments: readonly unknown[];
    };

export interface TextEdit {
  readonly uri: string;
  readonly range: TextRange;
  readonly newText: string;
}

export const fileStart: TextRange = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
