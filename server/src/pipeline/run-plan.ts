import type { FileSystem } from '../ports/file-system.ts';
import type { FileWriter } from '../ports/file-writer.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import type { RunJournal } from '../ports/run-journal.ts';
import { uriPath } from '../ports/uri.ts';
import { BuildLog, logUri } from './build-log.ts';
import { type BuildMessage, BuildOutput, causeOf } from './build-output.ts';
import { dependenciesOf } from './dependencies.ts';
import { killArguments, readImageId } from './engine.ts';
import { explainFailure } from './explain-failure.ts';
import { type Fingerprint, Fingerprints } from './fingerprint.ts';
import { covers, isGlob } from './glob.ts';
import { PathMapping } from './path-mapping.ts';
import type { Phase, Pipeline } from './phase.ts';
import type { RunPlan, RunStep } from './plan.ts';
import { newRunId, readStamp, type Stamp, stampUri, writeStamp } from './stamp.ts';
import { runningContainers, stopContainer, stopInDevcontainer, stopNewContainers } from './stop-containers.ts';

export interface RunPorts {
  readonly files: FileSystem;
  readonly processes: ProcessRunner;
  readonly writer: FileWriter;
  readonly journal?: RunJournal | undefined;
}

export type RunEvent =
  | { readonly type: 'phase'; readonly phase: string; readonly index: number; readonly total: number }
  /** One command line about to be run. */
  | { readonly type: 'command'; readonly phase: string; readonly command: readonly string[] }
  /** Lines of output, with paths of this machine. */
  | { readonly type: 'output'; readonly phase: string; readonly lines: readonly string[] };

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: RunEvent) => void;
  readonly now?: () => number;
  /** Runs a command line of vermagic after a phase; resolves to why it did not pass. */
  readonly runGate?: (commandLine: string) => Promise<string | undefined>;
}

export interface RunOutcome {
  readonly status: 'done' | 'failed' | 'cancelled';
  /** Phases that ended well, in order. */
  readonly completed: readonly string[];
  readonly failedPhase: string | undefined;
  /** Why, in a sentence or two; `undefined` when done. */
  readonly cause: string | undefined;
  readonly messages: readonly BuildMessage[];
}

type StepOutcome =
  | { readonly status: 'done'; readonly messages: readonly BuildMessage[] }
  | { readonly status: 'failed' | 'cancelled'; readonly cause: string; readonly messages: readonly BuildMessage[] };

/** Runs the steps one after the other; the first that does not end well ends the run. Every phase leaves a record. */
export async function runPlan(
  ports: RunPorts,
  pipeline: Pipeline,
  plan: RunPlan,
  options: RunOptions = {},
): Promise<RunOutcome> {
  const completed: string[] = [];
  const messages: BuildMessage[] = [];
  const fingerprints = new Fingerprints(ports.files);
  for (const [index, step] of plan.steps.entries()) {
    const { name } = step.phase;
    options.onEvent?.({ type: 'phase', phase: name, index, total: plan.steps.length });
    const outcome = await new StepRun(ports, pipeline, plan, step, fingerprints, options).run();
    messages.push(...outcome.messages);
    if (outcome.status !== 'done') {
      return { status: outcome.status, completed, failedPhase: name, cause: outcome.cause, messages };
    }
    completed.push(name);
  }
  return { status: 'done', completed, failedPhase: undefined, cause: undefined, messages };
}

class StepRun {
  readonly #ports: RunPorts;
  readonly #pipeline: Pipeline;
  readonly #plan: RunPlan;
  readonly #step: RunStep;
  readonly #fingerprints: Fingerprints;
  readonly #options: RunOptions;
  readonly #output: BuildOutput;
  readonly #log = new BuildLog();

  constructor(
    ports: RunPorts,
    pipeline: Pipeline,
    plan: RunPlan,
    step: RunStep,
    fingerprints: Fingerprints,
    options: RunOptions,
  ) {
    this.#ports = ports;
    this.#pipeline = pipeline;
    this.#plan = plan;
    this.#step = step;
    this.#fingerprints = fingerprints;
    this.#options = options;
    const { place } = step.phase;
    this.#output = new BuildOutput(PathMapping.of(step.phase), place.kind === 'container' ? place.workdir : step.cwd);
  }

  async run(): Promise<StepOutcome> {
    const outcome = await this.#run();
    await this.#keepLog(outcome);
    return outcome;
  }

  async #run(): Promise<StepOutcome> {
    const { phase } = this.#step;
    const { rootUri } = this.#pipeline;
    const image = await this.#image();
    if (typeof image === 'object' && image !== null) return this.#failed(image.cause);
    const previous = await readStamp(this.#ports.files, rootUri, phase.name);
    const inputs = await this.#fingerprints.inputs(rootUri, phase);
    const outputs = await this.#fingerprints.outputs(rootUri, phase);
    const stamp: Stamp = {
      version: 1,
      phase: phase.name,
      id: newRunId(),
      status: 'running',
      timeMs: (this.#options.now ?? Date.now)(),
      command: phase.command,
      imageId: image,
      inputs,
      outputs: {},
      upstream: await this.#upstream(),
    };
    const unwritten = await this.#record(stamp);
    if (unwritten !== undefined) return this.#failed(unwritten);
    const outcome = await this.#runCommands();
    const made = await this.#fingerprints.outputs(rootUri, phase);
    if (outcome.status === 'done') return this.#finish(stamp, made);
    // Untouched outputs are still what the run before made.
    const untouched = JSON.stringify(made) === JSON.stringify(outputs);
    if (untouched && previous) await this.#record(previous);
    else if (untouched) await this.#ports.writer.remove(stampUri(rootUri, phase.name)).catch(() => undefined);
    else await this.#record({ ...stamp, status: outcome.status === 'cancelled' ? 'interrupted' : 'failed' });
    return outcome;
  }

  /** The outputs have to be there, and the gates to pass, before a phase counts as done. */
  async #finish(stamp: Stamp, made: Fingerprint): Promise<StepOutcome> {
    const { phase } = this.#step;
    const { rootUri } = this.#pipeline;
    const lacking = phase.outputs.filter((output) => (isGlob(output) ? made[output] === null : !made[output]));
    if (lacking.length > 0) {
      await this.#record({ ...stamp, status: 'failed' });
      return this.#failed(`${phase.name} ended well, but did not make ${lacking.join(', ')}.`);
    }
    for (const gate of phase.gate) {
      const { runGate } = this.#options;
      const reason = runGate ? await runGate(gate) : 'it cannot be run here';
      if (reason === undefined) continue;
      await this.#record({ ...stamp, status: 'failed' });
      return this.#failed(`The gate «vermagic ${gate}» after ${phase.name} does not pass: ${reason}`);
    }
    // What the phase itself writes counts as it is now; what someone edited meanwhile, as it was when the run began.
    const now = await this.#fingerprints.inputs(rootUri, phase);
    const own = (path: string) => phase.outputs.some((output) => covers(output, path));
    const inputs = Object.fromEntries(
      Object.entries(stamp.inputs).map(([path, before]) => [path, own(path) ? (now[path] ?? null) : before]),
    );
    const image = await this.#image();
    const imageId = typeof image === 'string' ? image : stamp.imageId;
    const unwritten = await this.#record({ ...stamp, status: 'complete', inputs, outputs: made, imageId });
    return unwritten === undefined ? { status: 'done', messages: this.#output.messages } : this.#failed(unwritten);
  }

  async #runCommands(): Promise<StepOutcome> {
    const { processes, journal } = this.#ports;
    const { phase, commands, cwd, env, container } = this.#step;
    const { signal, onEvent } = this.#options;
    const { engine } = this.#plan;
    const folder = phase.cwd;
    const drives = phase.place.kind === 'host' && phase.place.drivesEngine;
    const before = drives ? await runningContainers(processes, engine) : new Set<string>();
    // The engine's client may not hand the signal on: the container is ended by its name as well.
    const abort = () =>
      void (container !== undefined && processes.run(killArguments(engine, container), { timeoutMs: 20_000 }));
    signal?.addEventListener('abort', abort, { once: true });
    const run = await this.#note(before);
    try {
      for (const command of commands) {
        onEvent?.({ type: 'command', phase: phase.name, command });
        const result = await processes.run(command, {
          cwd,
          env,
          ...(signal ? { signal } : {}),
          onOutput: (text) => this.#show(this.#output.push(text)),
          onStart: (pid) => void journal?.started(run, pid),
        });
        this.#show(this.#output.end());
        if (signal?.aborted) {
          const gone = container === undefined || (await stopContainer(processes, engine, container));
          if (drives) await stopNewContainers(processes, engine, before, folder);
          const { place } = phase;
          if (place.kind === 'devcontainer') await stopInDevcontainer(processes, place.hostPath, run);
          const rest = gone ? '' : ` The container ${container} is still there: «${engine} rm --force ${container}».`;
          return { status: 'cancelled', cause: `${phase.name} was stopped.${rest}`, messages: this.#output.messages };
        }
        if (result.status !== 0) {
          if (container !== undefined) await stopContainer(processes, engine, container);
          return this.#failed(this.#why(result, command));
        }
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      await journal?.end(run);
    }
    return { status: 'done', messages: this.#output.messages };
  }

  /** Noted down outside of the project while it lasts, so that it is found if this process is killed. */
  async #note(before: ReadonlySet<string>): Promise<string> {
    const { phase, container } = this.#step;
    const { engine, runId } = this.#plan;
    const timeMs = (this.#options.now ?? Date.now)();
    const record = { id: runId, phase: phase.name, folder: uriPath(this.#pipeline.rootUri), engine, container };
    const devcontainer = phase.place.kind === 'devcontainer' ? phase.place.hostPath : undefined;
    await this.#ports.journal?.begin({ ...record, devcontainer, before: [...before], timeMs });
    return runId;
  }

  #why(result: Awaited<ReturnType<ProcessRunner['run']>>, command: readonly string[]): string {
    const { phase } = this.#step;
    const cause = causeOf(this.#output.messages);
    const contained = phase.place.kind === 'container';
    const explained = explainFailure(result, {
      program: contained ? this.#plan.engine : (command[0] ?? ''),
      cwd: this.#step.cwd,
      command: phase.command,
      ...this.#imageContext(),
    });
    // A full disk or a killed container is what the compiler's errors follow from.
    if (explained !== undefined) return explained;
    if (cause) {
      const place =
        cause.file === undefined ? '' : `${cause.file}${cause.line === undefined ? '' : `:${cause.line}`}: `;
      return `${place}${cause.message}`;
    }
    const last = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? '';
    return `${phase.command.join(' ')} ended with status ${result.status ?? 'none'}${last === '' ? '.' : `: ${last}`}`;
  }

  /** The id of the image that the phase runs in; `null` when it runs in none. */
  async #image(): Promise<string | null | { readonly cause: string }> {
    const { place } = this.#step.phase;
    const { signal } = this.#options;
    if (place.kind !== 'container') return null;
    const found = await readImageId(this.#ports.processes, this.#plan.engine, place.image, signal);
    if ('id' in found) return found.id;
    const context = { program: this.#plan.engine, ...this.#imageContext() };
    const detail = found.result.stderr.trim().split('\n').at(-1) ?? '';
    const cause =
      explainFailure(found.result, context) ?? `${this.#plan.engine} does not know the image ${place.image}. ${detail}`;
    return { cause };
  }

  #imageContext(): { image?: string; imageMaker?: string } {
    const { place } = this.#step.phase;
    if (place.kind !== 'container') return {};
    const maker = this.#pipeline.phases.find((phase: Phase) => phase.makesImage === place.image);
    return {
      image: place.image,
      ...(maker ? { imageMaker: `the phase ${maker.name} («vermagic rebuild ${maker.name}»)` } : {}),
    };
  }

  async #upstream(): Promise<Readonly<Record<string, string>>> {
    const names = dependenciesOf(this.#pipeline.phases).get(this.#step.phase.name) ?? [];
    const found: Record<string, string> = {};
    for (const name of names) {
      const stamp = await readStamp(this.#ports.files, this.#pipeline.rootUri, name);
      if (stamp?.status === 'complete') found[name] = stamp.id;
    }
    return found;
  }

  async #record(stamp: Stamp): Promise<string | undefined> {
    try {
      await writeStamp(this.#ports.writer, this.#pipeline.rootUri, stamp);
      return undefined;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const full = /ENOSPC|no space left/i.test(detail) ? 'The disk is full. ' : '';
      return `${full}The record of the run cannot be written: ${detail}`;
    }
  }

  /** A log that cannot be kept (the disk is full) takes nothing from what was built. */
  async #keepLog(outcome: StepOutcome): Promise<void> {
    const { phase, commands } = this.#step;
    const head = commands.map((command) => `$ ${command.join(' ')}`).join('\n');
    const end = outcome.status === 'done' ? `${phase.name}: done` : `${phase.name} ${outcome.status}: ${outcome.cause}`;
    const { writer } = this.#ports;
    await writer
      .writeFile(logUri(this.#pipeline.rootUri, phase.name), this.#log.text(head, end))
      .catch(() => undefined);
  }

  #show(lines: readonly string[]): void {
    this.#log.push(lines);
    if (lines.length > 0) this.#options.onEvent?.({ type: 'output', phase: this.#step.phase.name, lines });
  }

  #failed(cause: string): StepOutcome {
    const status = this.#options.signal?.aborted ? 'cancelled' : 'failed';
    return { status, cause, messages: this.#output.messages };
  }
}
