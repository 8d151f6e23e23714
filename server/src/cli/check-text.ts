import type { CheckReport, FindingReport } from '@vermagic/shared';
import { printable, type Style, severityPaint } from './style.ts';

export interface CheckTextOptions {
  readonly style: Style;
  /** Every finding in full, remarks included, and the log lines of modules that load. */
  readonly verbose: boolean;
  /** Width that messages are wrapped to. */
  readonly columns: number;
}

/** Names listed of one rule's findings before they are only counted. */
const namedSymbols = 6;

/** What insmod prints for an errno of finit_module (kmod's own words). */
const insmodWords: Record<string, string> = {
  ENOEXEC: 'Invalid module format',
  ENOENT: 'Unknown symbol in module',
  EINVAL: 'Invalid parameters',
  EKEYREJECTED: 'Key was rejected by service',
  EPERM: 'Operation not permitted',
  EEXIST: 'File exists',
  ERANGE: 'Numerical result out of range',
  ENOSPC: 'No space left on device',
  EBADMSG: 'Bad message',
  EBUSY: 'Device or resource busy',
  ENOMEM: 'Cannot allocate memory',
  EOPNOTSUPP: 'Operation not supported',
};

/**
 * The report of `vermagic check` for a person: module by module, the verdict of each target first, then what decides it in
 * full, and everything else in a line a rule.
 */
export function checkText(reports: readonly CheckReport[], options: CheckTextOptions): string {
  const lines: string[] = [];
  let path: string | undefined;
  for (const report of reports) {
    if (report.module.path !== path) {
      path = report.module.path;
      lines.push(...(lines.length > 0 ? [''] : []), options.style.bold(printable(path)));
    }
    lines.push(...reportLines(report, options));
  }
  lines.push('', ...summary(reports, options), '');
  return lines.join('\n');
}

function reportLines(report: CheckReport, options: CheckTextOptions): string[] {
  const { style, verbose } = options;
  const lines = [
    `  ${verdictWord(report, style)}  ${style.bold(printable(report.target.name))}${consequence(report, style)}`,
  ];
  if (report.verdict === 'refused' || verbose) {
    const possible = report.possibleDmesg ?? [];
    if (report.dmesg.length === 0 && possible.length === 0 && report.verdict === 'refused')
      lines.push(`    ${style.dim('(the kernel logs nothing)')}`);
    for (const line of decisive(report.dmesg, verbose)) lines.push(`    ${style.dim('kernel:')} ${printable(line)}`);
    for (const { dependsOn, lines: some } of possible) {
      const shown = decisive(some, verbose);
      if (shown.length === 0) continue;
      const facts = dependsOn.map(printable).join(' and ');
      lines.push(...wrap(style.dim(`kernel, depending on ${facts}:`), options));
      for (const line of shown) lines.push(`      ${printable(line)}`);
    }
  }
  for (const missing of report.missing)
    lines.push(...wrap(`${style.yellow('missing')} ${printable(missing)}`, options));
  const cut =
    report.moreFindings === undefined
      ? []
      : wrap(
          style.dim(`${report.moreFindings} more findings of these rules: check this module alone for all.`),
          options,
        );
  if (verbose) return [...lines, ...report.findings.flatMap((finding) => inFull(finding, options)), ...cut];
  const [first, ...rest] = report.findings;
  const decides = report.verdict === 'refused' && first?.severity === 'error' ? first : undefined;
  if (decides) lines.push(...inFull(decides, options));
  lines.push(...alsoLines(decides ? rest : report.findings, options), ...cut);
  return lines;
}

/** The lines that say why, without those on taints that every load prints. */
function decisive(dmesg: readonly string[], verbose: boolean): readonly string[] {
  if (verbose) return dmesg;
  const refusals = dmesg.filter((line) => !/taint/.test(line));
  const shown = refusals.slice(0, namedSymbols);
  return refusals.length > shown.length ? [...shown, `… and ${refusals.length - shown.length} more lines`] : shown;
}

function verdictWord(report: CheckReport, style: Style): string {
  switch (report.verdict) {
    case 'loads':
      return style.green('loads       ');
    case 'refused':
      return style.red('refused     ');
    case 'undetermined':
      return style.yellow('undetermined');
  }
}

function consequence(report: CheckReport, style: Style): string {
  const parts: string[] = [];
  if (report.errno !== null) {
    const words = insmodWords[report.errno];
    parts.push(words === undefined ? report.errno : `${report.errno}, insmod says "${words}"`);
  }
  if (report.taint !== '') parts.push(`taint ${report.taint}`);
  return parts.length === 0 ? '' : style.dim(`  ${parts.join('; ')}`);
}

function inFull(finding: FindingReport, options: CheckTextOptions): string[] {
  const { style } = options;
  const paint = severityPaint(style, finding.severity);
  return wrap(`${paint(finding.severity)} ${style.dim(`${finding.rule}:`)} ${printable(finding.message)}`, options);
}

/** One line a rule; remarks (taints, hints) only where asked for. */
function alsoLines(findings: readonly FindingReport[], options: CheckTextOptions): string[] {
  const groups = groupBy(
    findings.filter(({ severity }) => severity === 'error' || severity === 'warning'),
    ({ rule }) => rule,
  );
  return [...groups].flatMap(([rule, group]) => {
    const [first] = group;
    if (!first) return [];
    const symbols = [...new Set(group.flatMap(({ symbol }) => symbol ?? []))];
    const names = symbols.slice(0, namedSymbols).map(printable).join(', ');
    const more = symbols.length > namedSymbols ? ` and ${symbols.length - namedSymbols} more` : '';
    const what = symbols.length > 1 ? `${names}${more}` : printable(firstSentence(first.message));
    const paint = severityPaint(options.style, first.severity);
    return wrap(
      `${options.style.dim('also')} ${paint(first.severity)} ${options.style.dim(`${rule}:`)} ${what}`,
      options,
    );
  });
}

function firstSentence(message: string): string {
  return /^.*?[.](?= [A-Z]|$)/s.exec(message)?.[0] ?? message;
}

/** Indented, broken between words; escape sequences count nothing. */
function wrap(text: string, { columns }: CheckTextOptions): string[] {
  const lines: string[] = [];
  let line = '   ';
  let width = line.length;
  for (const word of text.split(' ')) {
    const length = word.replace(/\u001b\[\d+m/g, '').length;
    if (width + 1 + length > columns && width > 6) {
      lines.push(line);
      line = '     ';
      width = line.length;
    }
    line += ` ${word}`;
    width += 1 + length;
  }
  return [...lines, line];
}

function summary(reports: readonly CheckReport[], { style, verbose }: CheckTextOptions): string[] {
  const targets = [...new Set(reports.map((report) => report.target.name))];
  const rows = targets.map((target) => {
    const own = reports.filter((report) => report.target.name === target);
    const count = (verdict: CheckReport['verdict']) => own.filter((report) => report.verdict === verdict).length;
    const [loads, refused, open] = [count('loads'), count('refused'), count('undetermined')];
    const parts = [
      style.green(`${loads} ${loads === 1 ? 'loads' : 'load'}`),
      refused > 0 ? style.red(`${refused} refused`) : '0 refused',
      ...(open > 0 ? [style.yellow(`${open} undetermined`)] : []),
    ];
    return `${style.bold(printable(target))}: ${own.length} ${own.length === 1 ? 'module' : 'modules'}, ${parts.join(', ')}`;
  });
  const folded = !verbose && reports.some((report) => report.findings.length > 1);
  return folded ? [...rows, style.dim('--verbose shows every finding in full, --format json all there is.')] : rows;
}

/** Map.groupBy, which Node 20 does not have. */
function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
