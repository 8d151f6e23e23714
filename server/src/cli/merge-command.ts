import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ScanReport } from '@vermagic/shared';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import type { Arguments, Command } from './command.ts';
import { mergeScans } from './merge-reports.ts';
import { mergeSarif } from './merge-sarif.ts';
import type { Outcome } from './outcomes.ts';
import { json } from './output-format.ts';
import { statusOfScan } from './scan-options.ts';

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
    const { log, gaps } = mergeSarif(values);
    io.out(json(log));
    const results = log.runs.flatMap((one) => one.results);
    const unread = results.some(({ ruleId }) => ruleId === ('unreadable' satisfies Outcome));
    if (reportGaps(gaps, io) || unread) return exitStatus.usage;
    return results.some(({ level }) => level === 'error') ? exitStatus.findings : exitStatus.clean;
  }
  const { report, gaps } = mergeScans(values as unknown as ScanReport[]);
  io.out(json(report));
  return reportGaps(gaps, io) ? exitStatus.usage : statusOfScan(report);
}

function reportGaps(gaps: readonly string[], io: CliIo): boolean {
  for (const gap of gaps) io.err(`vermagic merge: ${gap}\n`);
  return gaps.length > 0;
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
