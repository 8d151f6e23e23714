import { counted } from '../findings/counted.ts';
import { abandonedText, stopAbandonedRuns } from '../pipeline/abandoned-runs.ts';
import type { RunEvent } from '../pipeline/run-plan.ts';
import type { Ports } from '../ports/ports.ts';
import { relativePath, uriPath } from '../ports/uri.ts';
import { RebuildProblem, type RebuildRequest, type RebuildResult } from '../service/pipeline-rebuild.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import type { Arguments, Command } from './command.ts';
import { openPipelineFolder } from './pipeline-folder.ts';
import { printable, type Style, severityPaint, styleFor } from './style.ts';
import { uriOf } from './targets.ts';

/** As shells do for a program ended by SIGINT. */
const interrupted = 130;

export const rebuildCommand: Command = {
  name: 'rebuild',
  operands: '[PHASE]',
  summary: 'Runs what is stale, or one phase, in the container; then checks every module again.',
  options: {
    'dry-run': { type: 'boolean', short: 'n', help: 'only shows what would be run' },
    engine: { type: 'string', operand: 'ENGINE', help: 'docker, podman, sudo docker or sudo podman' },
    'stop-abandoned': { type: 'boolean', help: 'only ends builds whose vermagic was killed, with their containers' },
    module: { type: 'string', operand: 'KO', help: 'runs the phases that make this module, fresh or not' },
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports): Promise<number> {
  const [phase, ...more] = args.operands;
  if (more.length > 0) throw new UsageError('takes one phase.');
  if (args.flag('stop-abandoned')) {
    if (ports.processes && ports.journal)
      for (const one of await stopAbandonedRuns(ports.processes, ports.journal)) io.out(`${abandonedText(one)}\n`);
    return exitStatus.clean;
  }
  const module = args.value('module');
  const request: RebuildRequest = {
    phase,
    engine: args.value('engine'),
    ...(module === undefined ? {} : { module: uriOf(io, module), onlyModule: true }),
  };
  try {
    return await rebuild(request, args.flag('dry-run'), io, ports);
  } catch (error) {
    if (error instanceof RebuildProblem) throw new UsageError(error.message);
    throw error;
  }
}

async function rebuild(request: RebuildRequest, dryRun: boolean, io: CliIo, ports: Ports): Promise<number> {
  const style = styleFor(io.colour);
  const { folderUri, rebuilder } = await openPipelineFolder(io, ports);
  for (const text of dryRun ? [] : await rebuilder.stopAbandoned()) io.err(`vermagic: ${printable(text)}\n`);
  const prepared = await rebuilder.plan(folderUri, request);
  const { plan, loaded } = prepared;
  for (const { message } of loaded.problems) io.err(`vermagic: ${printable(message)}\n`);
  for (const { reason } of plan.refused) io.err(`vermagic: ${printable(reason)}\n`);
  if (plan.steps.length === 0) {
    if (plan.refused.length > 0) return exitStatus.findings;
    io.out('Nothing is stale. Name a phase to run it all the same.\n');
    return exitStatus.clean;
  }
  if (dryRun) {
    for (const { phase, commands } of plan.steps) {
      io.out(`${style.bold(printable(phase.name))}\n`);
      for (const command of commands) io.out(`  ${printable(shellWords(command))}\n`);
    }
    return exitStatus.clean;
  }
  const controller = new AbortController();
  const stop = () => controller.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    const result = await rebuilder.run(prepared, {
      signal: controller.signal,
      onEvent: (event) => showEvent(event, io, style),
      runGate: (line) => runGate(line, io, ports),
    });
    io.out(resultText(result, uriPath(loaded.pipeline.rootUri), style));
    if (result.outcome.status === 'cancelled') return interrupted;
    return result.outcome.status === 'done' && result.headers.length === 0 ? exitStatus.clean : exitStatus.findings;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function showEvent(event: RunEvent, io: CliIo, style: Style): void {
  switch (event.type) {
    case 'phase':
      io.err(`${style.bold(`[${event.index + 1}/${event.total}] ${printable(event.phase)}`)}\n`);
      break;
    case 'command':
      io.err(`${style.dim(`$ ${printable(shellWords(event.command))}`)}\n`);
      break;
    case 'output':
      io.err(`${event.lines.join('\n')}\n`);
  }
}

/** Gates are command lines of ours; they run in this process. */
async function runGate(line: string, io: CliIo, ports: Ports): Promise<string | undefined> {
  const { main, commands } = await import('./main.ts');
  const words = line.split(/\s+/).filter((word) => word !== '');
  if (!commands.some((command) => command.name === words[0])) return `there is no command '${words[0] ?? ''}'`;
  let text = '';
  const collect = (part: string): void => {
    text += part;
  };
  const quiet: CliIo = { ...io, colour: false, progress: false, out: collect, err: collect };
  const status = await main(words, quiet, ports, '');
  if (status === exitStatus.clean) return undefined;
  io.err(text);
  return text.trim().split('\n').at(-1) ?? `exit status ${status}`;
}

export function resultText(
  { outcome, messages, verification, headers, status }: RebuildResult,
  root: string,
  style: Style,
): string {
  const lines: string[] = [];
  const rootUri = `file://${root}`;
  if (outcome.status === 'done') lines.push(style.green(`Done: ${printable(outcome.completed.join(', '))}.`));
  else {
    const word = outcome.status === 'cancelled' ? 'Stopped' : 'Failed';
    lines.push(`${style.red(`${word} in ${printable(outcome.failedPhase ?? '')}:`)} ${printable(outcome.cause ?? '')}`);
  }
  for (const { uri, range, severity, message } of messages) {
    const place = uri === undefined ? '' : `${uriPath(uri)}:${range.start.line + 1}:${range.start.character + 1}: `;
    lines.push(`  ${printable(place)}${severityPaint(style, severity)(severity)}: ${printable(message)}`);
  }
  for (const { message } of headers)
    lines.push(`  ${style.red('error')} headers-package-mismatch: ${printable(message)}`);
  const { vanished, remaining } = verification;
  lines.push(`${counted(vanished.length, 'finding')} vanished, ${counted(remaining.length, 'remains', 'remain')}.`);
  for (const { uri, finding } of remaining.slice(0, 10)) {
    lines.push(`  ${printable(relativePath(rootUri, uri))}: ${finding.rule}: ${printable(finding.message)}`);
  }
  if (remaining.length > 10) lines.push(`  … and ${remaining.length - 10} more: vermagic check shows them.`);
  const stale = status.phases.filter(({ state }) => state === 'stale').map(({ phase }) => phase.name);
  if (stale.length > 0) lines.push(`Stale now: ${printable(stale.join(', '))}.`);
  return `${lines.join('\n')}\n`;
}

/** A command as it could be typed into a shell; only shown, never run from this. */
export function shellWords(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
