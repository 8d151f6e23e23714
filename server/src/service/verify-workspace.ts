import type { VerifyParams, VerifyPlace } from '@vermagic/shared';
import { modulesFolders } from '../gate/modules-folders.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, parentUri, relativePath, uriName } from '../ports/uri.ts';
import { gatePlaces, isBuiltTree } from './preflight.ts';
import { type ProjectFile, policyOfProject } from './project-file.ts';
import type { Session } from './session.ts';
import type { TargetRecipe } from './target-recipe.ts';
import type { TargetDefinition } from './target-registry.ts';
import type { Verification } from './verification.ts';

/** The trees that a workspace has: those of its targets, and those in the usual places of its folders. */
export async function verifyPlaces(ports: Ports, session: Session): Promise<VerifyPlace[]> {
  await session.ready;
  const { folders, projects } = session.surroundings();
  const places = new Map<string, VerifyPlace>();
  const add = async (uri: string, folder: string | undefined) => {
    if (places.has(uri)) return;
    const releases = (await modulesFolders(ports.files, uri)).flatMap(({ release }) => release ?? []);
    if (releases.length === 0 && !(await isBuiltTree(uri, ports))) return;
    const owners = ownersOf(uri, session);
    const name = (folder === undefined ? undefined : relativePath(folder, uri)) || uriName(uri);
    places.set(uri, {
      kind: releases.length > 0 ? 'rootfs' : 'build-tree',
      uri,
      name,
      target: owners.length === 1 ? (owners[0]?.name ?? null) : null,
      releases,
    });
  };
  for (const { sourceUris } of session.definitions) {
    for (const uri of sourceUris)
      await add(
        uri,
        folders.find((folder) => isWithin(folder, uri)),
      );
  }
  for (const folder of folders) {
    const project = projectOf(folder, projects);
    for (const { uri } of await gatePlaces(folder, project, ports)) await add(uri, folder);
  }
  for (const folder of folders) {
    const inFolder = [...places.keys()].some((uri) => isWithin(folder, uri));
    if (inFolder || session.selected === undefined || !session.modules().some((uri) => isWithin(folder, uri))) continue;
    places.set(folder, {
      kind: 'build-tree',
      uri: folder,
      name: uriName(folder),
      target: session.selected,
      releases: [],
    });
  }
  return [...places.values()];
}

/** What a request asks for, as plain data. */
export async function verificationOf(params: VerifyParams, session: Session, version: string): Promise<Verification> {
  await session.ready;
  const { folders, projects, settings } = session.surroundings();
  const uri = params.uri.replace(/\/+$/, '');
  const folder = folders.find((candidate) => isWithin(candidate, uri));
  const project = projectOf(uri, projects);
  const policy = project === undefined ? {} : policyOfProject(project);
  const named = session.definitions.find((definition) => definition.name === params.target);
  const selected = session.definitions.find((definition) => definition.name === session.selected);
  return {
    kind: params.kind,
    uri,
    name: (folder === undefined ? undefined : relativePath(folder, uri)) || uriName(uri),
    target: named && recipeOf(named, projects),
    fallback: selected && recipeOf(selected, projects),
    owners: ownersOf(uri, session).map((owner) => ({ release: owner.release, recipe: recipeOf(owner, projects) })),
    project,
    policy,
    levels: { ...policy.levels, ...settings.rules },
    version,
  };
}

/** The `vermagic.json` of this folder or of the nearest one above. */
function projectOf(uri: string, projects: readonly ProjectFile[]): ProjectFile | undefined {
  return projects
    .filter((project) => isWithin(parentUri(project.uri), uri))
    .sort((a, b) => b.uri.length - a.uri.length)[0];
}

function ownersOf(uri: string, session: Session): readonly TargetDefinition[] {
  return session.definitions.filter(({ sourceUris }) => sourceUris.includes(uri));
}

function recipeOf(definition: TargetDefinition, projects: readonly ProjectFile[]): TargetRecipe {
  const { name, sourceUris, release } = definition;
  const project = projects.find(({ targets }) => targets.some((target) => target.name === name));
  if (definition.from === 'project' && project !== undefined) return { kind: 'project', name, project };
  return { kind: 'sources', name, sourceUris, release };
}
