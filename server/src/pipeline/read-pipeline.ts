import { fileStart, type Location } from '../findings/finding.ts';
import type { Problem } from '../ports/parsed.ts';
import { joinUri, parentUri, uriPath } from '../ports/uri.ts';
import { isEnvironmentName, isImageName } from './engine.ts';
import { isGlob } from './glob.ts';
import {
  type HostPlace,
  kindOfName,
  type Mount,
  type Phase,
  type PhaseKind,
  type PhasePlace,
  type Pipeline,
  parseInput,
  phaseKinds,
} from './phase.ts';

/** The container of a whole pipeline or of one phase, as `vermagic.json` writes it. */
export interface ContainerSource {
  readonly engine?: string | undefined;
  readonly image?: string | undefined;
  /** `HOST:CONTAINER[:ro]`. */
  readonly mounts?: readonly string[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
}

export interface PhaseSource {
  readonly name: string;
  readonly command: readonly string[];
  readonly kind?: string | undefined;
  /** `false`: on this machine. */
  readonly container?: boolean | ContainerSource | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly makesImage?: string | undefined;
  readonly gate?: readonly string[] | undefined;
  readonly after?: readonly string[] | undefined;
}

export interface PipelineSource {
  readonly container?: ContainerSource | undefined;
  readonly phases?: readonly PhaseSource[] | undefined;
}

export interface ReadOptions {
  /** Where the phase of this index stands in the file. */
  readonly where?: (index: number) => Location;
  /** Whether a command starts a container itself, so that it has to run on this machine. */
  readonly drivesEngine?: (command: readonly string[]) => boolean;
  /** The make variable that names the engine. */
  readonly engineVariable?: HostPlace['engineVariable'];
}

/** Where the project's folder lies in a container unless the project says otherwise. */
export const defaultWorkdir = '/src';

/** The phases that `vermagic.json` names. What cannot be run safely is left out, and said. */
export function readPipeline(
  source: PipelineSource,
  projectUri: string,
  options: ReadOptions = {},
): { readonly pipeline: Pipeline; readonly problems: readonly Problem[] } {
  const rootUri = parentUri(projectUri);
  const problems: Problem[] = [];
  const phases: Phase[] = [];
  (source.phases ?? []).forEach((given, index) => {
    const where = options.where?.(index) ?? { uri: projectUri, range: fileStart };
    const report = (message: string) =>
      problems.push({ message: `phase ${given.name}: ${message}`, line: where.range.start.line });
    if (phases.some((phase) => phase.name === given.name)) {
      report('there is another one of this name');
      return;
    }
    const cwd = hostPath(rootUri, given.cwd ?? '.');
    const place = placeOf(source.container, given, rootUri, cwd, options, report);
    if (!place) return;
    const env = Object.entries(given.env ?? {}).filter(([name]) => {
      if (isEnvironmentName(name)) return true;
      report(`"${name}" is no name of an environment variable`);
      return false;
    });
    const kind = phaseKinds.find((candidate) => candidate === given.kind) ?? kindOf(given);
    phases.push({
      name: given.name,
      kind,
      command: given.command,
      place,
      cwd,
      env: Object.fromEntries(env),
      inputs: (given.inputs ?? []).map(parseInput),
      outputs: given.outputs ?? [],
      makesImage: given.makesImage,
      gate: given.gate ?? [],
      after: given.after,
      where,
      why: 'vermagic.json',
    });
  });
  return { pipeline: { rootUri, engine: source.container?.engine, source: 'vermagic.json', phases }, problems };
}

/** Flashing is recognised by the command too: what writes a device must never run unasked. */
function kindOf({ name, command }: PhaseSource): PhaseKind {
  if (command.some((word) => kindOfName(word.replace(/^.*\//, '')) === 'flash')) return 'flash';
  return kindOfName(name);
}

function placeOf(
  common: ContainerSource | undefined,
  given: PhaseSource,
  rootUri: string,
  cwd: string,
  options: ReadOptions,
  report: (message: string) => void,
): PhasePlace | undefined {
  const own = typeof given.container === 'object' ? given.container : undefined;
  const drivesEngine = options.drivesEngine?.(given.command) ?? false;
  if (given.container === false || (given.container === undefined && drivesEngine))
    return { kind: 'host', drivesEngine, engineVariable: drivesEngine ? options.engineVariable : undefined };
  const workdir = own?.workdir ?? common?.workdir ?? defaultWorkdir;
  if ((own?.engine ?? common?.engine) === 'devcontainer') {
    return { kind: 'devcontainer', hostPath: uriPath(rootUri), containerPath: workdir };
  }
  const image = own?.image ?? common?.image;
  if (image === undefined) {
    if (given.container === undefined) return { kind: 'host', drivesEngine };
    report('it is to run in a container, but no image is named (pipeline.container.image)');
    return undefined;
  }
  if (!isImageName(image)) {
    report(`"${image}" is no name of an image`);
    return undefined;
  }
  const root = uriPath(rootUri);
  const mounts: Mount[] = [{ hostPath: root, containerPath: workdir, readOnly: false }];
  for (const text of [...(common?.mounts ?? []), ...(own?.mounts ?? [])]) {
    const mount = parseMount(text, rootUri);
    if (mount) mounts.push(mount);
    else report(`the mount "${text}" is not of the form HOST:CONTAINER or HOST:CONTAINER:ro`);
  }
  const inside =
    cwd === root ? workdir : cwd.startsWith(`${root}/`) ? `${workdir}${cwd.slice(root.length)}` : undefined;
  if (inside === undefined) report('its cwd lies outside the project, where the container cannot see it');
  const user = own?.user ?? common?.user;
  return { kind: 'container', image, mounts, workdir: inside ?? workdir, user };
}

/** `HOST:CONTAINER[:ro]`; the host's part may be relative to the project. */
export function parseMount(text: string, rootUri: string): Mount | undefined {
  const match = /^(.+?):(\/[^:]*)(?::(ro|rw))?$/.exec(text);
  if (!match?.[1] || !match[2] || isGlob(match[1])) return undefined;
  return { hostPath: hostPath(rootUri, match[1]), containerPath: match[2], readOnly: match[3] === 'ro' };
}

function hostPath(rootUri: string, path: string): string {
  return path.startsWith('/') ? uriPath(joinUri('file://', path)) : uriPath(joinUri(rootUri, path));
}
