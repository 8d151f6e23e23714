import type { EngineName } from '../pipeline/engine.ts';
import type { PhaseState, PhaseStatus } from '../pipeline/staleness.ts';
import type { Ports } from '../ports/ports.ts';
import { relativePath, uriPath } from '../ports/uri.ts';
import { RebuildProblem } from '../service/pipeline-rebuild.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { formatOf, json } from './output-format.ts';
import { openPipelineFolder } from './pipeline-folder.ts';
import { printable, type Style, styleFor } from './style.ts';

export const statusCommand: Command = {
  name: 'status',
  operands: '',
  summary: 'Says which build phases are stale, why, and what to run, in order.',
  options: {
    engine: { type: 'string', operand: 'ENGINE', help: 'docker, podman, sudo docker or sudo podman' },
    'no-engine': { type: 'boolean', help: 'runs nothing: ids of images are not compared' },
    format: { ...formatOption.format, help: 'text (default) or json' },
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports): Promise<number> {
  const format = formatOf(args, ['text', 'json']);
  if (args.operands.length > 0) throw new UsageError('takes no operands; run it in the project.');
  const { folderUri, rebuilder } = await openPipelineFolder(io, ports);
  const loaded = await rebuilder.load(folderUri);
  const { pipeline, problems } = loaded;
  for (const { message } of problems) io.err(`vermagic: ${printable(message)}\n`);
  let engine: EngineName | undefined;
  if (!args.flag('no-engine')) {
    engine = await rebuilder.engine(pipeline, args.value('engine')).catch((error: unknown) => {
      if (args.value('engine') !== undefined && error instanceof RebuildProblem) throw new UsageError(error.message);
      return undefined;
    });
  }
  const { phases, findings } = await rebuilder.status(loaded, engine);
  const stale = phases.some(({ state }) => state === 'stale');
  const report = {
    folder: uriPath(pipeline.rootUri),
    source: pipeline.source,
    phases: phases.map(({ phase, state, reasons, after, stamp }) => ({
      name: phase.name,
      kind: phase.kind,
      state,
      command: phase.command,
      after,
      reasons: reasons.map(({ message }) => message),
      lastRun: stamp ? new Date(stamp.timeMs).toISOString() : null,
    })),
    findings: findings.map(({ rule, severity, message, where }) => ({
      rule,
      severity,
      message,
      path: where ? relativePath(pipeline.rootUri, where.uri) : null,
      line: where ? where.range.start.line + 1 : null,
    })),
  };
  for (const { record, watched } of (await ports.journal?.others()) ?? []) {
    if (record.folder !== uriPath(pipeline.rootUri)) continue;
    const how = watched
      ? 'is running'
      : 'may still be running, but its Vermagic is gone: «vermagic rebuild --stop-abandoned» ends it';
    io.err(`vermagic: the phase ${printable(record.phase)} ${how}.\n`);
  }
  if (format === 'json') io.out(json(report));
  else io.out(statusText(phases, pipeline.source, styleFor(io.colour)));
  if (phases.length === 0 || loaded.misunderstood.length > 0) return exitStatus.usage;
  return stale ? exitStatus.findings : exitStatus.clean;
}

const words: Readonly<Record<PhaseState, string>> = {
  fresh: 'fresh',
  stale: 'STALE',
  unknown: 'not recorded',
  'by-hand': 'by hand',
};

export function statusText(phases: readonly PhaseStatus[], source: string, style: Style): string {
  if (phases.length === 0) {
    return 'No build phases: there is no pipeline in vermagic.json, and nothing in the project shows how it is built.\n';
  }
  const width = Math.max(...phases.map(({ phase }) => phase.name.length));
  const lines = [style.dim(source === 'detected' ? 'Pipeline as detected:' : 'Pipeline of vermagic.json:')];
  for (const { phase, state, reasons, stamp } of phases) {
    const paint = state === 'stale' ? style.red : state === 'fresh' ? style.green : style.dim;
    const when = stamp ? style.dim(`  ${new Date(stamp.timeMs).toISOString().slice(0, 16).replace('T', ' ')}`) : '';
    lines.push(
      `  ${paint(words[state].padEnd(12))} ${printable(phase.name).padEnd(width)}  ${style.dim(printable(phase.command.join(' ')))}${when}`,
    );
    for (const { message } of reasons)
      lines.push(`  ${' '.repeat(12)} ${style.yellow('because')} ${printable(message)}`);
  }
  const stale = phases.filter(({ state }) => state === 'stale');
  const runs = stale.filter(({ phase }) => phase.kind !== 'flash').map(({ phase }) => phase.name);
  const byHand = stale.filter(({ phase }) => phase.kind === 'flash').map(({ phase }) => phase.name);
  if (runs.length > 0) {
    const then = byHand.length > 0 ? `, then ${byHand.join(', ')} yourself` : '';
    lines.push(
      '',
      `Run, in this order: ${printable(runs.join(', '))}${printable(then)}. «vermagic rebuild» runs them.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
