import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { openRunningTarget } from '../kernel/open-running.ts';
import { openTarget } from '../kernel/open-target.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri } from '../ports/uri.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { projectFileName } from '../service/project-file-name.ts';
import { targetPartReaders } from '../service/target-part-readers.ts';
import { TargetRegistry } from '../service/target-registry.ts';
import { type Discovery, discoverWorkspace } from '../service/workspace-discovery.ts';
import { type CliIo, UsageError } from './cli-io.ts';

export function uriOf(io: CliIo, operand: string): string {
  return fileUri(pathToFileURL(path.resolve(io.cwd, operand)).href);
}

/** What lies in a folder. */
export type Discover = (folder: string) => Promise<Discovery>;

/** Looks through a folder only once, however often it is asked about. */
export function discoverOnce(ports: Ports): Discover {
  const known = new Map<string, Promise<Discovery>>();
  return (folder) => {
    const found = known.get(folder) ?? discoverWorkspace(ports, [folder]);
    known.set(folder, found);
    return found;
  };
}

/**
 * The targets that `--target` names: names of `vermagic.json`, `running`, or paths. Without any, all of `vermagic.json`; where
 * that has none, the kernels found in the current folder.
 * @throws UsageError when a name or path leads nowhere, or there is nothing to compare with.
 */
export async function targetsOf(
  names: readonly string[],
  project: ProjectFile | undefined,
  io: CliIo,
  ports: Ports,
  discover: Discover = discoverOnce(ports),
): Promise<OpenedTarget[]> {
  const registry = new TargetRegistry(ports, { partReaders: targetPartReaders(ports) });
  registry.define({ projects: project ? [project] : [] });
  if (names.length === 0 && registry.definitions.length === 0) {
    const { targets } = await discover(uriOf(io, '.'));
    registry.define({ discovered: targets.slice(0, limits.comparedTargets), folders: [uriOf(io, '.')] });
  }
  const wanted = names.length > 0 ? names : registry.definitions.map((definition) => definition.name);
  if (wanted.length === 0) {
    throw new UsageError(
      `no target, and none found here: name one with --target (a build tree, headers, root file system or kernel image), or list your kernels under "targets" in ${projectFileName}.`,
    );
  }
  const targets: OpenedTarget[] = [];
  for (const name of wanted) {
    const known = await registry.get(name);
    targets.push(known ?? (name === runningName ? await running(ports) : await fromPath(name, io, ports, registry)));
  }
  return targets;
}

/** The kernel of this machine; a folder of that name is `./running`. */
const runningName = 'running';

async function running(ports: Ports): Promise<OpenedTarget> {
  const root = pathToFileURL('/').href;
  const target = await openRunningTarget(ports, root, { partReaders: targetPartReaders(ports) });
  if (!target) throw new UsageError('--target running: there is no /proc/version; no Linux kernel runs here.');
  return target;
}

async function fromPath(name: string, io: CliIo, ports: Ports, registry: TargetRegistry): Promise<OpenedTarget> {
  const uri = uriOf(io, name);
  const stat = await ports.files.stat(uri).catch(() => undefined);
  if (!stat) {
    const known = registry.definitions.map((definition) => definition.name);
    const hint = known.length > 0 ? ` ${projectFileName} has: ${known.join(', ')}.` : '';
    throw new UsageError(`--target ${name}: there is no such file or folder, and no target of that name.${hint}`);
  }
  return openTarget(ports, uri, { name, partReaders: targetPartReaders(ports) });
}
