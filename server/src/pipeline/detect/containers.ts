import { parse } from 'jsonc-parser';
import { joinUri, uriName, uriPath } from '../../ports/uri.ts';
import { isImageName } from '../engine.ts';
import { type ContainerPlace, type Mount, type Phase, parseInput } from '../phase.ts';
import { defaultWorkdir } from '../read-pipeline.ts';
import { type DetectedContainer, type Evidence, fileStartOf, phaseOf } from './evidence.ts';
import { enginesIn, imageBuilt, type MakefileOutline } from './makefile.ts';
import type { ProjectListing } from './project-listing.ts';

/** The container that the project builds in: as its Makefile, devcontainer or compose file says, or from its Dockerfile. */
export async function containerOf(
  listing: ProjectListing,
  makefile: MakefileOutline | undefined,
): Promise<DetectedContainer | undefined> {
  const file = [
    'Dockerfile',
    'Containerfile',
    'docker/Dockerfile',
    'container/Dockerfile',
    '.devcontainer/Dockerfile',
  ].find((path) => listing.files.includes(path));
  for (const { name, recipe } of makefile?.targets ?? []) {
    const image = imageBuilt(recipe);
    const engine = enginesIn(recipe)?.engine;
    if (image !== undefined && isImageName(image)) {
      return { engine, image, file, workdir: defaultWorkdir, why: `target ${name}` };
    }
  }
  return (await devcontainerOf(listing)) ?? (await composeOf(listing, file)) ?? dockerfileOf(listing, file);
}

async function devcontainerOf(listing: ProjectListing): Promise<DetectedContainer | undefined> {
  for (const path of ['.devcontainer/devcontainer.json', '.devcontainer.json']) {
    const read: unknown = parse((await listing.read(path)) ?? '');
    if (typeof read !== 'object' || read === null) continue;
    const { image, workspaceFolder } = read as Record<string, unknown>;
    const workdir =
      typeof workspaceFolder === 'string' && workspaceFolder.startsWith('/') ? workspaceFolder : undefined;
    if (typeof image === 'string' && isImageName(image)) {
      return { engine: undefined, image, file: undefined, workdir: workdir ?? defaultWorkdir, why: path };
    }
    const inside = workdir ?? `/workspaces/${uriName(listing.rootUri)}`;
    return { engine: 'devcontainer', image: undefined, file: undefined, workdir: inside, why: path };
  }
  return undefined;
}

/** The first service with an image, which is all that can be run with `run`. */
async function composeOf(listing: ProjectListing, file: string | undefined): Promise<DetectedContainer | undefined> {
  const path = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].find((name) =>
    listing.files.includes(name),
  );
  const image = path && /^\s+image:\s*["']?([^\s"'#]+)/m.exec((await listing.read(path)) ?? '')?.[1];
  if (path === undefined || image === undefined || !isImageName(image)) return undefined;
  return { engine: undefined, image, file, workdir: defaultWorkdir, why: path };
}

function dockerfileOf(listing: ProjectListing, file: string | undefined): DetectedContainer | undefined {
  if (file === undefined) return undefined;
  const name = uriName(listing.rootUri)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return { engine: undefined, image: `${name || 'project'}-build`, file, workdir: defaultWorkdir, why: file };
}

export function containerPlace(
  listing: ProjectListing,
  { image = '', workdir }: DetectedContainer,
  mounts: readonly Mount[] = [],
): ContainerPlace {
  const root: Mount = { hostPath: uriPath(listing.rootUri), containerPath: workdir, readOnly: false };
  return { kind: 'container', image, mounts: [root, ...mounts], workdir, user: undefined };
}

/** Builds the image of a project that has a container file and no command for it. */
export function imagePhase(evidence: Evidence): Phase[] {
  const { container, listing } = evidence;
  if (container?.file === undefined || container.image === undefined) return [];
  const folder = container.file.replace(/\/?[^/]*$/, '') || '.';
  const ignore = ['.dockerignore', '.containerignore'].filter((name) => listing.files.includes(name));
  return [
    phaseOf(evidence, {
      name: 'image',
      kind: 'image',
      command: [
        'docker',
        'build',
        '--file',
        container.file,
        '--tag',
        container.image,
        folder === '.devcontainer' ? '.' : folder,
      ],
      place: { kind: 'host', drivesEngine: true },
      inputs: [container.file, ...ignore].map(parseInput),
      makesImage: container.image,
      where: { uri: joinUri(listing.rootUri, container.file), range: fileStartOf(evidence, container.file).range },
      why: container.file,
    }),
  ];
}
