import type { InspectReport } from '@vermagic/shared';
import type { PageCommand } from '../messages.ts';
import { code, h, icon } from './dom.ts';
import type { PageActions } from './page-actions.ts';

const buttons: readonly (readonly [label: string, command: PageCommand])[] = [
  ['Select Target…', 'vermagic.selectTarget'],
  ['Show Vermagic Difference', 'vermagic.showVermagicDifference'],
  ['Show CRC Difference', 'vermagic.showCrcDifference'],
  ['Rebuild in Container', 'vermagic.rebuildInContainer'],
  ['Copy Report', 'vermagic.copyReport'],
  ['Open as Hex', 'vermagic.openAsHex'],
];

/** File name, what kind of file it is, and what can be done with it. */
export function pageHeader(file: string, inspect: InspectReport, actions: PageActions): HTMLElement {
  const vermagic = inspect.modinfo.find(([key]) => key === 'vermagic')?.[1].trim();
  const kind = [
    inspect.machine,
    inspect.class && `${inspect.class}-bit`,
    inspect.endian && `${inspect.endian}-endian`,
    inspect.compression !== 'none' && inspect.compression,
    inspect.machine && (inspect.signature ? 'signed' : 'not signed'),
  ];
  return h(
    'header',
    {},
    h('h1', {}, file),
    h('p', { class: 'kind' }, kind.filter(Boolean).join(' · ')),
    vermagic === undefined ? null : h('p', { class: 'kind' }, 'vermagic ', code(vermagic)),
    h(
      'div',
      { class: 'actions', role: 'group', 'aria-label': 'Actions' },
      ...buttons.map(([label, command]) => h('button', { click: () => actions.run(command) }, label)),
    ),
  );
}

/** What is wrong with the file itself, before any kernel is asked. */
export function problemList(problems: readonly string[]): HTMLElement | null {
  if (problems.length === 0) return null;
  return h(
    'section',
    { class: 'verdict refused', 'aria-labelledby': 'problems-title' },
    h(
      'h2',
      { id: 'problems-title' },
      icon('warning', 22),
      problems.length === 1 ? 'A problem with the file' : `${problems.length} problems with the file`,
    ),
    h('ul', { class: 'problems' }, ...problems.map((problem) => h('li', {}, problem))),
  );
}
