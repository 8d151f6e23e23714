import type { InspectReport } from '@vermagic/shared';
import { absent, type Child, code, h } from './dom.ts';
import { table } from './long-table.ts';
import type { PageStateStore } from './page-state.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  /** Shown beside the title, unless null. */
  readonly count: number | null;
  /** Nothing to show: the section is a line that cannot be opened. */
  readonly empty?: boolean;
  /** Built when the section is first opened. */
  readonly content: () => Child;
}

/** What the module says of itself, in folds that are filled when they are opened. */
export function moduleSections(inspect: InspectReport, store: PageStateStore): HTMLElement {
  return h(
    'section',
    { class: 'block', 'aria-labelledby': 'module-title' },
    h('h2', { id: 'module-title' }, 'The module'),
    ...sections(inspect).map((section) => fold(section, store)),
  );
}

function fold({ id, title, count, empty, content }: Section, store: PageStateStore): HTMLElement {
  const heading = h('h3', {}, title, count === null ? null : h('span', { class: 'badge' }, count));
  if (empty ?? count === 0) return h('div', { class: 'fold empty' }, heading);
  const body = h('div', { class: 'fold-body' });
  const fill = () => {
    if (body.childElementCount === 0) body.append(h('div', {}, content()));
  };
  const details = h('details', { id: `fold-${id}`, class: 'fold' }, h('summary', {}, heading), body);
  if (store.state.open.includes(id)) {
    details.open = true;
    fill();
  }
  details.addEventListener('toggle', () => {
    if (details.open) fill();
    store.setOpen(id, details.open);
  });
  return details;
}

function sections(inspect: InspectReport): Section[] {
  const { modinfo, parameters, exports, imports, versions, signature, sections } = inspect;
  const crcs = new Map(versions.map(({ symbol, crc }) => [symbol, crc]));
  return [
    {
      id: 'modinfo',
      title: 'modinfo',
      count: modinfo.length,
      content: () =>
        table(
          'modinfo, in the order of the file',
          [
            { title: 'Key', cell: ([key]) => code(key), heads: true, class: 'key' },
            {
              title: 'Value',
              cell: ([, value]) => (value === '' ? absent('empty') : h('span', { class: 'value' }, value)),
            },
          ],
          modinfo,
        ),
    },
    {
      id: 'parameters',
      title: 'Parameters',
      count: parameters.length,
      content: () =>
        table(
          'Module parameters',
          [
            { title: 'Name', cell: ({ name }) => code(name), heads: true },
            { title: 'Type', cell: ({ type }) => (type ? code(type) : absent('not said')) },
            { title: 'Description', cell: ({ description }) => description ?? absent() },
          ],
          parameters,
        ),
    },
    {
      id: 'imports',
      title: 'Imports',
      count: imports.length,
      content: () =>
        table(
          'Imported symbols',
          [
            { title: 'Symbol', cell: ({ symbol }) => code(symbol), heads: true },
            { title: 'CRC', cell: ({ symbol }) => optionalCode(crcs.get(symbol)) },
            { title: 'Binding', cell: ({ weak }) => (weak ? 'weak: may be absent' : 'required') },
          ],
          imports,
        ),
    },
    {
      id: 'exports',
      title: 'Exports',
      count: exports.length,
      content: () =>
        table(
          'Exported symbols',
          [
            { title: 'Symbol', cell: ({ symbol }) => code(symbol), heads: true },
            { title: 'CRC', cell: ({ crc }) => optionalCode(crc) },
            { title: 'For', cell: ({ gplOnly }) => (gplOnly ? 'GPL modules only' : 'all modules') },
            { title: 'Namespace', cell: ({ namespace }) => optionalCode(namespace) },
          ],
          exports,
        ),
    },
    {
      id: 'signature',
      title: signature ? 'Signature' : 'Signature: the module is not signed',
      count: null,
      empty: !signature,
      content: () =>
        signature &&
        table(
          'Signature',
          [
            { title: 'Field', cell: ([name]) => name, heads: true, class: 'key' },
            { title: 'Value', cell: ([, value]) => optionalCode(value) },
          ],
          [
            ['Signer', signature.signer],
            ['Key id', signature.keyId],
            ['Hash', signature.hash],
            ['Format', signature.id],
          ] as const,
        ),
    },
    {
      id: 'sections',
      title: 'ELF sections',
      count: sections.length,
      content: () =>
        table(
          'ELF sections',
          [
            { title: 'Name', cell: ({ name }) => code(name), heads: true },
            { title: 'Type', cell: ({ type }) => sectionType(type) },
            { title: 'Flags', cell: ({ flags }) => optionalCode(flags) },
            { title: 'Bytes', cell: ({ size }) => size.toLocaleString('en'), class: 'number' },
          ],
          sections,
        ),
    },
  ];
}

function optionalCode(text: string | null | undefined): HTMLElement {
  return text ? code(text) : absent();
}

/** The names of readelf for the types that occur in modules. */
const sectionTypes = [
  'NULL',
  'PROGBITS',
  'SYMTAB',
  'STRTAB',
  'RELA',
  'HASH',
  'DYNAMIC',
  'NOTE',
  'NOBITS',
  'REL',
] as const;

function sectionType(type: number): string {
  const arrays: Readonly<Record<number, string>> = {
    14: 'INIT_ARRAY',
    15: 'FINI_ARRAY',
    17: 'GROUP',
    18: 'SYMTAB_SHNDX',
  };
  return sectionTypes[type] ?? arrays[type] ?? `0x${type.toString(16)}`;
}
