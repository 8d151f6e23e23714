import { containerOf, containerPlace } from '../pipeline/detect/containers.ts';
import { type DetectedContainer, fileStartOf, type KernelFolder, phaseOf } from '../pipeline/detect/evidence.ts';
import { kernelMounts, moduleBuild, moduleFolders } from '../pipeline/detect/module-phases.ts';
import { listProject, type ProjectListing } from '../pipeline/detect/project-listing.ts';
import { type Phase, type Pipeline, parseInput } from '../pipeline/phase.ts';
import { makersOf } from '../pipeline/plan.ts';
import { defaultWorkdir } from '../pipeline/read-pipeline.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { fileUri, relativePath, uriName } from '../ports/uri.ts';
import { kernelFoldersOf, type LoadedPipeline } from './pipeline-project.ts';
import type { RebuildRequest } from './pipeline-rebuild.ts';
import type { Session } from './session.ts';

/**
 * A phase for what the pipeline has no phase of its own for: one module's folder, or the headers package of a kernel
 * built in the project. `undefined` when the pipeline's own phases do it.
 */
export async function synthesisedPhase(
  files: FileSystem,
  session: Session,
  { pipeline }: LoadedPipeline,
  request: RebuildRequest,
): Promise<Phase | undefined> {
  const kernels = await kernelFoldersOf(files, pipeline.rootUri, await session.openTargets());
  if (request.kind === 'headers' && !pipeline.phases.some((phase) => phase.kind === 'headers')) {
    return headersPhase(files, pipeline, kernels);
  }
  if (request.module === undefined) return undefined;
  const path = relativePath(pipeline.rootUri, fileUri(request.module));
  const makers = makersOf(pipeline.phases, path).filter((phase) => phase.kind !== 'rootfs');
  if (makers.length > 0 || !request.onlyModule) return undefined;
  return modulePhase(files, pipeline, kernels, uriName(request.module).replace(/\.(?:gz|xz|zst)$/, ''));
}

async function modulePhase(
  files: FileSystem,
  pipeline: Pipeline,
  [kernel]: readonly KernelFolder[],
  name: string,
): Promise<Phase | undefined> {
  const listing = await listProject(files, pipeline.rootUri);
  const place = (await moduleFolders({ listing })).find(({ targets }) => targets.includes(name));
  if (!place || !kernel) return undefined;
  const container = await containerFor(listing, pipeline);
  const build = await moduleBuild({ listing, container, files }, place.folder, kernel);
  const prefix = place.folder === '' ? '' : `${place.folder}/`;
  return phaseOf(
    { listing },
    {
      name: `module ${name.replace(/\.ko$/, '')}`,
      kind: 'modules',
      ...build,
      inputs: [`${prefix}**/*.{c,h,S}`, place.file].map(parseInput),
      outputs: [`${prefix}${name}`],
      after: [],
      where: fileStartOf({ listing }, place.file),
      why: place.file,
    },
  );
}

async function headersPhase(
  files: FileSystem,
  pipeline: Pipeline,
  kernels: readonly KernelFolder[],
): Promise<Phase | undefined> {
  const kernel = kernels.find(({ relative }) => relative !== undefined);
  if (kernel?.relative === undefined) return undefined;
  const listing = await listProject(files, pipeline.rootUri);
  const container = await containerFor(listing, pipeline);
  const inside = container?.image === undefined ? kernel.path : `${container.workdir}/${kernel.relative}`;
  const mounts = await kernelMounts(files, kernel.path);
  return phaseOf(
    { listing },
    {
      name: 'headers',
      kind: 'headers',
      command: ['make', '-C', inside, 'bindeb-pkg'],
      place:
        container?.image === undefined
          ? { kind: 'host', drivesEngine: false }
          : containerPlace(
              listing,
              container,
              mounts.filter(({ hostPath }) => hostPath !== kernel.path),
            ),
      inputs: [`${kernel.relative}/.config`, `${kernel.relative}/Module.symvers`].map(parseInput),
      after: [],
      why: `build tree ${kernel.relative}`,
    },
  );
}

/** The container that the pipeline's other phases run in, else the one that the project's files name. */
async function containerFor(listing: ProjectListing, pipeline: Pipeline): Promise<DetectedContainer | undefined> {
  for (const { place, why } of pipeline.phases) {
    if (place.kind !== 'container') continue;
    const workdir = place.mounts[0]?.containerPath ?? defaultWorkdir;
    return { engine: pipeline.engine, image: place.image, file: undefined, workdir, why };
  }
  return containerOf(listing, undefined);
}
