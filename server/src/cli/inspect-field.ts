import type { ModinfoEntry } from '../module/kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import { readModinfo } from '../module/read-modinfo.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, exitStatus } from './cli-io.ts';
import type { Format } from './command.ts';
import type { ModuleOperand } from './modules.ts';
import { findingsText, json } from './output-format.ts';
import { unreadableFinding } from './unreadable-finding.ts';

/** Lines are printed when so many are there. */
const linesAtOnce = 4096;

/**
 * Prints the values that `.modinfo` of each module has under one key. A module that has none prints nothing, as with modinfo;
 * JSON names it with an empty list.
 * @param left why some operands were left out.
 */
export async function inspectField(
  key: string,
  modules: readonly ModuleOperand[],
  left: readonly string[],
  format: Format,
  io: CliIo,
  ports: Ports,
  version: string,
): Promise<number> {
  const problems = [...left];
  const reports: { path: string; field: string; values: string[] }[] = [];
  let lines: string[] = [];
  for (const { path, uri } of modules) {
    const modinfo = io.platform?.readRanges(uri, readModinfo()) ?? (await inFull(uri, path, ports, problems));
    const values = modinfo.flatMap((entry) => (entry.key === key && entry.bare === undefined ? [entry.value] : []));
    if (format === 'json') reports.push({ path, field: key, values });
    else if (format === 'text') lines.push(...values);
    if (lines.length < linesAtOnce) continue;
    io.out(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (format === 'json') io.out(json(reports));
  else if (format !== 'text') {
    const findings = problems.map((problem) => unreadableFinding(problem, '.'));
    io.out(await findingsText(format, findings, version));
  } else if (lines.length > 0) io.out(`${lines.join('\n')}\n`);
  for (const problem of problems) io.err(`vermagic inspect: ${problem}\n`);
  return problems.length > 0 ? exitStatus.usage : exitStatus.clean;
}

/** Compressed modules, and such as are not quite regular. */
async function inFull(uri: string, path: string, ports: Ports, problems: string[]): Promise<readonly ModinfoEntry[]> {
  const module = await openKernelModule(ports, uri);
  if (module.elf === undefined) {
    problems.push(`${path}: ${module.problems[0]?.message ?? 'It is no kernel module.'}`);
  }
  return module.modinfo;
}
