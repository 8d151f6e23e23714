/** Debian kernels of this machine's apt, as the tests over real kernels use them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { headersDirectory, newestRelease, unpackedPackage } from '../../scripts/samples/debian-kernels.mjs';
import type { KernelPart, OpenedTarget } from '../../server/src/kernel/kernel-part.ts';
import { mergeTargets } from '../../server/src/kernel/merge-targets.ts';
import { openParts } from '../../server/src/kernel/open-target.ts';
import { nodePorts } from '../../server/src/node/platform.ts';
import { silentLogger } from '../../server/src/ports/logger.ts';
import { targetPartReaders } from '../../server/src/service/target-part-readers.ts';

export const ports = nodePorts(silentLogger);

export interface DebianKernel {
  readonly release: string;
  /** The unpacked image package: `boot/`, `lib/modules/`. */
  readonly root: string;
  readonly headers: string;
}

/** The newest kernel of a series and flavour, or in one line why there is none. */
export function debianKernel(series: string, flavour: string): DebianKernel | string {
  try {
    const release = newestRelease(series, flavour, 'amd64');
    return {
      release,
      root: unpackedPackage(`linux-image-${release}`, 'amd64'),
      headers: headersDirectory(release, 'amd64'),
    };
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

/** What a target can be made from. `rootfs` is without the kernel image that lies in it. */
export type Source = 'headers' | 'rootfs' | 'image';

const read = new Map<string, Promise<readonly KernelPart[]>>();

function partsOf(kernel: DebianKernel, source: Source): Promise<readonly KernelPart[]> {
  const places = {
    headers: kernel.headers,
    rootfs: kernel.root,
    image: join(kernel.root, 'boot', `vmlinuz-${kernel.release}`),
  };
  const place = places[source];
  const options = source === 'image' ? { partReaders: targetPartReaders(ports) } : {};
  const parts = read.get(place) ?? openParts(ports, pathToFileURL(place).href, options);
  read.set(place, parts);
  return parts;
}

/** The target that some of a kernel's sources make; each source is read once. */
export async function targetOf(kernel: DebianKernel, sources: readonly Source[]): Promise<OpenedTarget> {
  const parts: KernelPart[] = [];
  for (const source of sources) parts.push(...(await partsOf(kernel, source)));
  return mergeTargets(`${kernel.release} by ${sources.join(', ')}`, parts);
}

/** All modules of a kernel, sorted by path. */
export function modulesOf({ root, release }: DebianKernel): readonly string[] {
  const folder = join(root, 'lib', 'modules', release, 'kernel');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ko(?:\.xz)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** `count` of them, evenly spread. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  const step = items.length / count;
  return Array.from({ length: Math.min(count, items.length) }, (_, index) => items[Math.floor(index * step)] as T);
}

export function unpackedModule(file: string): Buffer {
  return file.endsWith('.xz')
    ? execFileSync('xz', ['--decompress', '--stdout', file], { maxBuffer: 256 * 1024 * 1024 })
    : readFileSync(file);
}
