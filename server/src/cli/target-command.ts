import { counted } from '../findings/counted.ts';
import type { Fact } from '../kernel/fact.ts';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { withLateKeys } from '../kernel/trusted-keys.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { findingsText, formatOf, json } from './output-format.ts';
import { findProject } from './project.ts';
import type { PlacedFinding } from './sarif.ts';
import { printable, type Style, styleFor } from './style.ts';
import { targetsOf } from './targets.ts';

export const targetCommand: Command = {
  name: 'target',
  operands: 'T…',
  summary: 'Shows all that is known of a kernel, and where each fact was found.',
  options: formatOption,
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  if (args.operands.length === 0) throw new UsageError('name a target.');
  const project = await findProject(io, ports);
  const targets = await Promise.all((await targetsOf(args.operands, project, io, ports)).map(withLateKeys));
  const style = styleFor(io.colour);
  if (format === 'json') io.out(json(targets.map(targetJson)));
  else if (format === 'text') io.out(targets.map((target) => targetText(target, style)).join('\n'));
  else io.out(await findingsText(format, targets.flatMap(targetFindings), version));
  return targets.some(isEmpty) ? exitStatus.usage : exitStatus.clean;
}

function isEmpty(target: OpenedTarget): boolean {
  return factsOf(target).every(([, known]) => known === undefined);
}

function targetFindings(target: OpenedTarget): PlacedFinding[] {
  const severity = isEmpty(target) ? 'error' : 'warning';
  return target.problems.map(({ message }) => ({ path: target.name, rule: 'unreadable', severity, message }));
}

/** Every fact with its name and a printable value; `undefined` for what is not known. */
function factsOf(target: OpenedTarget): [string, Fact<string> | undefined][] {
  const shown = <T>(known: Fact<T> | undefined, text: (value: T) => string): Fact<string> | undefined =>
    known && { value: text(known.value), origin: known.origin };
  const { symbols } = target;
  const [origin] = symbols?.origins ?? [];
  const more = (symbols?.origins.length ?? 0) - 1;
  const label = origin && (more > 0 ? `${origin.label} and ${more} more` : origin.label);
  return [
    ['release', target.release],
    ['version', shown(target.version, ({ major, minor, patch }) => `${major}.${minor}.${patch}`)],
    ['architecture', shown(target.architecture, ({ name }) => name)],
    ['vendor', target.vendor],
    ['vermagic', target.vermagic],
    ['config', shown(target.config, (config) => counted(config.size, 'option'))],
    [
      'symbols',
      symbols &&
        origin && {
          value: `${counted(symbols.size, 'exported symbol')}${symbols.complete ? '' : ' (not complete)'}`,
          origin: { ...origin, label: label ?? '' },
        },
    ],
    ['struct module', shown(target.structModuleSize, (size) => `${size} bytes`)],
    [
      'trusted keys',
      shown(
        target.trustedKeys,
        (keys) => `${keys.length} (${[...new Set(keys.map((key) => key.keyring))].join(', ') || 'none'})`,
      ),
    ],
    ['signatures', shown(target.sigEnforce, (enforced) => (enforced ? 'enforced' : 'not enforced'))],
    ['lockdown', target.lockdown],
    ['module_blacklist', shown(target.moduleBlacklist, (items) => items.join(', ') || 'empty')],
    ['BTF', shown(target.hasBtf, (has) => (has ? 'yes' : 'no'))],
  ];
}

function targetText(target: OpenedTarget, style: Style): string {
  const lines = [style.bold(printable(target.name))];
  for (const [name, known] of factsOf(target)) {
    const value = known ? printable(name === 'vermagic' ? `'${known.value}'` : known.value) : style.yellow('not known');
    lines.push(`  ${`${name}:`.padEnd(18)} ${value}${known ? style.dim(`   (${printable(known.origin.label)})`) : ''}`);
  }
  for (const problem of target.problems) lines.push(`  ${style.yellow('problem')} ${printable(problem.message)}`);
  return `${lines.join('\n')}\n`;
}

function targetJson(target: OpenedTarget) {
  return {
    name: target.name,
    origins: target.origins,
    facts: Object.fromEntries(
      factsOf(target).map(([name, known]) => [name, known ? { value: known.value, origin: known.origin } : null]),
    ),
    problems: target.problems.map((problem) => problem.message),
  };
}
