import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { fileStart, type Location } from '../findings/finding.ts';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { limits } from '../limits.ts';
import { detectPipeline, drivesEngine } from '../pipeline/detect/detect-pipeline.ts';
import type { Evidence, KernelFolder } from '../pipeline/detect/evidence.ts';
import { engineVariable, outlineMakefile } from '../pipeline/detect/makefile.ts';
import type { Pipeline } from '../pipeline/phase.ts';
import { readPipeline } from '../pipeline/read-pipeline.ts';
import type { FileSystem } from '../ports/file-system.ts';
import type { Problem } from '../ports/parsed.ts';
import { isWithin, joinUri, parentUri, relativePath, uriName, uriPath } from '../ports/uri.ts';
import { parseEnvAssignments } from '../text/env-file.ts';
import { LineIndex } from '../text/line-index.ts';
import type { ProjectFile } from './project-file.ts';

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly problems: readonly Problem[];
  /** What in `vermagic.json` cannot be understood: how the project is to be built is then not known. */
  readonly misunderstood: readonly Problem[];
  /** The project's policy: kernel and modules are built in the container only. */
  readonly containerOnly: boolean;
}

/** The pipeline that `vermagic.json` writes down, or else the one that the project's own files show. */
export async function loadPipeline(
  files: FileSystem,
  folderUri: string,
  project: ProjectFile | undefined,
  targets: readonly OpenedTarget[],
): Promise<LoadedPipeline> {
  const containerOnly = project?.policy.containerOnly ?? false;
  const misunderstood = project?.problems ?? [];
  const rootUri = project ? parentUri(project.uri) : folderUri;
  if (project?.pipeline?.phases === undefined || project.pipeline.phases.length === 0) {
    const kernelFolders = await kernelFoldersOf(files, rootUri, targets);
    const detected = await detectPipeline(files, rootUri, { kernelFolders });
    return { pipeline: detected, problems: [], misunderstood, containerOnly };
  }
  const text = await readText(files, project.uri);
  const makefile = await readMakefile(files, rootUri);
  const variable = makefile && engineVariable(makefile.outline);
  const { pipeline, problems } = readPipeline(project.pipeline, project.uri, {
    where: (index) => placeOfPhase(project.uri, text ?? '', index),
    drivesEngine: (command) => drivesEngine(command, makefile),
    ...(variable ? { engineVariable: variable } : {}),
  });
  return { pipeline, problems, misunderstood, containerOnly };
}

/** Build trees and headers of the targets that modules can be built against: those with a Makefile. */
export async function kernelFoldersOf(
  files: FileSystem,
  rootUri: string,
  targets: readonly OpenedTarget[],
): Promise<KernelFolder[]> {
  const found = new Map<string, KernelFolder>();
  for (const target of targets) {
    const folders = target.dependsOn.filter((uri) => uriName(uri) === 'Module.symvers').map(parentUri);
    for (const folder of folders) {
      const real = await files.realPath(folder).catch(() => undefined);
      if (real === undefined || found.has(real)) continue;
      const makefile = await files.stat(joinUri(real, 'Makefile')).catch(() => undefined);
      const header = await files.stat(joinUri(real, 'include/generated/utsrelease.h')).catch(() => undefined);
      const symvers = await files.stat(joinUri(real, 'Module.symvers')).catch(() => undefined);
      if (!makefile || !header || !symvers) continue;
      const relative = isWithin(rootUri, real) ? relativePath(rootUri, real) : undefined;
      found.set(real, { path: uriPath(real), relative, release: target.release?.value });
    }
  }
  return [...found.values()];
}

function placeOfPhase(uri: string, text: string, index: number): Location {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = tree && findNodeAtLocation(tree, ['pipeline', 'phases', index, 'name']);
  return { uri, range: node ? new LineIndex(text).range(node.offset, node.offset + node.length) : fileStart };
}

async function readMakefile(files: FileSystem, rootUri: string): Promise<Evidence['makefile']> {
  for (const path of ['GNUmakefile', 'makefile', 'Makefile']) {
    const text = await readText(files, joinUri(rootUri, path));
    if (text === undefined) continue;
    const included = new Map<string, string>();
    for (const name of outlineMakefile(text).includes) {
      const values = parseEnvAssignments((await readText(files, joinUri(rootUri, name))) ?? '');
      for (const { name: key, raw } of values) included.set(key, raw);
    }
    return { path, text, outline: outlineMakefile(text, included) };
  }
  return undefined;
}

async function readText(files: FileSystem, uri: string): Promise<string | undefined> {
  const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}
