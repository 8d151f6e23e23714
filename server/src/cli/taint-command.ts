import { type DecodedTaint, decodeTaint, taintCleared } from '../loader/taint.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { formatOf, json } from './output-format.ts';
import { type Style, styleFor } from './style.ts';

export const taintCommand: Command = {
  name: 'taint',
  operands: 'VALUE|LETTERS',
  summary: 'Decodes a taint number (4096) or letters (OE): what set it, what it means, what clears it.',
  options: { format: { ...formatOption.format, help: 'text (default) or json' } },
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const format = formatOf(args, ['text', 'json']);
  const asked = args.operands.join(' ');
  if (asked.trim() === '') throw new UsageError('name a number as in /proc/sys/kernel/tainted, or letters.');
  const decoded = decodeTaint(asked);
  if (!decoded) throw new UsageError(`'${asked}' is no taint: it takes a number, or letters such as POE.`);
  io.out(format === 'json' ? json(taintJson(decoded)) : taintText(decoded, styleFor(io.colour)));
  return exitStatus.clean;
}

function taintText(decoded: DecodedTaint, style: Style): string {
  const { value, letters, flags, unknownBits } = decoded;
  if (value === 0) return 'Not tainted (0).\n';
  const lines = [style.bold(`${value} = ${letters || '?'}`)];
  for (const flag of flags)
    lines.push(`  ${style.bold(flag.letter)} (bit ${flag.bit}, ${2 ** flag.bit})  ${flag.name}: ${flag.meaning}`);
  for (const bit of unknownBits) lines.push(`  bit ${bit} (${2 ** bit}): no current kernel defines it`);
  lines.push('', taintCleared, '');
  return lines.join('\n');
}

function taintJson({ value, letters, flags, unknownBits }: DecodedTaint) {
  return {
    value,
    letters,
    flags: flags.map(({ bit, letter, name, meaning }) => ({ bit, letter, name, meaning })),
    unknownBits,
  };
}
