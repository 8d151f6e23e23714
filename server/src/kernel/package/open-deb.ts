import { limits } from '../../limits.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { Compression, Decompressor } from '../../ports/decompressor.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Parsed, Problem } from '../../ports/parsed.ts';
import { joinUri } from '../../ports/uri.ts';
import { type ArMember, readArMembers } from './ar.ts';
import { ArchiveFileSystem } from './archive-file-system.ts';
import { readTar, type TarEntry } from './tar.ts';
import { unpackedSource } from './unpacked-source.ts';

export interface DebPackage {
  /** Fields of its control file: `Package`, `Version`, `Architecture`, `Source`, … */
  readonly control: ReadonlyMap<string, string>;
  readonly files: FileSystem;
  /** The URI of its `/` in `files`. */
  readonly root: string;
}

/**
 * Opens a Debian package as a read-only file system, nothing being written anywhere (format: deb(5)).
 * @param name the package's file name, which becomes part of the URIs.
 * @param enough stops the listing at an entry: what comes after it is then not there. A kernel image
 * package has its configuration and image at the head, and 390 MB of modules after them.
 */
export async function openDebAsFileSystem(
  decompressor: Decompressor,
  source: ByteSource,
  name: string,
  enough?: (entry: TarEntry) => boolean,
): Promise<Parsed<DebPackage | undefined>> {
  const { value: members, problems: arProblems } = await readArMembers(source);
  const problems: Problem[] = [...arProblems];
  const data = members && (await openTar(decompressor, source, members, 'data.tar', problems));
  if (members === undefined || data === undefined) return { value: undefined, problems };
  const control = await openTar(decompressor, source, members, 'control.tar', problems);
  const root = joinUri(`deb://${encodeURIComponent(name)}`, '');
  const { value: entries, problems: tarProblems } = await readTar(data, enough);
  problems.push(...tarProblems);
  const files = new ArchiveFileSystem(root, data, entries);
  return { value: { control: control ? await controlFields(control) : new Map(), files, root }, problems };
}

async function openTar(
  decompressor: Decompressor,
  source: ByteSource,
  members: readonly ArMember[],
  stem: string,
  problems: Problem[],
): Promise<ByteSource | undefined> {
  const member = members.find(({ name }) => name === stem || name.startsWith(`${stem}.`));
  if (member === undefined) {
    if (problems.length === 0) problems.push({ message: `The package has no ${stem}: it is no Debian package.` });
    return undefined;
  }
  const formats: Readonly<Record<string, Compression>> = { '': 'none', '.gz': 'gzip', '.xz': 'xz', '.zst': 'zstd' };
  const format = formats[member.name.slice(stem.length)];
  if (format === undefined) {
    problems.push({
      message: `${member.name} of the package is packed in a way that is not read here (only gz, xz and zst).`,
    });
    return undefined;
  }
  if (member.sizeBytes > limits.packageBytes) {
    problems.push({
      message: `${member.name} of the package has ${member.sizeBytes} bytes; up to ${limits.packageBytes} are read.`,
    });
    return undefined;
  }
  const packed = new Uint8Array(member.sizeBytes);
  await source.read(member.offset, packed);
  const unpacked = await unpackedSource(decompressor, format, packed);
  if (typeof unpacked !== 'string') return unpacked;
  problems.push({ message: `${member.name} of the package cannot be unpacked. ${unpacked}` });
  return undefined;
}

async function controlFields(tar: ByteSource): Promise<ReadonlyMap<string, string>> {
  const { value: entries } = await readTar(tar, ({ path }) => path === 'control');
  const entry = entries.find(({ path }) => path === 'control');
  if (entry === undefined || entry.sizeBytes > limits.textBytes) return new Map();
  const bytes = new Uint8Array(entry.sizeBytes);
  await tar.read(entry.offset, bytes);
  const fields = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const found = /^([A-Za-z][\w-]*):[ \t]*(.*)$/.exec(line);
    if (found?.[1] !== undefined) fields.set(found[1], found[2] ?? '');
  }
  return fields;
}
