import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { diffSymvers, formatSymversDiff } from '../service/symvers-diff.ts';
import { openSymvers, symversDiffReport } from '../service/symvers-report.ts';
import { parseToleratedChanges, type ToleratedChanges } from '../service/symvers-tolerated.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { formatOf, json } from './output-format.ts';
import { printable } from './style.ts';
import { uriOf } from './targets.ts';

export const symversCommand: Command = {
  name: 'symvers',
  operands: 'diff BEFORE AFTER',
  summary: 'Compares two Module.symvers by symbol: what is gone, what has another CRC, what became GPL-only.',
  options: {
    format: { ...formatOption.format, help: 'text (default) or json' },
    tolerate: {
      type: 'string',
      operand: 'RULES',
      help: 'a file of "PATTERN PASS" and "PATTERN FAIL" lines; the first that fits symbol, exporter or namespace decides',
    },
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports): Promise<number> {
  const format = formatOf(args, ['text', 'json']);
  const [action, before, after, ...more] = args.operands;
  if (action !== 'diff') throw new UsageError(`it takes 'diff BEFORE AFTER', not '${action ?? ''}'.`);
  if (before === undefined || after === undefined || more.length > 0)
    throw new UsageError('diff takes two Module.symvers files, the older one first.');
  const rules = args.value('tolerate');
  const tolerated = rules === undefined ? undefined : await readRules(rules, io, ports);
  const [one, two] = [await read(before, io, ports), await read(after, io, ports)];
  const diff = diffSymvers(one, two, tolerated);
  io.out(format === 'json' ? json(symversDiffReport(diff, before, after)) : printable(formatSymversDiff(diff)));
  return diff.breaking > 0 ? exitStatus.findings : exitStatus.clean;
}

async function read(path: string, io: CliIo, ports: Ports) {
  const { value, problems } = await openSymvers(ports, uriOf(io, path));
  for (const { message, line } of problems)
    io.err(`vermagic: ${path}${line === undefined ? '' : `:${line + 1}`}: ${message}\n`);
  if (value.size === 0) throw new UsageError(`${path} is no Module.symvers.`);
  return value;
}

async function readRules(path: string, io: CliIo, ports: Ports): Promise<ToleratedChanges> {
  const bytes = await ports.files.readFile(uriOf(io, path), limits.textBytes).catch((error: unknown) => {
    throw new UsageError(`--tolerate ${path}: ${error instanceof Error ? error.message : error}`);
  });
  const { value, problems } = parseToleratedChanges(new TextDecoder().decode(bytes));
  for (const { message, line } of problems) io.err(`vermagic: ${path}:${(line ?? 0) + 1}: ${message}\n`);
  if (problems.length > 0) throw new UsageError(`--tolerate ${path} has lines that are no rules.`);
  return value;
}
