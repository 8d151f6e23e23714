import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScanReport } from '@vermagic/shared';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import type { Arguments, Command } from './command.ts';
import { mergeScans } from './merge-reports.ts';
import { mergeSarif } from './merge-sarif.ts';
import { json } from './output-format.ts';
import { hasErrors } from './scan-options.ts';

export const mergeCommand: Command = {
  name: 'merge',
  operands: 'FILE…',
  summary: 'Puts the JSON or SARIF reports of several scans together.',
  options: {},
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports): Promise<number> {
  if (args.operands.length === 0) throw new UsageError('name the reports to put together.');
  const reports: { readonly name: string; readonly value: Record<string, unknown> }[] = [];
  for (const name of args.operands) {
    const uri = pathToFileURL(path.resolve(io.cwd, name)).href;
    const bytes = await ports.files.readFile(uri, limits.reportBytes).catch((error: unknown) => {
      throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    reports.push({ name, value: parse(name, new TextDecoder().decode(bytes)) });
  }
  const kinds = new Set(reports.map(({ name, value }) => kindOf(name, value)));
  if (kinds.size > 1)
    throw new UsageError(
      'some of these files are JSON of vermagic scan and some are SARIF; merge each kind by itself.',
    );
  const values = reports.map(({ value }) => value);
  if (kinds.has('sarif')) {
    const merged = mergeSarif(values);
    io.out(json(merged));
    return merged.runs.some((one) => one.results.some((result) => result.level === 'error'))
      ? exitStatus.findings
      : exitStatus.clean;
  }
  const merged = mergeScans(values as unknown as ScanReport[]);
  for (const gap of merged.gaps) io.err(`vermagic merge: ${gap}\n`);
  io.out(json(merged.report));
  if (hasErrors(merged.report)) return exitStatus.findings;
  return merged.gaps.length > 0 || merged.report.unreadable.length > 0 ? exitStatus.usage : exitStatus.clean;
}

function parse(name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `${name} is no whole JSON file: ${error instanceof Error ? error.message : String(error)}. Run that part again.`,
    );
  }
  throw new UsageError(`${name} is no report of vermagic scan.`);
}

function kindOf(name: string, value: Record<string, unknown>): 'sarif' | 'scan' {
  if (value['version'] === '2.1.0' && Array.isArray(value['runs'])) return 'sarif';
  if (typeof value['modules'] === 'number' && Array.isArray(value['results']) && Array.isArray(value['findings']))
    return 'scan';
  throw new UsageError(`${name} is neither JSON of vermagic scan nor SARIF 2.1.0.`);
}
