import { counted } from '../findings/counted.ts';
import { crcText } from '../kernel/crc-text.ts';
import type { ExportedSymbol } from '../kernel/symbol-table.ts';
import type { LinePair, SymversText } from '../kernel/symvers-text.ts';
import type { ToleranceRule, ToleratedChanges } from './symvers-tolerated.ts';

export type SymversChangeKind =
  | 'added'
  | 'removed'
  | 'crc-changed'
  | 'became-gpl-only'
  | 'became-open'
  | 'moved'
  | 'namespace-changed';

/** What became of one exported symbol. */
export interface SymversChange {
  readonly symbol: string;
  readonly kind: SymversChangeKind;
  /** `undefined` for an added one. */
  readonly before: ExportedSymbol | undefined;
  readonly after: ExportedSymbol | undefined;
  /** Modules that were built against `before` no longer load, or no longer see the symbol. */
  readonly breaks: boolean;
  /** The tolerated-changes rule that covers it, as written. */
  readonly toleratedBy: string | undefined;
}

export interface SymversDiff {
  /** In the order of names; a symbol that changed twice (CRC and licence) has two entries. */
  readonly changes: readonly SymversChange[];
  readonly same: number;
  /** Changes that break modules and that no rule tolerates. */
  readonly breaking: number;
  /** Rules that covered nothing. */
  readonly unusedRules: readonly string[];
}

/** Compares what two kernel builds export, symbol by symbol. Lines that are the same are not taken apart. */
export function diffSymvers(before: SymversText, after: SymversText, tolerated?: ToleratedChanges): SymversDiff {
  const changes: Change[] = [];
  const used = new Set<string>();
  const { same, different } = before.compareLines(after);
  let meantAlike = 0;
  let breaking = 0;
  for (const pair of different.toSorted(bySymbol)) {
    const kinds = changesOf(pair);
    if (kinds.length === 0) meantAlike++;
    for (const kind of kinds) {
      const rule = tolerated && ruleFor(tolerated, pair);
      if (rule !== undefined) used.add(rule.text);
      const change = new Change(pair, kind, rule?.tolerates ? rule.text : undefined);
      if (change.breaks && change.toleratedBy === undefined) breaking++;
      changes.push(change);
    }
  }
  return {
    changes,
    same: same + meantAlike,
    breaking,
    unusedRules: tolerated?.rules.filter((rule) => !used.has(rule)) ?? [],
  };
}

/** Of thousands of changes few are looked at closely. */
class Change implements SymversChange {
  readonly kind: SymversChangeKind;
  readonly toleratedBy: string | undefined;
  readonly #pair: LinePair;

  constructor(pair: LinePair, kind: SymversChangeKind, toleratedBy: string | undefined) {
    this.kind = kind;
    this.toleratedBy = toleratedBy;
    this.#pair = pair;
  }

  get symbol(): string {
    return this.#pair.symbol;
  }

  get before(): ExportedSymbol | undefined {
    return this.#pair.one;
  }

  get after(): ExportedSymbol | undefined {
    return this.#pair.other;
  }

  get breaks(): boolean {
    return isBreaking(this.kind, this.after);
  }
}

/** Every pair is of another symbol. */
function bySymbol(a: LinePair, b: LinePair): number {
  return a.symbol < b.symbol ? -1 : 1;
}

function ruleFor(tolerated: ToleratedChanges, { one, other }: LinePair): ToleranceRule | undefined {
  const symbol = one ?? other;
  return symbol && tolerated.ruleFor(symbol.symbol, symbol.exporter, symbol.namespace);
}

const added: readonly SymversChangeKind[] = ['added'];
const removed: readonly SymversChangeKind[] = ['removed'];
const crcChanged: readonly SymversChangeKind[] = ['crc-changed'];
const none: readonly SymversChangeKind[] = [];

function changesOf(pair: LinePair): readonly SymversChangeKind[] {
  if (pair.onlyCrc) return crcChanged;
  const { one, other: two } = pair;
  if (one === undefined) return added;
  if (two === undefined) return removed;
  if (
    one.crc === two.crc &&
    one.gplOnly === two.gplOnly &&
    one.namespace === two.namespace &&
    one.exporter === two.exporter
  )
    return none;
  const kinds: SymversChangeKind[] = [];
  if (one.crc !== two.crc) kinds.push('crc-changed');
  if (one.gplOnly !== two.gplOnly) kinds.push(two.gplOnly ? 'became-gpl-only' : 'became-open');
  if (one.namespace !== two.namespace) kinds.push('namespace-changed');
  if (one.exporter !== two.exporter) kinds.push('moved');
  return kinds;
}

/**
 * A symbol that moves to another module is found wherever it is, once that one is loaded; a symbol without a namespace
 * is found by modules that import one, too (verify_namespace_is_imported).
 */
function isBreaking(kind: SymversChangeKind, after: ExportedSymbol | undefined): boolean {
  if (kind === 'namespace-changed') return after?.namespace !== '';
  return kind !== 'added' && kind !== 'became-open' && kind !== 'moved';
}

/** One line a change, then a summary; changes that are tolerated are counted, not listed. */
export function formatSymversDiff(diff: SymversDiff): string {
  const lines = diff.changes.filter((change) => change.toleratedBy === undefined).map(formatChange);
  const tolerated = diff.changes.length - lines.length;
  lines.push(
    `${counted(diff.same, 'symbol is', 'symbols are')} the same, ${counted(lines.length, 'change')}, ${counted(diff.breaking, 'of them breaks', 'of them break')} modules that use the symbol${tolerated > 0 ? `; ${counted(tolerated, 'more is', 'more are')} tolerated` : ''}.`,
  );
  for (const rule of diff.unusedRules) lines.push(`The rule "${rule}" covers no change.`);
  return `${lines.join('\n')}\n`;
}

function formatChange({ symbol, kind, before, after }: SymversChange): string {
  switch (kind) {
    case 'added':
      return `Export '${symbol}' has been added (${after?.exporter})`;
    case 'removed':
      return `Export '${symbol}' has been removed (${before?.exporter})`;
    case 'crc-changed':
      return `Export '${symbol}' changed CRC from '${crc(before)}' to '${crc(after)}'`;
    case 'became-gpl-only':
      return `Export '${symbol}' became GPL-only: proprietary modules no longer see it`;
    case 'became-open':
      return `Export '${symbol}' is no longer GPL-only`;
    case 'moved':
      return `Export '${symbol}' moved from '${before?.exporter}' to '${after?.exporter}'`;
    case 'namespace-changed':
      return `Export '${symbol}' changed namespace from '${before?.namespace}' to '${after?.namespace}'`;
  }
}

function crc(symbol: ExportedSymbol | undefined): string {
  return symbol?.crc === undefined ? 'none' : crcText(symbol.crc);
}
