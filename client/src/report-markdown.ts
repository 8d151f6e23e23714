import type { CheckReport, ModuleReport, SymbolComparison, TargetReport } from '@vermagic/shared';
import { insmodMessage } from './userspace-messages.ts';

/** Longer lists are for the editor; an issue tracker wants the beginning. */
const listedSymbols = 50;

const verdictWords = { loads: '✓ loads on', refused: '✗ refused by', undetermined: '? undetermined on' } as const;

/** The report of one module as Markdown, for issues, commits and chats. */
export function reportMarkdown({ inspect, targets }: ModuleReport): string {
  const file = fileName(inspect.path);
  const facts = [
    inspect.machine,
    inspect.class && `${inspect.class}-bit`,
    inspect.endian && `${inspect.endian}-endian`,
  ];
  const lines = [
    `## ${file}`,
    '',
    `- **vermagic:** ${code(modinfo(inspect.modinfo, 'vermagic') ?? 'none')}`,
    `- **srcversion:** ${code(modinfo(inspect.modinfo, 'srcversion') ?? 'none')}`,
    `- **machine:** ${facts.filter(Boolean).join(', ') || 'unknown'}`,
    `- **signature:** ${inspect.signature ? (inspect.signature.signer ?? inspect.signature.id) : 'none'}`,
    ...inspect.problems.map((problem) => `- **problem:** ${text(problem)}`),
  ];
  if (targets.length === 0) lines.push('', 'No target kernel is known.');
  for (const target of targets) lines.push('', ...targetLines(file, target));
  return `${lines.join('\n')}\n`;
}

function targetLines(file: string, { check, tokens, symbols }: TargetReport): string[] {
  const lines = [`### ${verdictWords[check.verdict]} ${check.target.name}`, '', ...targetFacts(check)];
  if (check.dmesg.length > 0 || check.errno) {
    lines.push('', '```text', ...check.dmesg);
    if (check.errno) lines.push(insmodMessage(file, check.errno));
    lines.push('```');
  }
  for (const { dependsOn, lines: possible } of check.possibleDmesg ?? []) {
    lines.push('', `dmesg, depending on ${dependsOn.map(text).join(' and ')}:`, '', '```text', ...possible, '```');
  }
  if (check.findings.length > 0) {
    lines.push(
      '',
      ...check.findings.map(({ rule, severity, message }) => `- **${severity}** ${code(rule)}: ${text(message)}`),
    );
  }
  if (check.missing.length > 0) lines.push('', ...check.missing.map((fact) => `- **missing:** ${text(fact)}`));
  if (tokens.some(({ same }) => !same)) {
    lines.push('', '| module | kernel | | why |', '| --- | --- | --- | --- |');
    for (const { module, kernel, same, counts, why } of tokens) {
      lines.push(`| ${cell(module)} | ${cell(kernel)} | ${same ? '=' : counts ? '≠' : '≠, allowed'} | ${text(why)} |`);
    }
  }
  const refused = symbols.filter(({ state }) => state !== 'same');
  if (refused.length > 0) lines.push('', ...symbolTable(refused));
  return lines;
}

function targetFacts({ target, taint }: CheckReport): string[] {
  const lines = [
    `- **release:** ${code(target.release ?? 'unknown')}`,
    `- **vermagic:** ${code(target.vermagic ?? 'unknown')}`,
  ];
  if (target.origins.length > 0) lines.push(`- **known from:** ${target.origins.map(code).join(', ')}`);
  if (taint !== '') lines.push(`- **taint:** ${code(taint)}`);
  return lines;
}

function symbolTable(refused: readonly SymbolComparison[]): string[] {
  const lines = ['| symbol | state | in the module | in the kernel |', '| --- | --- | --- | --- |'];
  for (const { symbol, state, actual, expected } of refused.slice(0, listedSymbols)) {
    lines.push(`| ${code(symbol)} | ${state} | ${cell(actual ?? '')} | ${cell(expected ?? '')} |`);
  }
  if (refused.length > listedSymbols) lines.push('', `… and ${refused.length - listedSymbols} more symbols.`);
  return lines;
}

function modinfo(pairs: ModuleReport['inspect']['modinfo'], key: string): string | undefined {
  return pairs.find(([name]) => name === key)?.[1].trim();
}

export function fileName(path: string): string {
  return path.split('/').at(-1) ?? path;
}

function cell(value: string): string {
  return value === '' ? '–' : code(value);
}

/** A module may say anything of itself: nothing of it may leave its cell or become markup. */
function code(value: string): string {
  return `\`${value
    .replace(/[`\r\n]/g, ' ')
    .replaceAll('|', '\\|')
    .trim()}\``;
}

function text(value: string): string {
  return value.replace(/[\r\n]+/g, ' ').replace(/[\\`*_<>[\]|]/g, '\\$&');
}
