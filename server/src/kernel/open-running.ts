import { joinUri } from '../ports/uri.ts';
import type { KernelPart, OpenedTarget } from './kernel-part.ts';
import { mergeTargets } from './merge-targets.ts';
import { type OpenTargetOptions, openParts } from './open-target.ts';
import { readRunningMachine } from './sources/running-machine.ts';
import { type SourcePorts, SourceReader } from './sources/source-reader.ts';

/**
 * The kernel that runs on a machine: what /proc and /sys say of it, and what its `lib/modules/RELEASE` and the headers or build tree that
 * its `build` link leads to add. `root` is the machine's `/`.
 * @returns `undefined` where no Linux runs: there is no /proc/version.
 */
export async function openRunningTarget(
  ports: SourcePorts,
  root: string,
  options: OpenTargetOptions = {},
): Promise<OpenedTarget | undefined> {
  const reader = new SourceReader(ports, root);
  if (!(await reader.exists(reader.uri('proc/version')))) return undefined;
  const machine = await readRunningMachine(ports, root);
  const parts: KernelPart[] = [machine];
  const release = machine.release?.value;
  const folder = release && (await modulesOf(reader, release));
  if (folder) parts.push(...(await openParts(ports, folder, options)));
  else reader.problem(`/lib/modules/${release ?? 'RELEASE'} is not there: only what /proc and /sys say is known.`);
  parts.push({ origins: [], problems: reader.problems, dependsOn: reader.dependsOn });
  return mergeTargets(options.name ?? 'running', parts);
}

async function modulesOf(reader: SourceReader, release: string): Promise<string | undefined> {
  for (const path of ['lib/modules', 'usr/lib/modules']) {
    const folder = joinUri(reader.folder, path, release);
    if (await reader.exists(folder, 'directory')) return folder;
  }
  return undefined;
}
