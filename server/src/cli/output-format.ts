import { UsageError } from './cli-io.ts';
import { type Arguments, type Format, formats } from './command.ts';
import type { PlacedFinding } from './sarif.ts';

/** The format asked for; `allowed` where a command has fewer. */
export function formatOf(args: Arguments, allowed: readonly Format[] = formats): Format {
  const asked = args.value('format') ?? 'text';
  const format = allowed.find((candidate) => candidate === asked);
  if (!format) throw new UsageError(`--format takes ${allowed.join(', ')}, not '${asked}'`);
  return format;
}

/** The formats that hold findings and nothing else, as text. */
export async function findingsText(
  format: 'sarif' | 'github',
  findings: readonly PlacedFinding[],
  version: string,
): Promise<string> {
  if (format === 'github') return (await import('./github.ts')).githubAnnotations(findings);
  return `${(await import('./sarif.ts')).sarif(findings, version)}\n`;
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
