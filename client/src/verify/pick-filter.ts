import { type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import { count } from '../summary-text.ts';
import type { ResultFilter } from './result-filter.ts';

interface FilterItem extends QuickPickItem {
  readonly filter?: ResultFilter;
}

/** Asks what to show: by severity, by rule, or by the name that is typed. undefined when nothing was chosen. */
export function pickFilter(
  current: ResultFilter,
  rules: ReadonlyMap<string, number>,
): Promise<ResultFilter | undefined> {
  const pick = window.createQuickPick<FilterItem>();
  pick.title = 'Filter Kernel Modules';
  pick.placeholder = 'A severity, a rule, or part of a file name';
  const { severity, rule, name } = current;
  const offers: FilterItem[] = [
    offer('$(error) Errors only', severity === 'error', { ...current, severity: 'error' }),
    offer('$(warning) Errors and warnings', severity === 'warning', { ...current, severity: 'warning' }),
    offer('$(info) Every severity', severity === undefined, without(current, 'severity')),
    { label: 'Rules', kind: QuickPickItemKind.Separator },
    ...(rule === undefined ? [] : [offer('$(list-flat) Every rule', false, without(current, 'rule'))]),
    ...[...rules].map(([id, findings]) => ({
      ...offer(`$(law) ${id}`, rule === id, { ...current, rule: id }),
      detail: count(findings, 'finding'),
    })),
    ...(name === undefined ? [] : [offer('$(files) Every name', false, without(current, 'name'))]),
  ];
  const show = (typed: string) => {
    const named = { label: `$(search) Files named “${typed}”`, alwaysShow: true, filter: { ...current, name: typed } };
    pick.items = typed.trim() === '' ? offers : [...offers, named];
  };
  show('');
  return new Promise((resolve) => {
    pick.onDidChangeValue(show);
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.filter);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function offer(label: string, chosen: boolean, filter: ResultFilter): FilterItem {
  return chosen ? { label, description: 'shown now', filter } : { label, filter };
}

function without(filter: ResultFilter, part: keyof ResultFilter): ResultFilter {
  const { [part]: _, ...rest } = filter;
  return rest;
}
