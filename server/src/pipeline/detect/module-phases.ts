import type { FileSystem } from '../../ports/file-system.ts';
import { fileUri, joinUri, uriPath } from '../../ports/uri.ts';
import { kbuildModel } from '../../text/kbuild-modules.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { type Mount, type Phase, type PhasePlace, parseInput } from '../phase.ts';
import { containerPlace } from './containers.ts';
import { type Evidence, fileStartOf, type KernelFolder, phaseOf } from './evidence.ts';

/** Folders whose Kbuild file or Makefile builds modules. */
export async function moduleFolders({
  listing,
}: Pick<Evidence, 'listing'>): Promise<{ folder: string; file: string; targets: readonly string[] }[]> {
  const found = new Map<string, { folder: string; file: string; targets: readonly string[] }>();
  for (const file of listing.files) {
    const match = /^(?:(.*)\/)?(Kbuild|Makefile|GNUmakefile)$/.exec(file);
    const folder = match?.[1] ?? '';
    // make takes Kbuild before Makefile (scripts/Makefile.build).
    if (!match || (found.has(folder) && match[2] !== 'Kbuild')) continue;
    const { modules } = kbuildModel(parseKbuild((await listing.read(file)) ?? ''));
    const targets = modules.filter((module) => module.config === undefined).map((module) => module.target);
    if (targets.length > 0) found.set(folder, { folder, file, targets });
  }
  return [...found.values()];
}

/** Globs of the sources of the project's modules. */
export async function moduleSources(evidence: Pick<Evidence, 'listing'>): Promise<string[]> {
  return (await moduleFolders(evidence)).flatMap(({ folder, file }) => [
    `${folder === '' ? '' : `${folder}/`}**/*.{c,h,S}`,
    file,
  ]);
}

/** DKMS trees and plain Kbuild folders: `make -C KERNEL M=FOLDER modules` for each. */
export async function modulePhases(evidence: Evidence): Promise<Phase[]> {
  const folders = await moduleFolders(evidence);
  const [kernel] = evidence.kernelFolders;
  if (!kernel) return [];
  const phases: Phase[] = [];
  for (const { folder, file, targets } of folders) {
    const { command, place } = await moduleBuild(evidence, folder, kernel);
    const prefix = folder === '' ? '' : `${folder}/`;
    const isDkms = evidence.listing.files.includes(`${prefix}dkms.conf`);
    phases.push(
      phaseOf(evidence, {
        name: folders.length === 1 ? 'modules' : `modules ${folder || '.'}`,
        kind: 'modules',
        command,
        place,
        inputs: [
          ...evidence.envFiles,
          `${prefix}**/*.{c,h,S}`,
          file,
          ...(isDkms ? [`${prefix}dkms.conf`] : []),
          `${kernel.relative ?? kernel.path}/Module.symvers`,
          `${kernel.relative ?? kernel.path}/.config`,
        ].map(parseInput),
        outputs: targets.map((target) => `${prefix}${target}`),
        after: [],
        where: fileStartOf(evidence, file),
        why: isDkms ? `${prefix}dkms.conf and ${file}` : file,
      }),
    );
  }
  return phases;
}

/** How one folder's modules are built against one kernel, in the project's container where it has one. */
export async function moduleBuild(
  { listing, container, files }: Pick<Evidence, 'listing' | 'container' | 'files'>,
  folder: string,
  kernel: KernelFolder,
): Promise<{ readonly command: readonly string[]; readonly place: PhasePlace }> {
  if (container?.image === undefined) {
    const path = uriPath(joinUri(listing.rootUri, folder));
    return {
      command: ['make', '-C', kernel.path, `M=${path}`, 'modules'],
      place: { kind: 'host', drivesEngine: false },
    };
  }
  const inside = folder === '' ? container.workdir : `${container.workdir}/${folder}`;
  const own = kernel.relative === undefined ? await kernelMounts(files, kernel.path) : [];
  const tree = kernel.relative === undefined ? kernel.path : `${container.workdir}/${kernel.relative}`;
  return { command: ['make', '-C', tree, `M=${inside}`, 'modules'], place: containerPlace(listing, container, own) };
}

/** Folders that a kernel's headers lead to: Debian's `scripts` and `Makefile` lie in packages of their own. */
export async function kernelMounts(files: FileSystem, path: string): Promise<Mount[]> {
  const uri = fileUri(path);
  const paths = new Set([path]);
  for (const link of ['scripts', 'tools', 'source', 'build']) {
    const real = await files.realPath(joinUri(uri, link)).catch(() => undefined);
    if (real) paths.add(uriPath(real).replace(/\/(?:scripts|tools)$/, ''));
  }
  const makefile = await files.readFile(joinUri(uri, 'Makefile'), 1024 * 1024).catch(() => undefined);
  const text = makefile ? new TextDecoder().decode(makefile) : '';
  for (const [, included = ''] of text.matchAll(/^include\s+(\/\S+)\/Makefile\s*$/gm)) paths.add(included);
  const outer = [...paths].filter((one) => ![...paths].some((other) => other !== one && one.startsWith(`${other}/`)));
  return outer.sort().map((one) => ({ hostPath: one, containerPath: one, readOnly: true }));
}
