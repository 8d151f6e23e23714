import type { InspectReport } from '@vermagic/shared';
import { elfySections } from '../elf/elfy-adapter.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { inspectReport } from '../service/inspect-report.ts';
import { type CliIo, exitStatus } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { inspectText } from './inspect-text.ts';
import { modulesOf } from './modules.ts';
import { formatOf, json } from './output-format.ts';
import { styleFor } from './style.ts';

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
    format: { ...formatOption.format, help: 'text (default) or json' },
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports): Promise<number> {
  const format = formatOf(args, ['text', 'json']);
  const left: string[] = [];
  const operands = await modulesOf(args.operands, io, ports, left);
  const field = args.value('field');
  if (field !== undefined) {
    const { inspectField } = await import('./inspect-field.ts');
    return inspectField(field, operands, left, format === 'json', io, ports);
  }
  let unreadable = false;
  const reports: InspectReport[] = [];
  for (const { path, uri } of operands) {
    const module = await openKernelModule(ports, uri, elfySections);
    unreadable ||= module.elf === undefined;
    reports.push(inspectReport(module, path));
  }
  const style = styleFor(io.colour);
  io.out(format === 'json' ? json(reports) : reports.map((report) => inspectText(report, style)).join('\n'));
  for (const problem of left) io.err(`vermagic inspect: ${problem}\n`);
  return unreadable || left.length > 0 ? exitStatus.usage : exitStatus.clean;
}
