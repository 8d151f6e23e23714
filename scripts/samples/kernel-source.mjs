// The build side of a Debian kernel's source: what Kconfig and Kbuild read, and nothing that is compiled for the kernel.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, run, unpackedPackage } from './debian-kernels.mjs';

const patterns = ['*/Kconfig*', '*/Kbuild*', '*/Makefile*', '*/scripts/*'];

/**
 * The folder of Debian's linux-source of a series such as '6.1', out of its package when it is not there yet (140 MB, a
 * quarter of a minute to unpack). VERMAGIC_KERNEL_CACHE may hold one. Throws when apt knows none.
 */
export function kernelSource(series) {
  const name = `linux-source-${series}`;
  for (const base of [process.env['VERMAGIC_KERNEL_CACHE'], cacheDirectory]) {
    if (base !== undefined && existsSync(join(base, name, 'Kconfig'))) return join(base, name);
  }
  const archive = join(unpackedPackage(name, 'all'), 'usr', 'src', `${name}.tar.xz`);
  const part = join(cacheDirectory, `${name}.${process.pid}.part`);
  mkdirSync(part, { recursive: true });
  run('tar', ['-xJf', archive, '-C', part, '--strip-components=1', '--wildcards', ...patterns]);
  const folder = join(cacheDirectory, name);
  if (existsSync(folder)) rmSync(part, { recursive: true });
  else renameSync(part, folder);
  return folder;
}

/** Version of a kernel source by its Makefile, e.g. '6.1.192'. */
export function sourceVersion(folder) {
  const makefile = readFileSync(join(folder, 'Makefile'), 'utf8');
  const value = (name) => new RegExp(`^${name} *= *(\\S*)`, 'm').exec(makefile)?.[1] ?? '';
  return `${value('VERSION')}.${value('PATCHLEVEL')}.${value('SUBLEVEL')}${value('EXTRAVERSION')}`;
}
