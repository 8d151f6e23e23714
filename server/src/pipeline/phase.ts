import type { Location } from '../findings/finding.ts';

/** What a phase is for. The order is the order in which an image comes about. */
export const phaseKinds = ['image', 'source', 'kernel', 'modules', 'headers', 'rootfs', 'audit', 'flash'] as const;
export type PhaseKind = (typeof phaseKinds)[number] | 'other';

/** A folder or file of this machine, seen from inside a container. Paths are absolute. */
export interface Mount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerPlace {
  readonly kind: 'container';
  readonly image: string;
  readonly mounts: readonly Mount[];
  /** Working folder inside. */
  readonly workdir: string;
  /** `user[:group]` inside; `undefined` leaves it to the image. */
  readonly user: string | undefined;
}

export interface DevcontainerPlace {
  readonly kind: 'devcontainer';
  /** The folder that holds devcontainer.json or .devcontainer. */
  readonly hostPath: string;
  readonly containerPath: string;
}

export interface HostPlace {
  readonly kind: 'host';
  /** The command starts a container itself (`make build` whose recipe says `docker run`). */
  readonly drivesEngine: boolean;
  /** The make variable that names the engine (`ENGINE ?= docker`), with the value it has. */
  readonly engineVariable?: { readonly name: string; readonly value: string } | undefined;
}

export type PhasePlace = ContainerPlace | DevcontainerPlace | HostPlace;

/** What a phase is made from: a file, a glob, or single values of a configuration (`versions.env#LOCALVERSION`). */
export interface PhaseInput {
  /** As written; the name under which its state is recorded. */
  readonly name: string;
  /** Path or glob, from the project's folder or absolute. */
  readonly path: string;
  /** Only these values of it count. */
  readonly keys: readonly string[] | undefined;
}

export interface Phase {
  readonly name: string;
  readonly kind: PhaseKind;
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly place: PhasePlace;
  /** Absolute path on this machine that the command starts in, or that `workdir` stands for. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly inputs: readonly PhaseInput[];
  /** Paths and globs like those of inputs. */
  readonly outputs: readonly string[];
  /** The image that the phase makes, where it makes one. */
  readonly makesImage: string | undefined;
  /** Command lines of vermagic that must pass afterwards. */
  readonly gate: readonly string[];
  /** Names of phases that come before; `undefined`: found from inputs and outputs. */
  readonly after: readonly string[] | undefined;
  /** Where the phase is written down. */
  readonly where: Location;
  /** In a few words where it comes from, e.g. `target build of Makefile`. */
  readonly why: string;
}

export interface Pipeline {
  /** The project's folder. */
  readonly rootUri: string;
  /** As written: `docker`, `podman`, `sudo docker`, `devcontainer`; `undefined`: whichever is there. */
  readonly engine: string | undefined;
  readonly source: 'vermagic.json' | 'detected';
  readonly phases: readonly Phase[];
}

/** Phases that write a device are never run: a person does that, after the checks. */
export function isManual(phase: Phase): boolean {
  return phase.kind === 'flash';
}

export function parseInput(name: string): PhaseInput {
  const hash = name.lastIndexOf('#');
  if (hash <= 0) return { name, path: name, keys: undefined };
  const keys = name
    .slice(hash + 1)
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  return { name, path: name.slice(0, hash), keys: keys.length > 0 ? keys : undefined };
}

const kindWords: readonly (readonly [PhaseKind, RegExp])[] = [
  ['flash', /(?:^|[-_. ])(?:flash|burn|re-?flash|write[-_]?device)/],
  ['audit', /(?:^|[-_. ])(?:audit|verify|check|preflight|pre-?flash|gate|lint)/],
  ['headers', /headers|bindeb|deb-?pkg/],
  ['image', /(?:docker|container|podman|image|builder)[-_]?(?:build|image)?$|build[-_](?:image|container|docker)/],
  ['rootfs', /bake|root-?fs|rootfs|sysroot|assemble/],
  ['source', /extract|fetch|patch|download|sync|prepare|source/],
  ['modules', /module|driver|dkms/],
  ['kernel', /kernel|linux|^build$|^compile$/],
];

/** What a phase is for, by the words of its name. */
export function kindOfName(name: string): PhaseKind {
  const plain = name
    .toLowerCase()
    .replace(/^\d+[-_. ]*/, '')
    .replace(/\.\w+$/, '');
  return kindWords.find(([, words]) => words.test(plain))?.[0] ?? 'other';
}
