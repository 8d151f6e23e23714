import { UsageError } from './cli-io.ts';
import { type Arguments, type Format, formats } from './command.ts';

/** The format asked for; `allowed` where a command has fewer. */
export function formatOf(args: Arguments, allowed: readonly Format[] = formats): Format {
  const asked = args.value('format') ?? 'text';
  const format = allowed.find((candidate) => candidate === asked);
  if (!format) throw new UsageError(`--format takes ${allowed.join(', ')}, not '${asked}'`);
  return format;
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
