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
  const { verdict, findings, missing } = check;
  // The first error is the deciding one; said under the title, it is not said again in the list.
  const deciding = verdict === 'refused' ? findings.find(({ severity }) => severity === 'error') : undefined;
  return h(
    'section',
    { class: `verdict ${verdict}`, 'aria-labelledby': 'verdict-title' },
    h('h2', { id: 'verdict-title' }, icon(verdicts[verdict].icon, 22), verdictTitle(check)),
    deciding ? h('p', { class: 'reason' }, deciding.message, ' ', h('code', { class: 'rule' }, deciding.rule)) : null,
    missing.length > 0 && missingFacts(missing, actions),
    targetFacts(check),
    kernelLines(file, check, actions),
    findingList(
      findings.filter((finding) => finding !== deciding),
      deciding !== undefined,
    ),
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

function kernelLines(file: string, check: CheckReport, actions: PageActions): HTMLElement | null {
  const { dmesg, possibleDmesg = [], errno, module } = check;
  if (dmesg.length === 0 && possibleDmesg.length === 0 && !errno) return null;
  const name = module.name ?? file.replace(/\.ko.*$/, '');
  const session: readonly (readonly [command: string, output: readonly string[]])[] = [
    ...(errno
      ? ([
          [`insmod ${file}`, [insmodMessage(file, errno)]],
          [`modprobe ${name}`, [modprobeMessage(name, errno)]],
        ] as const)
      : []),
    ...(dmesg.length > 0 ? ([['dmesg', dmesg.map(visible)]] as const) : []),
  ];
  const output = session.flatMap(([, lines]) => lines).join('\n');
  const possible = possibleDmesg.map(
    ({ dependsOn, lines }) => [`dmesg, depending on ${dependsOn.join(' and ')}`, lines.map(visible)] as const,
  );
  return h(
    'div',
    { class: 'terminal' },
    h(
      'div',
      { class: 'terminal-head' },
      h('h3', {}, errno ? `On the target (${errno})` : 'On the target'),
      h('button', { class: 'quiet', click: () => actions.copy(output) }, 'Copy'),
    ),
    h(
      'pre',
      { tabindex: 0, 'aria-label': 'Output of the tools and of the kernel' },
      ...[...session, ...possible].map(([command, lines]) => [
        h('span', { class: 'prompt' }, `# ${command}`),
        `\n${lines.map((line) => `${line}\n`).join('')}`,
      ]),
    ),
  );
}

/** Unprintable characters as dmesg(1) shows them. */
function visible(line: string): string {
  return line.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** Longer lists repeat what the table of symbols shows better. */
const listedFindings = 20;

function findingList(findings: readonly FindingReport[], further: boolean): HTMLElement | null {
  if (findings.length === 0) return null;
  const noun = findings.length === 1 ? 'finding' : 'findings';
  return h(
    'div',
    {},
    h('h3', {}, `${findings.length} ${further ? 'further ' : ''}${noun}`),
    h(
      'ul',
      { class: 'findings' },
      ...findings
        .slice(0, listedFindings)
        .map(({ rule, severity, message }) =>
          h(
            'li',
            { class: severity },
            h('span', { class: 'severity' }, icon(severities[severity].icon), severities[severity].word),
            h('span', {}, message, ' ', h('code', { class: 'rule' }, rule)),
          ),
        ),
      findings.length > listedFindings &&
        h('li', {}, h('span'), `… and ${findings.length - listedFindings} more: see the symbols below`),
    ),
  );
}

function missingFacts(missing: readonly string[], actions: PageActions): HTMLElement {
  return h(
    'div',
    {},
    h('h3', {}, missing.length === 1 ? 'A fact is missing' : `${missing.length} facts are missing`),
    h('ul', { class: 'missing' }, ...missing.map((sentence) => h('li', {}, sentence))),
    h('button', { click: () => actions.run('vermagic.selectTarget') }, 'Select or Add a Target…'),
  );
}
