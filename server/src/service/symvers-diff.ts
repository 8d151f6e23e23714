import type { ExportedSymbol } from '../kernel/symbol-table.ts';
import type { SymversText } from '../kernel/symvers.ts';
import type { ToleratedChanges } from './symvers-tolerated.ts';

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
  const changes: SymversChange[] = [];
  const used = new Set<string>();
  let same = 0;
  let breaking = 0;
  const add = (kind: SymversChangeKind, one: ExportedSymbol | undefined, two: ExportedSymbol | undefined) => {
    const symbol = one ?? two;
    if (symbol === undefined) return;
    const rule = tolerated?.ruleFor(symbol.symbol, symbol.exporter, symbol.namespace);
    if (rule !== undefined) used.add(rule);
    const breaks = isBreaking(kind);
    if (breaks && rule === undefined) breaking++;
    changes.push({ symbol: symbol.symbol, kind, before: one, after: two, breaks, toleratedBy: rule });
  };
  for (const name of before.names()) {
    const theirs = after.lineOf(name);
    if (theirs !== undefined && theirs === before.lineOf(name)) {
      same++;
      continue;
    }
    const one = before.get(name);
    if (one === undefined) continue;
    const two = after.get(name);
    const kinds = two === undefined ? removed : changesOf(one, two);
    for (const kind of kinds) add(kind, one, two);
    if (kinds.length === 0) same++;
  }
  for (const name of after.names()) if (before.lineOf(name) === undefined) add('added', undefined, after.get(name));
  return {
    changes: changes.sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0)),
    same,
    breaking,
    unusedRules: tolerated?.rules.filter((rule) => !used.has(rule)) ?? [],
  };
}

const removed: readonly SymversChangeKind[] = ['removed'];
const none: readonly SymversChangeKind[] = [];

function changesOf(one: ExportedSymbol, two: ExportedSymbol): readonly SymversChangeKind[] {
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

/** A symbol that moves to another module is found wherever it is, once that one is loaded. */
function isBreaking(kind: SymversChangeKind): boolean {
  return kind !== 'added' && kind !== 'became-open' && kind !== 'moved';
}

/** One line a change, then a summary; changes that are tolerated are counted, not listed. */
export function formatSymversDiff(diff: SymversDiff): string {
  const lines = diff.changes.filter((change) => change.toleratedBy === undefined).map(formatChange);
  const tolerated = diff.changes.length - lines.length;
  lines.push(
    `${diff.same} symbols are the same, ${lines.length} changes, ${diff.breaking} of them break modules that use the symbol${tolerated > 0 ? `; ${tolerated} more are tolerated` : ''}.`,
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
  return symbol?.crc === undefined ? 'none' : `0x${symbol.crc.toString(16).padStart(8, '0')}`;
}
