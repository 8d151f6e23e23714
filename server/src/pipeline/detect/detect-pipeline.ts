import type { FileSystem } from '../../ports/file-system.ts';
import { parseEnvAssignments } from '../../text/env-file.ts';
import { type Phase, type PhaseKind, type Pipeline, phaseKinds } from '../phase.ts';
import { containerOf, imagePhase } from './containers.ts';
import type { Evidence, KernelFolder } from './evidence.ts';
import { enginesIn, outlineMakefile } from './makefile.ts';
import { makefilePhases } from './makefile-phases.ts';
import { modulePhases } from './module-phases.ts';
import { listProject, type ProjectListing } from './project-listing.ts';
import { scriptPhases } from './script-phases.ts';

export interface DetectOptions {
  /** Kernels that modules can be built against: the selected target's first. */
  readonly kernelFolders?: readonly KernelFolder[];
}

/**
 * How a project is built, from what it has: Makefile targets, numbered scripts, container files, DKMS, a plain Kbuild.
 * Nothing is run and nothing is guessed beyond what is written there.
 */
export async function detectPipeline(
  files: FileSystem,
  rootUri: string,
  options: DetectOptions = {},
): Promise<Pipeline> {
  const listing = await listProject(files, rootUri);
  const makefile = await readMakefile(listing);
  const container = await containerOf(listing, makefile?.outline);
  const envFiles = listing.files.filter((file) => /^(?:[\w.-]+\/)?(?:[\w-]+\.env|\.env)$/.test(file));
  const evidence: Evidence = {
    listing,
    files,
    makefile,
    container,
    envFiles,
    kernelFolders: options.kernelFolders ?? [],
  };
  const phases: Phase[] = await makefilePhases(evidence);
  const named = (kind: PhaseKind) => phases.some((phase) => phase.kind === kind);
  if (!named('kernel') && !named('source')) phases.push(...(await scriptPhases(evidence)));
  if (!named('modules') && !named('kernel')) phases.push(...(await modulePhases(evidence)));
  if (!named('image')) phases.push(...imagePhase(evidence));
  return { rootUri, engine: container?.engine, source: 'detected', phases: inOrder(phases) };
}

/** By what they are for; scripts keep the order of their numbers. */
function inOrder(phases: readonly Phase[]): Phase[] {
  const rank = ({ kind }: Phase) => (kind === 'other' ? phaseKinds.indexOf('modules') : phaseKinds.indexOf(kind));
  return phases.toSorted((one, two) => rank(one) - rank(two));
}

async function readMakefile(listing: ProjectListing): Promise<Evidence['makefile']> {
  const path = ['GNUmakefile', 'makefile', 'Makefile'].find((name) => listing.files.includes(name));
  const text = path === undefined ? undefined : await listing.read(path);
  if (path === undefined || text === undefined) return undefined;
  const included = new Map<string, string>();
  for (const name of outlineMakefile(text).includes) {
    for (const { name: key, raw } of parseEnvAssignments((await listing.read(name)) ?? '')) included.set(key, raw);
  }
  return { path, text, outline: outlineMakefile(text, included) };
}

/**
 * Whether a command starts a container itself: an engine's own command line, a script that says so, or `make TARGET` with
 * such a recipe. It then has to run on this machine.
 */
export function drivesEngine(command: readonly string[], makefile: Evidence['makefile'] | undefined): boolean {
  const [program = '', ...rest] = command;
  if (/^(?:sudo|docker|podman|docker-compose|devcontainer)$/.test(program)) return true;
  if (program !== 'make' || !makefile || rest.some((word) => /^-[Cf]/.test(word))) return false;
  const targets = rest.filter((word) => !word.startsWith('-') && !word.includes('='));
  const wanted = targets.length > 0 ? targets : [makefile.outline.targets[0]?.name ?? ''];
  return makefile.outline.targets.some(
    (target) => wanted.includes(target.name) && enginesIn(target.recipe) !== undefined,
  );
}
