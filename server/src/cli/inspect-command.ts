import type { InspectReport } from '@vermagic/shared';
import { elfySections } from '../elf/elfy-adapter.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { inspectReport } from '../service/inspect-report.ts';
import { type CliIo, exitStatus } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { inspectText } from './inspect-text.ts';
import { modulesOf } from './modules.ts';
import { findingsText, formatOf, json } from './output-format.ts';
import { styleFor } from './style.ts';
import { unreadableFinding } from './unreadable-finding.ts';

export const inspectCommand: Command = {
  name: 'inspect',
  operands: 'KO|DIR…',
  summary: 'Shows all that a module says of itself.',
  options: {
    field: {
      type: 'string',
      short: 'F',
      operand: 'KEY',
      help: 'only what .modinfo has under this key, one value a line, as modinfo -F (reads little else)',
    },
    ...formatOption,
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  const left: string[] = [];
  const operands = await modulesOf(args.operands, io, ports, left);
  const field = args.value('field');
  if (field !== undefined) {
    const { inspectField } = await import('./inspect-field.ts');
    return inspectField(field, operands, left, format, io, ports, version);
  }
  let unreadable = left.length > 0;
  const reports: InspectReport[] = [];
  const findings = left.map((problem) => unreadableFinding(problem, '.'));
  for (const { path, uri } of operands) {
    const module = await openKernelModule(ports, uri, elfySections);
    unreadable ||= module.elf === undefined;
    const report = inspectReport(module, path);
    reports.push(report);
    const severity = module.elf === undefined ? 'error' : 'warning';
    findings.push(...report.problems.map((message) => ({ path, rule: 'unreadable', severity, message }) as const));
  }
  const style = styleFor(io.colour);
  if (format === 'json') io.out(json(reports));
  else if (format === 'text') io.out(reports.map((report) => inspectText(report, style)).join('\n'));
  else io.out(await findingsText(format, findings, version));
  for (const problem of left) io.err(`vermagic inspect: ${problem}\n`);
  return unreadable ? exitStatus.usage : exitStatus.clean;
}
