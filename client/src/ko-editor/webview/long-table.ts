import { type Child, h } from './dom.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Child;
  readonly class?: string;
  /** The column that names the row; exactly one. */
  readonly heads?: boolean;
}

/** On screen at once. */
const firstRows = 60;
/** Per idle moment: about 4 ms of work. */
const rowsPerTurn = 250;

/**
 * A real table of any length: the first rows at once, the others while nothing else happens, so that thousands
 * neither delay the page nor are missing from the find widget.
 */
export class LongTable<Row> {
  readonly element: HTMLTableElement;
  readonly #columns: readonly Column<Row>[];
  readonly #body = h('tbody');
  #turn: number | undefined;

  constructor(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]) {
    this.#columns = columns;
    this.element = h(
      'table',
      {},
      h('caption', { class: 'visually-hidden' }, caption),
      h(
        'thead',
        {},
        h('tr', {}, ...columns.map((column) => h('th', { scope: 'col', class: column.class }, column.title))),
      ),
      this.#body,
    );
    this.show(rows);
  }

  /** Replaces the rows. */
  show(rows: readonly Row[]): void {
    if (this.#turn !== undefined) cancelIdleCallback(this.#turn);
    this.#body.replaceChildren(...rows.slice(0, firstRows).map((row) => this.#row(row)));
    this.element.setAttribute('aria-rowcount', String(rows.length + 1));
    this.#later(rows, firstRows);
  }

  #later(rows: readonly Row[], from: number): void {
    if (from >= rows.length) return;
    this.#turn = requestIdleCallback(
      () => {
        this.#body.append(...rows.slice(from, from + rowsPerTurn).map((row) => this.#row(row)));
        this.#later(rows, from + rowsPerTurn);
      },
      { timeout: 500 },
    );
  }

  #row(row: Row): HTMLTableRowElement {
    return h(
      'tr',
      {},
      ...this.#columns.map((column) =>
        column.heads
          ? h('th', { scope: 'row', class: column.class }, column.cell(row))
          : h('td', { class: column.class }, column.cell(row)),
      ),
    );
  }
}

export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  return h('div', { class: 'table-frame' }, new LongTable(caption, columns, rows).element);
}
