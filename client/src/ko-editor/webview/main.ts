import type { ModuleReport } from '@vermagic/shared';
import type { FromPage, ToPage } from '../messages.ts';
import { h, icon } from './dom.ts';
import { moduleSections } from './module-sections.ts';
import type { PageActions } from './page-actions.ts';
import { pageHeader, problemList } from './page-header.ts';
import { type EditorApi, PageStateStore } from './page-state.ts';
import './page.css';
import { symbolSection } from './symbol-section.ts';
import { targetTabs, verdictCard, verdictTitle } from './verdict.ts';
import { vermagicSection } from './vermagic-table.ts';

declare function acquireVsCodeApi(): EditorApi;

const api = acquireVsCodeApi();
const store = new PageStateStore(api);
const page = document.getElementById('page') ?? document.body;
let shown: ModuleReport | undefined;

const actions: PageActions = {
  run: (command) => send({ type: 'command', command }),
  copy: (text) => {
    send({ type: 'copy', text });
    announce('Copied');
  },
  showTarget: (name, focus) => {
    store.change({ target: name });
    if (shown) render(shown);
    if (focus) document.getElementById(focus)?.focus();
  },
};

function send(message: FromPage): void {
  api.postMessage(message);
}

/** For those who do not see the page change. */
function announce(text: string): void {
  const region = document.getElementById('announcements');
  if (region) region.textContent = text;
}

function render(report: ModuleReport): void {
  performance.mark('render-start');
  const { inspect, targets } = report;
  const file = inspect.path.split('/').at(-1) ?? inspect.path;
  const target = targets.find(({ check }) => check.target.name === store.state.target) ?? targets[0];
  const broken = inspect.machine === null && inspect.modinfo.length === 0;
  replacePage(
    pageHeader(file, inspect, actions),
    problemList(inspect.problems),
    target && targetTabs(targets, target, actions),
    target
      ? h(
          'div',
          { id: 'target', ...(targets.length > 1 ? { role: 'tabpanel', 'aria-label': target.check.target.name } : {}) },
          verdictCard(file, target.check, actions),
          vermagicSection(target.tokens),
          symbolSection(target.symbols, store),
        )
      : noTarget(),
    broken ? null : moduleSections(inspect, store),
  );
  shown = report;
  performance.measure('render', 'render-start');
}

/** Swaps the content and keeps scroll position and focus where they were. */
function replacePage(...content: (HTMLElement | null | undefined)[]): void {
  const focused = document.activeElement;
  const focus = focused instanceof HTMLElement ? focused.id : '';
  const top = shown ? window.scrollY : store.state.scrollTop;
  page.replaceChildren(...content.filter((part) => part !== null && part !== undefined));
  page.removeAttribute('aria-busy');
  window.scrollTo({ top });
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

function noTarget(): HTMLElement {
  return h(
    'section',
    { class: 'verdict undetermined', 'aria-labelledby': 'verdict-title' },
    h('h2', { id: 'verdict-title' }, icon('unknown', 22), 'No target kernel is known'),
    h(
      'p',
      {},
      'Whether this module loads depends on the kernel. Vermagic found none in this workspace. Show it one: ',
      'a kernel build tree, a folder of kernel headers, a root file system, or a module that is known to load.',
    ),
    h('button', { class: 'primary', click: () => actions.run('vermagic.selectTarget') }, 'Select Target Kernel…'),
  );
}

function notice(title: string, text: string, ...buttons: HTMLElement[]): void {
  shown = undefined;
  replacePage(
    h(
      'section',
      { class: 'verdict undetermined' },
      h('h1', {}, icon('warning', 22), title),
      h('p', {}, text),
      h('div', { class: 'actions' }, ...buttons),
    ),
  );
  announce(title);
}

function button(label: string, run: () => void): HTMLElement {
  return h('button', { click: run }, label);
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  switch (data.type) {
    case 'report': {
      const update = shown !== undefined;
      render(data.report);
      const [first] = data.report.targets;
      if (update) announce(`Updated: ${first ? verdictTitle(first.check) : 'no target kernel is known'}`);
      break;
    }
    case 'gone':
      notice('The file is gone', 'It was deleted, or is not a file. The page comes back with the file.');
      break;
    case 'failed':
      notice(
        'No report',
        `The language server gave no answer: ${data.message}`,
        button('Restart Server', () => actions.run('vermagic.restartServer')),
        button('Show Log', () => actions.run('vermagic.showLog')),
      );
      break;
  }
});

let scrolled: ReturnType<typeof setTimeout> | undefined;
window.addEventListener(
  'scroll',
  () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(() => store.change({ scrollTop: window.scrollY }), 150);
  },
  { passive: true },
);

send({ type: 'ready' });
