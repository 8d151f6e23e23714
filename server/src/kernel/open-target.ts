import { openKernelModule } from '../module/open-kernel-module.ts';
import { FileError } from '../ports/file-system.ts';
import { fileUri, isWithin, joinUri, parentUri, uriName, uriPath } from '../ports/uri.ts';
import type { KernelPart, OpenedTarget } from './kernel-part.ts';
import { LateKeys } from './late-keys.ts';
import { mergeTargets } from './merge-targets.ts';
import { readBuildTree } from './sources/build-tree.ts';
import { readHeadersFolder } from './sources/headers-folder.ts';
import { knownGoodModulePart, type ModuleReader } from './sources/known-good-module.ts';
import { l4tPlaces } from './sources/l4t.ts';
import { pinFileNames, readPins, readPinsFile } from './sources/pins.ts';
import { findReferenceModule } from './sources/reference-module.ts';
import { modulesFolderOf, readRootfs } from './sources/rootfs.ts';
import { type SourcePorts, SourceReader, shortFolder } from './sources/source-reader.ts';
import { looksLikeHeaders, looksLikeKernelTree } from './sources/tree-kind.ts';

/** Reads a source of another kind (a kernel image, a package); `undefined` when the file is none. */
export type PartReader = (uri: string) => Promise<KernelPart | undefined>;

export interface OpenTargetOptions {
  /** Shown for the target; by default made from the path. */
  readonly name?: string;
  /** The kernel meant, where a rootfs has modules of several. */
  readonly release?: string;
  /** Opens modules; a caller that keeps modules passes its own. By default each is read from its file. */
  readonly readModule?: ModuleReader;
  /** Asked in turn about every file that no reader here knows. */
  readonly partReaders?: readonly PartReader[];
}

type Options = OpenTargetOptions & { readonly readModule: ModuleReader };

/**
 * Recognises what a path leads to (build tree, headers, rootfs, `lib/modules/R`, L4T folder, pins, a module, a configuration,
 * Module.symvers, or what a `partReader` takes) and reads what it says of its kernel. Never throws: what cannot
 * be read or recognised is a problem of the target.
 */
export async function openTarget(
  ports: SourcePorts,
  uriOrPath: string,
  options: OpenTargetOptions = {},
): Promise<OpenedTarget> {
  const uri = fileUri(uriOrPath);
  return mergeTargets(options.name ?? shortFolder(uri).replace(/^\//, ''), await openParts(ports, uri, options));
}

/** The parts behind `openTarget`, for a target of several sources. */
export async function openParts(
  ports: SourcePorts,
  uri: string,
  given: OpenTargetOptions = {},
): Promise<readonly KernelPart[]> {
  const options: Options = { readModule: (module) => openKernelModule(ports, module), ...given };
  const reader = new SourceReader(ports, uri);
  if (await reader.exists(uri, 'directory')) return openFolder(ports, uri, reader, options);
  if (await reader.exists(uri)) return [await openFile(ports, uri, options)];
  reader.problem(`${uriPath(uri)}: there is no such file or folder.`);
  return [emptyPart(reader)];
}

async function openFolder(
  ports: SourcePorts,
  uri: string,
  reader: SourceReader,
  options: Options,
): Promise<readonly KernelPart[]> {
  const entries = await reader.list(uri);
  if (looksLikeKernelTree(entries) || (await hasRelease(reader))) {
    const tree = looksLikeHeaders(uriName(uri), entries)
      ? await readHeadersFolder(ports, uri)
      : await readBuildTree(ports, uri);
    return withReferenceModule(ports, uri, tree, options);
  }
  if (uriName(uri) === 'Linux_for_Tegra' || uriName(uri) === 'Linux_for_Tegra_rt') {
    return openL4t(ports, reader, options);
  }
  const rootOfModules = rootOfModulesFolder(uri);
  if (rootOfModules !== undefined) {
    return openRootfs(ports, rootOfModules, uriName(uri), options);
  }
  if (await modulesFolderOf(reader)) {
    return openRootfs(ports, uri, options.release, options);
  }
  if (entries.some((entry) => (pinFileNames as readonly string[]).includes(entry.name))) {
    return [await readPins(ports, uri)];
  }
  reader.problem(
    `${uriPath(uri)} is neither a kernel build tree, nor kernel headers, nor a root file system with lib/modules.`,
  );
  return [emptyPart(reader)];
}

async function hasRelease(reader: SourceReader): Promise<boolean> {
  return (
    (await reader.exists(reader.uri('include/generated/utsrelease.h'))) ||
    (await reader.exists(reader.uri('include/config/kernel.release')))
  );
}

/** `/` for `/lib/modules/R` (also `/usr/lib/modules/R`); `undefined` for any other folder. */
function rootOfModulesFolder(uri: string): string | undefined {
  const found = /^(.*?)(?:\/usr)?\/lib\/modules\/\d[^/]*$/.exec(uri);
  return found?.[1] === undefined ? undefined : joinUri(found[1], '.');
}

/** A rootfs; where it has no symbols of its kernel, the kernel image that boots it is asked, else it is only for its keys. */
async function openRootfs(
  ports: SourcePorts,
  root: string,
  wanted: string | undefined,
  options: Options,
): Promise<readonly KernelPart[]> {
  const parts = await readRootfs(ports, root, { readModule: options.readModule, release: wanted });
  const release = parts.find((part) => part.release !== undefined)?.release?.value;
  if (!options.partReaders || release === undefined) return parts;
  const reader = new SourceReader(ports, root);
  const isWhole = parts.some((part) => part.symbols?.complete);
  for (const path of [`boot/vmlinuz-${release}`, `lib/modules/${release}/vmlinuz`, `boot/vmlinux-${release}`]) {
    const uri = reader.uri(path);
    if (!(await reader.exists(uri))) continue;
    if (isWhole) return [...parts, { ...emptyPart(reader), lateKeys: keysOfImage(ports, reader, uri, options) }];
    const part = await askPartReaders(reader, uri, options);
    if (part) return [...parts, part];
    if (reader.problems.length > 0) return [...parts, emptyPart(reader)];
  }
  return parts;
}

/** Everything else is known without the image; its keys are read when a signature needs them. */
function keysOfImage(ports: SourcePorts, reader: SourceReader, uri: string, options: Options): LateKeys {
  return new LateKeys(reader.origin(uri), async () => {
    const own = new SourceReader(ports, reader.folder);
    const part = await askPartReaders(own, uri, options);
    return { keys: part?.trustedKeys, problems: [...own.problems, ...(part?.problems ?? [])] };
  });
}

/** A tree, and from one of its modules what no text says: the size of struct module. */
async function withReferenceModule(
  ports: SourcePorts,
  uri: string,
  tree: KernelPart,
  options: Options,
): Promise<readonly KernelPart[]> {
  const reader = new SourceReader(ports, uri);
  const module =
    (await findReferenceModule(reader, uri, options.readModule)) ?? (await moduleAtTop(reader, options.readModule));
  const facts = module && knownGoodModulePart(module, reader.origin(module.uri));
  if (!facts) return [tree];
  if (tree.release && facts.release?.value !== tree.release.value) {
    const message = `${facts.origins[0]?.label} is of kernel "${facts.release?.value}", but the tree is "${tree.release.value}" by ${tree.release.origin.label}: it is left over from another build and tells nothing.`;
    return [{ ...tree, problems: [...tree.problems, { message }] }];
  }
  const { structModuleSize, trustedKeys, architecture, origins } = facts;
  const part = {
    origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
    structModuleSize,
    trustedKeys,
    architecture,
  };
  return [tree, { ...part, kind: tree.kind ?? 'build-tree' }];
}

/** A reference module that someone put beside a tree of which only the headers were kept. */
async function moduleAtTop(reader: SourceReader, readModule: ModuleReader): ReturnType<ModuleReader> {
  const entry = (await reader.list(reader.folder)).find((candidate) => /\.ko(?:\.\w+)?$/.test(candidate.name));
  if (!entry) return undefined;
  reader.watch(reader.uri(entry.name));
  return readModule(reader.uri(entry.name));
}

async function openL4t(ports: SourcePorts, reader: SourceReader, options: Options): Promise<readonly KernelPart[]> {
  const places = await l4tPlaces(reader);
  const found = [...places.trees, places.rootfs, places.image].filter((uri) => uri !== undefined);
  const parts: KernelPart[] = [];
  for (const uri of found) parts.push(...(await openParts(ports, uri, options)));
  for (const uri of places.providers) parts.push(await openFile(ports, uri, options));
  for (const uri of places.pins) parts.push(await readPins(ports, uri));
  if (parts.length === 0) {
    reader.problem(`${uriPath(reader.folder)} has no built kernel below source/, no rootfs and no pins yet.`);
  }
  return [...parts, emptyPart(reader)];
}

async function openFile(ports: SourcePorts, uri: string, options: Options): Promise<KernelPart> {
  const name = uriName(uri);
  const reader = new SourceReader(ports, parentUri(uri));
  reader.watch(uri);
  if (/\.ko(?:\.(?:gz|xz|zst))?$/.test(name)) {
    const module = await options.readModule(uri);
    if (module) return knownGoodModulePart(module, reader.origin(uri));
  }
  if (/symvers/i.test(name)) {
    const symbols = await reader.symvers(uri);
    return { ...emptyPart(reader), symbols, origins: reader.origins, problems: reader.problems };
  }
  if (/^\.config$|^config(?:-|$)|^auto\.conf$|\.config$/.test(name)) {
    const config = await reader.config(name);
    return { ...emptyPart(reader), config, origins: reader.origins, problems: reader.problems };
  }
  if ((pinFileNames as readonly string[]).includes(name) || /\.(?:env|json|txt|vermagic)$/.test(name)) {
    const pins = await readPinsFile(ports, uri, parentUri(uri));
    if (saysNothing(pins) && pins.problems.length === 0) reader.problem(noSource(uri));
    return { ...pins, problems: [...pins.problems, ...reader.problems] };
  }
  const part = await askPartReaders(reader, uri, options);
  if (part) return part;
  reader.problem(noSource(uri));
  return emptyPart(reader);
}

function noSource(uri: string): string {
  return `${uriPath(uri)} is none of the things that describe a kernel: a module, a configuration, Module.symvers, a kernel image, a headers package or a pins file.`;
}

function saysNothing({ release, vermagic, version }: KernelPart): boolean {
  return release === undefined && vermagic === undefined && version === undefined;
}

/** The first reader that takes the file; one that cannot read it leaves a problem. */
async function askPartReaders(reader: SourceReader, uri: string, options: Options): Promise<KernelPart | undefined> {
  for (const read of options.partReaders ?? []) {
    try {
      const part = await read(uri);
      if (part) return part;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      reader.problem(`Cannot read ${uriPath(uri)}: ${error.code.replaceAll('-', ' ')}.`);
    }
  }
  return undefined;
}

function emptyPart(reader: SourceReader): KernelPart {
  return { origins: reader.origins, problems: reader.problems, dependsOn: reader.dependsOn };
}

/** Whether a file event at `changedUri` may change what the target says. */
export function dependsOn(target: OpenedTarget, changedUri: string): boolean {
  const uri = fileUri(changedUri);
  const folder = `${parentUri(uri)}/`;
  return target.dependsOn.some((known) => known === uri || known === folder || isWithin(uri, known));
}
