import type { CheckReport, FindingReport, TargetReport } from '@vermagic/shared';
import { insmodMessage, modprobeMessage } from '../../userspace-messages.ts';
import { code, h, type Icon, icon } from './dom.ts';
import type { PageActions } from './page-actions.ts';

const verdicts = {
  loads: { icon: 'pass', word: 'Loads', preposition: 'on' },
  refused: { icon: 'fail', word: 'Refused', preposition: 'by' },
  undetermined: { icon: 'unknown', word: 'Undetermined', preposition: 'on' },
} as const;

const severities: Readonly<Record<FindingReport['severity'], { readonly icon: Icon; readonly word: string }>> = {
  error: { icon: 'fail', word: 'Error' },
  warning: { icon: 'warning', word: 'Warning' },
  info: { icon: 'info', word: 'Info' },
  hint: { icon: 'info', word: 'Hint' },
};

export function verdictTitle(check: CheckReport): string {
  const { word, preposition } = verdicts[check.verdict];
  return `${word} ${preposition} ${check.target.name}`;
}

/** One tab per target, each with its verdict in words; nothing when there is only one. */
export function targetTabs(
  targets: readonly TargetReport[],
  shown: TargetReport,
  actions: PageActions,
): HTMLElement | null {
  if (targets.length < 2) return null;
  const tabs = targets.map(({ check }, index) => {
    const selected = check === shown.check;
    const { icon: picture, word } = verdicts[check.verdict];
    return h(
      'button',
      {
        id: `tab-${index}`,
        class: `tab ${check.verdict}`,
        role: 'tab',
        'aria-selected': String(selected),
        'aria-controls': 'target',
        tabindex: selected ? 0 : -1,
        click: () => actions.showTarget(check.target.name),
      },
      icon(picture),
      h('span', { class: 'tab-name' }, check.target.name),
      h('span', { class: 'tab-verdict' }, word),
    );
  });
  const step = (event: Event) => {
    const offset = { ArrowRight: 1, ArrowLeft: -1 }[(event as KeyboardEvent).key];
    if (offset === undefined) return;
    event.preventDefault();
    const next = (targets.indexOf(shown) + offset + targets.length) % targets.length;
    const name = targets[next]?.check.target.name;
    if (name !== undefined) actions.showTarget(name, `tab-${next}`);
  };
  return h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Target kernels', keydown: step }, ...tabs);
}

/** The verdict on one target: in words, then what the kernel and the tools would print, then what is behind it. */
export function verdictCard(file: string, check: CheckReport, actions: PageActions): HTMLElement {
  const [first] = check.findings;
  const reason =
    check.verdict === 'undetermined'
      ? (first?.message ?? check.missing[0])
      : check.verdict === 'refused' && first?.message;
  return h(
    'section',
    { class: `verdict ${check.verdict}`, 'aria-labelledby': 'verdict-title' },
    h('h2', { id: 'verdict-title' }, icon(verdicts[check.verdict].icon, 22), verdictTitle(check)),
    reason ? h('p', { class: 'reason' }, reason) : null,
    targetFacts(check),
    kernelLines(file, check, actions),
    findingList(check.findings, reason === first?.message),
    missingFacts(check, actions),
  );
}

function targetFacts({ target, taint }: CheckReport): HTMLElement {
  return h(
    'dl',
    { class: 'facts' },
    fact('Kernel release', target.release ? code(target.release) : 'not known'),
    fact('Kernel vermagic', target.vermagic ? code(target.vermagic.trim()) : 'not known'),
    target.origins.length > 0 && fact('Known from', target.origins.join(' · ')),
    taint !== '' && fact('Taints the kernel', code(taint)),
  );
}

function fact(name: string, value: string | Node): Node[] {
  return [h('dt', {}, name), h('dd', {}, value)];
}

function kernelLines(file: string, { dmesg, errno, module }: CheckReport, actions: PageActions): HTMLElement | null {
  if (dmesg.length === 0 && !errno) return null;
  const name = module.name ?? file.replace(/\.ko.*$/, '');
  const tools = errno ? [insmodMessage(file, errno), modprobeMessage(name, errno)] : [];
  const part = (title: string, lines: readonly string[]) =>
    lines.length > 0 && [h('span', { class: 'prompt' }, title), '\n', lines.join('\n'), '\n'];
  return h(
    'div',
    { class: 'terminal' },
    h(
      'div',
      { class: 'terminal-head' },
      h('h3', {}, errno ? `What you would see (${errno})` : 'What the kernel would log'),
      h('button', { class: 'quiet', click: () => actions.copy([...dmesg, ...tools].join('\n')) }, 'Copy'),
    ),
    h(
      'pre',
      { tabindex: 0, 'aria-label': 'Kernel log and tool output' },
      part('dmesg', dmesg),
      part('insmod, modprobe', tools),
    ),
  );
}

function findingList(findings: readonly FindingReport[], firstIsShown: boolean): HTMLElement | null {
  if (findings.length === 0 || (findings.length === 1 && firstIsShown && findings[0]?.rule === undefined)) return null;
  return h(
    'div',
    {},
    h('h3', {}, findings.length === 1 ? 'Finding' : `${findings.length} findings`),
    h(
      'ul',
      { class: 'findings' },
      ...findings
        .slice(0, 20)
        .map(({ rule, severity, message }) =>
          h(
            'li',
            { class: severity },
            h('span', { class: 'severity' }, icon(severities[severity].icon), severities[severity].word),
            h('span', {}, message, ' ', h('code', { class: 'rule' }, rule)),
          ),
        ),
      findings.length > 20 && h('li', {}, h('span'), `… and ${findings.length - 20} more: see the symbols below`),
    ),
  );
}

function missingFacts({ missing }: CheckReport, actions: PageActions): HTMLElement | null {
  if (missing.length === 0) return null;
  return h(
    'div',
    {},
    h('h3', {}, missing.length === 1 ? 'A fact is missing' : `${missing.length} facts are missing`),
    h('ul', { class: 'missing' }, ...missing.map((sentence) => h('li', {}, sentence))),
    h('button', { click: () => actions.run('vermagic.selectTarget') }, 'Select or Add a Target…'),
  );
}
