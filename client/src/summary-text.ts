import type { ModuleSummary } from '@vermagic/shared';

/** The Explorer's badge: at most two characters, readable without colour. */
export function summaryBadge(summary: ModuleSummary): string | undefined {
  switch (summary.verdict) {
    case 'loads':
      return summary.warnings > 0 ? '✓!' : '✓';
    case 'refused':
      return '✗';
    case 'undetermined':
      return '?';
    case 'no-target':
      return undefined;
  }
}

/** The Explorer's tooltip: verdict, first reason, vermagic; plain text, parts divided by the Explorer's own dot. */
export function summaryTooltip(summary: ModuleSummary): string {
  const target = summary.target ?? 'the target kernel';
  const verdict = {
    loads: `Loads on ${target}`,
    refused: `Refused by ${target}`,
    undetermined: `Undetermined on ${target}`,
    'no-target': 'No target kernel is known',
  }[summary.verdict];
  const reason = summary.reason ? `: ${summary.reason}` : '';
  const warnings = summary.warnings > 0 ? ` (${count(summary.warnings, 'warning')})` : '';
  const vermagic = summary.vermagic === null ? 'no vermagic' : `vermagic: ${summary.vermagic.trim()}`;
  return `${verdict}${reason}${warnings} • ${vermagic}`;
}

export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
