import { limits } from '../limits.ts';
import { manifestReasons, type PinnedValue } from '../pipeline/build-manifest.ts';
import { type EngineName, readImageId } from '../pipeline/engine.ts';
import { Fingerprints } from '../pipeline/fingerprint.ts';
import type { Phase, Pipeline } from '../pipeline/phase.ts';
import { judgePipeline, type PhaseFacts, type PhaseStatus, type StaleReason } from '../pipeline/staleness.ts';
import { readStamp } from '../pipeline/stamp.ts';
import { configurationValues } from '../pipeline/values.ts';
import type { FileSystem } from '../ports/file-system.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import { joinUri } from '../ports/uri.ts';

export interface StatusOptions {
  /** Keeps hashes between calls. */
  readonly fingerprints?: Fingerprints;
  /** Asked for the ids of images; without it they are not compared. */
  readonly engine?: { readonly name: EngineName; readonly processes: ProcessRunner } | undefined;
}

export interface PipelineStatus {
  readonly phases: readonly PhaseStatus[];
  /** Images of the pipeline that the engine has; empty when it was not asked. */
  readonly images: ReadonlySet<string>;
}

/** What is stale and why, from the records of the last runs, or from BUILD_MANIFEST.json where there are none. */
export async function pipelineStatus(
  files: FileSystem,
  pipeline: Pipeline,
  options: StatusOptions = {},
): Promise<PipelineStatus> {
  const fingerprints = options.fingerprints ?? new Fingerprints(files);
  const ids = await imageIds(pipeline, options.engine);
  const manifest = await readManifest(files, pipeline);
  const facts = new Map<string, PhaseFacts>();
  for (const phase of pipeline.phases) {
    const stamp = await readStamp(files, pipeline.rootUri, phase.name);
    facts.set(phase.name, {
      stamp,
      inputs: await fingerprints.inputs(pipeline.rootUri, phase),
      outputs: stamp ? await fingerprints.outputs(pipeline.rootUri, phase) : {},
      imageId: phase.place.kind === 'container' ? ids.get(phase.place.image) : undefined,
      manifest: writesManifest(phase) ? manifest : undefined,
    });
  }
  return { phases: judgePipeline(pipeline, facts), images: new Set(ids.keys()) };
}

const manifestName = 'BUILD_MANIFEST.json';

/** The project's own record is about the phase that writes it, or where none says so, about the kernel's. */
function writesManifest(phase: Phase): boolean {
  return phase.outputs.some((output) => output.endsWith(manifestName));
}

async function readManifest(files: FileSystem, pipeline: Pipeline): Promise<StaleReason[] | undefined> {
  const { rootUri } = pipeline;
  const text = await readText(files, joinUri(rootUri, manifestName));
  if (text === undefined) return undefined;
  const pins: PinnedValue[] = [];
  const envFiles = pipeline.phases.flatMap((phase) => phase.inputs.map((input) => input.path));
  for (const path of new Set([...envFiles.filter((name) => name.endsWith('.env')), 'versions.env'])) {
    const env = await readText(files, joinUri(rootUri, path));
    for (const value of env === undefined ? [] : configurationValues(path, env)) pins.push({ ...value, path });
  }
  return manifestReasons(text, manifestName, pins);
}

async function imageIds(pipeline: Pipeline, engine: StatusOptions['engine']): Promise<ReadonlyMap<string, string>> {
  const images = pipeline.phases.flatMap(({ place, makesImage }) => [
    ...(place.kind === 'container' ? [place.image] : []),
    ...(makesImage === undefined ? [] : [makesImage]),
  ]);
  const found = new Map<string, string>();
  for (const image of engine ? new Set(images) : []) {
    const read = engine && (await readImageId(engine.processes, engine.name, image));
    if (read && 'id' in read) found.set(image, read.id);
  }
  return found;
}

async function readText(files: FileSystem, uri: string): Promise<string | undefined> {
  const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}
