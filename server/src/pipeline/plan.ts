import { dependenciesOf } from './dependencies.ts';
import { devcontainerArguments, type EngineName, engineProgram, runArguments } from './engine.ts';
import { sha256 } from './fingerprint.ts';
import { covers } from './glob.ts';
import { isManual, type Phase, type Pipeline } from './phase.ts';
import type { PhaseStatus } from './staleness.ts';
import { containerName } from './stamp.ts';

/** One phase as it will be run. */
export interface RunStep {
  readonly phase: Phase;
  /** Argument lists, one after the other. */
  readonly commands: readonly (readonly string[])[];
  readonly cwd: string;
  /** For programs on this machine; a container's variables stand in its command. */
  readonly env: Readonly<Record<string, string>>;
  /** The container's name, where we start it. */
  readonly container: string | undefined;
}

export interface RunPlan {
  readonly engine: EngineName;
  readonly steps: readonly RunStep[];
  /** Phases that may not be run, each with the reason in a sentence. */
  readonly refused: readonly { readonly phase: string; readonly reason: string }[];
  /** Of this run. */
  readonly runId: string;
  /** Of all that will be run: the same commands have the same hash. */
  readonly hash: string;
}

export interface PlanOptions {
  readonly engine: EngineName;
  readonly runId: string;
  /** The project's policy: kernel and modules are built in the container only. */
  readonly containerOnly: boolean;
}

/** How phases will be run: what stands in the plan is run to the letter, and nothing else. */
export async function planRun(phases: readonly Phase[], options: PlanOptions): Promise<RunPlan> {
  const steps: RunStep[] = [];
  const refused: { phase: string; reason: string }[] = [];
  for (const phase of phases) {
    const reason = refusal(phase, options);
    if (reason === undefined) steps.push(stepOf(phase, options));
    else refused.push({ phase: phase.name, reason });
  }
  // A run's own id is in the containers' names.
  const what = steps.map(({ commands, cwd, env }) => [commands, cwd, env]);
  const text = JSON.stringify(what).replaceAll(options.runId, '');
  return {
    engine: options.engine,
    runId: options.runId,
    steps,
    refused,
    hash: await sha256(new TextEncoder().encode(text)),
  };
}

function refusal(phase: Phase, { containerOnly }: PlanOptions): string | undefined {
  if (isManual(phase)) {
    return `${phase.name} writes a device: Vermagic never runs it. Verify with «vermagic preflight», then run «${phase.command.join(' ')}» yourself.`;
  }
  const plainHost = phase.place.kind === 'host' && !phase.place.drivesEngine && phase.kind !== 'audit';
  if (containerOnly && plainHost) {
    return `${phase.name} would run outside the container, which the project's policy (containerOnly) forbids. Give it an image: pipeline.container.image in vermagic.json.`;
  }
  return undefined;
}

function stepOf(phase: Phase, { engine, runId }: PlanOptions): RunStep {
  const { place, env, cwd } = phase;
  switch (place.kind) {
    case 'container': {
      const name = containerName(phase, runId);
      const command = runArguments({ engine, place, name, runId, env, command: phase.command });
      return { phase, commands: [command], cwd, env: {}, container: name };
    }
    case 'devcontainer':
      return {
        phase,
        commands: devcontainerArguments(place, { command: phase.command, env, runId }),
        cwd,
        env: {},
        container: undefined,
      };
    case 'host':
      return { phase, commands: [hostCommand(phase, engine)], cwd, env, container: undefined };
  }
}

/** A command that starts the container itself is told the engine that was chosen. */
function hostCommand({ command, place }: Phase, engine: EngineName): readonly string[] {
  const [program = '', ...rest] = command;
  if (place.kind !== 'host' || !place.drivesEngine) return command;
  if (program === 'docker' || program === 'podman') return [...engineProgram(engine), ...rest];
  const variable = place.engineVariable;
  const wanted = engineProgram(engine).join(' ');
  return program === 'make' && variable && variable.value !== wanted
    ? [...command, `${variable.name}=${wanted}`]
    : command;
}

/** What a person asked to be run. */
export interface RunRequest {
  /** A phase by name, with what it stands on as far as that is stale. */
  readonly phase?: string | undefined;
  /** The phases that make this file (a path from the project's folder), fresh or not. */
  readonly making?: string | undefined;
}

/**
 * The phases to run, in order. Without a wish: all that are stale or were never run, and the checks that follow them. An
 * image that is there counts as made.
 */
export function phasesToRun(
  pipeline: Pipeline,
  statuses: readonly PhaseStatus[],
  request: RunRequest,
  imagesThere: ReadonlySet<string> = new Set(),
): readonly Phase[] {
  const { phases } = pipeline;
  const state = new Map(statuses.map((status) => [status.phase.name, status.state]));
  const dependencies = dependenciesOf(phases);
  const wanted = new Set<string>();
  const missing = (phase: Phase) => phase.makesImage !== undefined && !imagesThere.has(phase.makesImage);
  const isStale = (phase: Phase) => !isManual(phase) && (state.get(phase.name) === 'stale' || missing(phase));
  const before = (name: string, include: (phase: Phase) => boolean, seen = new Set<string>()): void => {
    for (const other of dependencies.get(name) ?? []) {
      const phase = phases.find((candidate) => candidate.name === other);
      if (!phase || seen.has(other)) continue;
      seen.add(other);
      if (include(phase)) wanted.add(other);
      before(other, include, seen);
    }
  };
  if (request.phase !== undefined) {
    wanted.add(request.phase);
    before(request.phase, isStale);
  } else if (request.making !== undefined) {
    for (const phase of makersOf(phases, request.making)) {
      wanted.add(phase.name);
      // Modules in a root file system come from the phases that build them.
      const builds = ({ kind }: Phase) => kind === 'kernel' || kind === 'modules' || kind === 'other';
      before(phase.name, (other) => isStale(other) || (phase.kind === 'rootfs' && builds(other)));
    }
  } else {
    for (const phase of phases) {
      if (isManual(phase) || phase.kind === 'audit') continue;
      const made = phase.makesImage !== undefined && imagesThere.has(phase.makesImage);
      if (isStale(phase) || (state.get(phase.name) === 'unknown' && !made)) wanted.add(phase.name);
    }
    for (const phase of phases) {
      const follows = dependencies.get(phase.name)?.some((name) => wanted.has(name));
      if (phase.kind === 'audit' && follows) wanted.add(phase.name);
    }
  }
  return phases.filter((phase) => wanted.has(phase.name));
}

/** Phases whose outputs name a file. */
export function makersOf(phases: readonly Phase[], path: string): readonly Phase[] {
  return phases.filter((phase) => !isManual(phase) && phase.outputs.some((output) => covers(output, path)));
}
