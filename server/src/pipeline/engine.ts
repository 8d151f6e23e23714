import type { ProcessResult, ProcessRunner } from '../ports/process-runner.ts';
import type { ContainerPlace, DevcontainerPlace, Mount } from './phase.ts';

/** Engines by the name that settings and `vermagic.json` give them. Nothing else is ever started as an engine. */
const engines = {
  docker: ['docker'],
  podman: ['podman'],
  // Never asks for a password: nobody could answer.
  'sudo docker': ['sudo', '-n', 'docker'],
  'sudo podman': ['sudo', '-n', 'podman'],
} as const satisfies Record<string, readonly string[]>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as readonly EngineName[];

export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(engines, name);
}

/** The program of an engine with the words that always stand before its subcommand. */
export function engineProgram(engine: EngineName): readonly string[] {
  return engines[engine];
}

/** The label by which a container is known as ours, with the id of the run. */
export const runLabel = 'vermagic.run';

export interface ContainerRun {
  readonly engine: EngineName;
  readonly place: ContainerPlace;
  /** Name of the container, so that it can be stopped. */
  readonly name: string;
  /** Of the run; the container carries it as a label. */
  readonly runId: string;
  readonly env: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/**
 * The argument list that runs a command in a container. Paths and values are whole arguments, and none of them can be
 * taken for an option: mounts and variables stand behind `=`, and the image's name is checked before.
 */
export function runArguments({ engine, place, name, runId, env, command }: ContainerRun): readonly string[] {
  const isPodman = engine.endsWith('podman');
  return [
    ...engines[engine],
    'run',
    '--rm',
    `--name=${name}`,
    `--label=${runLabel}=${runId}`,
    // A missing image is told, never fetched from wherever the engine thinks.
    '--pull=never',
    // Without this, folders of this machine cannot be read where SELinux is on.
    ...(isPodman ? ['--security-opt=label=disable'] : []),
    ...place.mounts.map((mount) => `--mount=${mountField(mount)}`),
    `--workdir=${place.workdir}`,
    ...(place.user === undefined ? [] : [`--user=${place.user}`]),
    ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
    place.image,
    ...command,
  ];
}

/** Both engines read the value as one line of CSV. */
function mountField({ hostPath, containerPath, readOnly }: Mount): string {
  const fields = [`type=bind`, `source=${hostPath}`, `target=${containerPath}`, ...(readOnly ? ['readonly'] : [])];
  return fields.map((field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** What devcontainer's own tool is asked: to bring the container up, and to run a command in it. */
export function devcontainerArguments(
  place: DevcontainerPlace,
  { command, env, runId }: Pick<ContainerRun, 'command' | 'env' | 'runId'>,
): readonly string[][] {
  const folder = ['--workspace-folder', place.hostPath];
  const values = Object.entries({ ...env, [runVariable]: runId }).flatMap(([key, value]) => [
    '--remote-env',
    `${key}=${value}`,
  ]);
  return [
    ['devcontainer', 'up', ...folder],
    ['devcontainer', 'exec', ...folder, ...values, ...command],
  ];
}

/** What every process of a run has in its environment, where the container is not ours to end. */
const runVariable = 'VERMAGIC_RUN';

/** Ends all of a run inside a devcontainer, which itself stays up: others use it. */
export function devcontainerStopArguments(hostPath: string, runId: string): readonly string[] {
  const script = `for e in /proc/[0-9]*/environ; do
  if tr '\\0' '\\n' < "$e" 2>/dev/null | grep -qx "${runVariable}=$1"; then p=\${e#/proc/}; kill -KILL "\${p%/environ}"; fi
done`;
  return ['devcontainer', 'exec', '--workspace-folder', hostPath, 'sh', '-c', script, 'sh', runId];
}

/** Ends a container at once; `--rm` takes it away. */
export function killArguments(engine: EngineName, name: string): readonly string[] {
  return [...engines[engine], 'kill', name];
}

/** Takes a container away that `--rm` left behind. */
export function removeArguments(engine: EngineName, name: string): readonly string[] {
  return [...engines[engine], 'rm', '--force', name];
}

/** Prints the id of an image. */
export function imageIdArguments(engine: EngineName, image: string): readonly string[] {
  return [...engines[engine], 'image', 'inspect', '--format={{.Id}}', image];
}

/** A reference as registries define it; so it cannot start with a dash and be taken for an option. */
export function isImageName(image: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(image) && image.length <= 512;
}

export function isEnvironmentName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
}

const probeMs = 15_000;

/** The first engine that is there: the one asked for, or docker, or podman. */
export async function findEngine(processes: ProcessRunner): Promise<EngineName | undefined> {
  for (const engine of ['docker', 'podman'] as const) {
    const { status } = await processes.run([...engines[engine], '--version'], { timeoutMs: probeMs });
    if (status === 0) return engine;
  }
  return undefined;
}

/** The id of an image, or the result that says why there is none. */
export async function readImageId(
  processes: ProcessRunner,
  engine: EngineName,
  image: string,
  signal?: AbortSignal,
): Promise<{ readonly id: string } | { readonly result: ProcessResult }> {
  const result = await processes.run(imageIdArguments(engine, image), {
    timeoutMs: probeMs,
    ...(signal ? { signal } : {}),
  });
  const id = result.stdout.trim();
  return result.status === 0 && id !== '' ? { id: id.startsWith('sha256:') ? id : `sha256:${id}` } : { result };
}
