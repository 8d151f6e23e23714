import { limits } from '../../limits.ts';
import { isWithin, joinUri, relativePath, uriName, uriPath } from '../../ports/uri.ts';
import type { KernelPart } from '../kernel-part.ts';
import { mergeSymbolTables } from '../merged-symbols.ts';
import type { SymbolTable } from '../symbol-table.ts';
import { readHeadersFolder } from './headers-folder.ts';
import { knownGoodModulePart, type ModuleReader } from './known-good-module.ts';
import { exportsOfModules } from './module-exports.ts';
import { findReferenceModule } from './reference-module.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';
import { exportsOfTree } from './tree-exports.ts';

export interface RootfsOptions {
  /** The kernel meant, where the rootfs has modules of several. */
  readonly release?: string | undefined;
  readonly readModule?: ModuleReader | undefined;
}

const symversSuffixes = ['', '.gz', '.xz', '.zst'] as const;

/** `lib/modules` of a root file system, or the merged-/usr place; `undefined` when it has neither. */
export async function modulesFolderOf(reader: SourceReader): Promise<string | undefined> {
  for (const path of ['lib/modules', 'usr/lib/modules']) {
    if (await reader.exists(reader.uri(path), 'directory')) return reader.uri(path);
  }
  return undefined;
}

/**
 * The facts of one kernel in a root file system: `lib/modules/R`, `boot/config-R`, symvers in their known places
 * (Debian: headers folder; Fedora: `lib/modules/R/symvers.xz`; RHEL: also `/boot/symvers-R.gz`), the headers that the
 * `build` link leads to, and what out-of-tree providers export. Links are taken as the target would: within the rootfs.
 */
export async function readRootfs(
  ports: SourcePorts,
  root: string,
  options: RootfsOptions = {},
): Promise<readonly KernelPart[]> {
  const reader = new SourceReader(ports, root);
  const modules = await modulesFolderOf(reader);
  const release = modules && (await chooseRelease(reader, modules, options.release));
  if (modules === undefined || release === undefined) {
    reader.problem(`${uriPath(root)} has no modules of ${options.release ?? 'any kernel'} under lib/modules.`);
    return [partOf(reader, {})];
  }
  const folder = joinUri(modules, release);
  const origin = { label: `folder ${relativePath(root, folder)} of ${uriName(root) || '/'}`, uri: folder };
  reader.addOrigin(origin);
  const parts: KernelPart[] = [];
  const headers = await findHeaders(reader, folder, release);
  if (headers !== undefined) parts.push(await readHeadersFolder(ports, headers));
  const relative = relativePath(root, folder);
  const config = await reader.config(`boot/config-${release}`, `${relative}/config`, `${relative}/kernel.config`);
  const tables: SymbolTable[] = [];
  const own = headers === undefined ? await reader.symvers(...symversPlaces(reader, folder, release)) : undefined;
  if (own) tables.push(own);
  tables.push(...(await readProviders(reader, folder, options.readModule)));
  const merged = tables.length === 0 ? undefined : mergeSymbolTables(tables);
  if (merged) reader.addProblems(merged.problems);
  const reference = options.readModule && (await findReferenceModule(reader, folder, options.readModule));
  const referenceFacts = reference && knownGoodModulePart(reference, reader.origin(reference.uri));
  const built = referenceFacts?.release;
  if (built && built.value !== release) {
    reader.problem(
      `${built.origin.label} is of kernel "${built.value}", but lies in the folder of "${release}": reinstall the modules.`,
    );
  }
  for (const origin of referenceFacts?.origins ?? []) reader.addOrigin(origin);
  parts.push(
    partOf(reader, {
      release: { value: release, origin },
      config,
      symbols: merged?.value,
      vermagic: referenceFacts?.vermagic,
      architecture: referenceFacts?.architecture,
      structModuleSize: referenceFacts?.structModuleSize,
      trustedKeys: referenceFacts?.trustedKeys,
      lateExports: options.readModule && exportsOfTree(ports, root, folder, options.readModule),
    }),
  );
  return parts;
}

function partOf(reader: SourceReader, facts: Partial<KernelPart>): KernelPart {
  return {
    ...facts,
    kind: 'rootfs',
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}

/** Names of the kernels a rootfs has modules of. */
export async function releasesOf(reader: SourceReader, modules: string): Promise<readonly string[]> {
  const entries = await reader.list(modules);
  const names = entries.filter((entry) => entry.type !== 'file' && /^\d+\.\d+/.test(entry.name));
  return names.map((entry) => entry.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

async function chooseRelease(
  reader: SourceReader,
  modules: string,
  wanted: string | undefined,
): Promise<string | undefined> {
  if (wanted !== undefined) return (await reader.exists(joinUri(modules, wanted), 'directory')) ? wanted : undefined;
  const releases = await releasesOf(reader, modules);
  const newest = releases.at(-1);
  if (releases.length > 1) {
    reader.problem(
      `${relativePath(reader.folder, modules)} has modules of ${releases.length} kernels (${releases.join(', ')}); ${newest} is used. Name lib/modules/RELEASE as the source to choose another.`,
    );
  }
  return newest;
}

/**
 * The headers folder that belongs to the release. `build` is often an absolute link, which means a place
 * inside the rootfs and never one of this machine.
 */
async function findHeaders(reader: SourceReader, folder: string, release: string): Promise<string | undefined> {
  const candidates: string[] = [];
  for (const name of ['build', 'source']) {
    const real = await reader.realPath(`${folder}/${name}`);
    if (real === undefined) continue;
    candidates.push(isWithin(reader.folder, real) ? real : reader.uri(uriPath(real)));
  }
  candidates.push(reader.uri(`usr/src/linux-headers-${release}`), reader.uri(`usr/src/kernels/${release}`));
  for (const candidate of new Set(candidates)) {
    if (await reader.exists(`${candidate}/include/generated/utsrelease.h`)) return candidate;
  }
  return undefined;
}

function symversPlaces(reader: SourceReader, folder: string, release: string): string[] {
  return [
    ...symversSuffixes.map((suffix) => `${folder}/symvers${suffix}`),
    `${folder}/Module.symvers`,
    ...symversSuffixes.map((suffix) => reader.uri(`boot/symvers-${release}${suffix}`)),
  ];
}

/** What modules outside the kernel's own tree export: their Module.symvers, else the modules themselves. */
async function readProviders(
  reader: SourceReader,
  folder: string,
  readModule: ModuleReader | undefined,
): Promise<readonly SymbolTable[]> {
  const tables: SymbolTable[] = [];
  const modules: string[] = [];
  const places = ['extra', 'updates', 'updates/dkms'].map((name) => `${folder}/${name}`);
  for (const place of [...places, reader.uri('usr/src')]) {
    if (place !== reader.uri('usr/src')) reader.watchFolder(place);
    for (const entry of await reader.list(place)) {
      const uri = joinUri(place, entry.name);
      if (entry.name === 'Module.symvers') await addSymvers(uri);
      else if (entry.type === 'directory' && !/^linux-(?:headers|kbuild|source)/.test(entry.name)) {
        await addSymvers(`${uri}/Module.symvers`);
        if (place !== reader.uri('usr/src') && entry.name !== 'dkms') await addModules(uri);
      } else if (isModuleName(entry.name)) modules.push(uri);
    }
  }
  if (readModule) tables.push(...(await exportsOfModules(modules.slice(0, limits.providerModules), readModule)));
  return tables;

  async function addSymvers(uri: string): Promise<void> {
    const table = await reader.symvers(uri);
    if (table) tables.push(table);
  }

  async function addModules(uri: string): Promise<void> {
    reader.watchFolder(uri);
    for (const entry of await reader.list(uri)) if (isModuleName(entry.name)) modules.push(joinUri(uri, entry.name));
  }
}

function isModuleName(name: string): boolean {
  return /\.ko(?:\.(?:gz|xz|zst))?$/.test(name);
}
