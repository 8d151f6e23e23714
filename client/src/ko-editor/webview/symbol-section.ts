import type { SymbolComparison } from '@vermagic/shared';
import { absent, code, h, type Icon, icon } from './dom.ts';
import { LongTable } from './long-table.ts';
import type { PageStateStore } from './page-state.ts';

const states: Readonly<Record<SymbolComparison['state'], { readonly icon: Icon; readonly word: string }>> = {
  same: { icon: 'same', word: 'same CRC' },
  'crc-mismatch': { icon: 'differs', word: 'CRC differs' },
  'crc-missing': { icon: 'warning', word: 'no CRC in the module' },
  'unknown-symbol': { icon: 'unknown', word: 'not exported' },
  'gpl-only-symbol': { icon: 'fail', word: 'GPL-only' },
  'namespace-not-imported': { icon: 'fail', word: 'namespace not imported' },
};

/** The imported symbols against the target: the refused ones, or all, and a filter over what is shown. */
export function symbolSection(symbols: readonly SymbolComparison[], store: PageStateStore): HTMLElement | null {
  if (symbols.length === 0) return null;
  const refused = symbols.filter(({ state }) => state !== 'same');
  const list = new LongTable<SymbolComparison>(
    'Imported symbols',
    [
      { title: 'Symbol', cell: ({ symbol }) => code(symbol), heads: true },
      { title: 'Result', cell: result, class: 'result' },
      { title: 'CRC in the module', cell: ({ actual, state }) => crc(actual, state, 'removed') },
      { title: 'CRC in the kernel', cell: ({ expected, state }) => crc(expected, state, 'added') },
      { title: 'Exported by', cell: ({ exporter }) => exporter ?? absent('nobody known') },
    ],
    [],
  );
  const frame = h('div', { class: 'table-frame' }, list.element);
  const shownCount = h('p', { class: 'count', role: 'status' });
  const filter = h('input', {
    id: 'symbol-filter',
    type: 'search',
    placeholder: 'Filter by symbol, CRC or exporter',
    'aria-label': 'Filter the symbols',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  filter.value = store.state.symbolFilter;
  const all = h('input', { id: 'all-symbols', type: 'checkbox' });
  all.checked = store.state.allSymbols;

  const show = () => {
    const words = store.state.symbolFilter.toLowerCase().split(/\s+/).filter(Boolean);
    const from = store.state.allSymbols ? symbols : refused;
    const rows =
      words.length === 0 ? from : from.filter((row) => words.every((word) => searchText(row).includes(word)));
    list.show(rows);
    frame.hidden = rows.length === 0;
    shownCount.textContent = countText(rows.length, from.length, store.state.allSymbols);
  };
  filter.addEventListener('input', () => {
    store.change({ symbolFilter: filter.value });
    show();
  });
  all.addEventListener('change', () => {
    store.change({ allSymbols: all.checked });
    show();
  });
  show();
  return h(
    'section',
    { class: 'block', 'aria-labelledby': 'symbols-title' },
    h('h2', { id: 'symbols-title' }, refused.length === 0 ? 'Imported symbols' : `Refused symbols: ${refused.length}`),
    h('div', { class: 'controls' }, filter, h('label', {}, all, `All ${symbols.length} imports`), shownCount),
    frame,
  );
}

function countText(shown: number, of: number, all: boolean): string {
  const kind = all ? 'imports' : 'refused symbols';
  if (of === 0) return 'Every imported symbol fits this kernel';
  return shown === of ? '' : shown === 0 ? `None of ${of} ${kind} matches` : `${shown} of ${of} ${kind}`;
}

function searchText({ symbol, actual, expected, exporter, state }: SymbolComparison): string {
  return `${symbol} ${actual ?? ''} ${expected ?? ''} ${exporter ?? ''} ${states[state].word}`.toLowerCase();
}

function result({ state }: SymbolComparison): HTMLElement {
  return h(
    'span',
    { class: `state ${state === 'same' ? 'same' : 'differs'}` },
    icon(states[state].icon),
    states[state].word,
  );
}

function crc(value: string | null, state: SymbolComparison['state'], side: 'removed' | 'added'): HTMLElement {
  if (value === null) return absent();
  return state === 'crc-mismatch' ? h('code', { class: side }, value) : code(value);
}
