import type { ProcessResult } from '../ports/process-runner.ts';

export interface FailureContext {
  /** The engine as named, or the program. */
  readonly program: string;
  readonly image?: string;
  /** What makes the image: a phase, or a command that a person can type. */
  readonly imageMaker?: string;
  readonly cwd?: string;
  readonly command?: readonly string[];
}

type Explanation = (context: FailureContext) => string;

/** What engines print, and what it means. The first that fits counts. */
const messages: readonly (readonly [RegExp, Explanation])[] = [
  [
    /no space left on device/i,
    () =>
      "The disk is full. Make room (the engine's own: «docker system prune», «podman system prune»), then run it again.",
  ],
  [
    /sudo: (?:a password is required|a terminal is required|sorry)/i,
    () =>
      'sudo wants a password, which cannot be asked for here. Join the group docker, use rootless podman, or allow it in sudoers.',
  ],
  [
    /permission denied.{0,80}(?:docker\.sock|docker daemon|docker API)|(?:docker\.sock|docker daemon|docker API).{0,200}permission denied/is,
    () =>
      'No permission to use the Docker daemon. Join the group docker («sudo usermod -aG docker $USER», then log in again), or set the engine to "sudo docker" or "podman".',
  ],
  [
    /cannot connect to the docker daemon|is the docker daemon running|failed to connect to the docker API|error during connect/i,
    () => 'The Docker daemon does not run. Start it («sudo systemctl start docker»), or set the engine to "podman".',
  ],
  [
    /newuidmap|newgidmap|subuid|subgid|cannot set up namespace|user namespaces are not enabled/i,
    () =>
      'Rootless podman is not set up for this user: /etc/subuid and /etc/subgid need a line for it («sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER», then «podman system migrate»).',
  ],
  [
    /no such image|image not known|unable to find image|no such object|manifest unknown|reading manifest|repository does not exist/i,
    ({ image, imageMaker }) =>
      `There is no image ${image ?? 'of that name'} on this machine. ${imageMaker === undefined ? 'Build or pull it first.' : `Make it with ${imageMaker}.`}`,
  ],
  [
    /bind source path does not exist|no such file or directory.{0,40}(?:mount|bind)|statfs [^\n]*no such file/i,
    () => 'A folder that the container is to see does not exist on this machine; see the last lines.',
  ],
  [
    /executable file (?:`[^`]*` )?not found|exec: "[^"]*": (?:executable file not found|stat)|no such file or directory: OCI runtime/i,
    ({ command, image }) =>
      `The image ${image ?? ''} has no program ${command?.[0] ?? 'of that name'}. Add it to the image.`,
  ],
];

/**
 * Why a program did not do its work, in one or two sentences with what to do. `undefined` when it ran and failed by its
 * own judgement, so that its output has to say it.
 */
export function explainFailure(result: ProcessResult, context: FailureContext): string | undefined {
  const { program, cwd } = context;
  switch (result.failure) {
    case 'not-found':
      return notFound(program);
    case 'no-permission':
      return `${program} is there, but may not be run (no execute permission).`;
    case 'bad-folder':
      return `The folder to run in, ${cwd ?? ''}, does not exist.`;
    case 'timeout':
      return `${program} did not answer in time.`;
    case 'cancelled':
      return 'Stopped.';
    case 'untrusted':
      return `${program} was not started: the workspace is not trusted.`;
    case 'io':
      return `${program} could not be started.`;
    case undefined:
      break;
  }
  const text = result.stderr.slice(-16_000);
  for (const [pattern, explain] of messages) if (pattern.test(text)) return explain(context);
  if (result.endedBy !== undefined) return `${program} was ended by ${result.endedBy} from outside.`;
  if (result.status === 137) {
    return 'The container was killed (SIGKILL): by someone, or by the system because memory ran out («dmesg» would say "Out of memory").';
  }
  if (result.status === 143) return 'The container was ended from outside (SIGTERM).';
  if (result.status === 125) return `${program} could not start the container: ${lastLine(text)}`;
  return undefined;
}

function notFound(program: string): string {
  if (program === 'devcontainer') {
    return 'There is no program devcontainer. Install it («npm install --global @devcontainers/cli»), or name docker or podman as the engine.';
  }
  if (/docker|podman/.test(program)) {
    const other = program.includes('docker') ? 'podman' : 'docker';
    return `There is no ${program} on this machine. Install it, or name another engine (pipeline.container.engine in vermagic.json, or --engine): ${other}.`;
  }
  return `There is no program ${program} on this machine.`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() || 'it does not say why';
}
