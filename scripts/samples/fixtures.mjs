// Fills test/fixtures/modules with one folder a kernel: the same two modules for every word size, byte order and
// Kbuild generation that Debian has headers for.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compilers, hasCompiler, headersDirectory, newestRelease, run } from './debian-kernels.mjs';
import { buildModules, copySymvers } from './module-build.mjs';

const fixtures = resolve(import.meta.dirname, '../../test/fixtures/modules');

const kernels = [
  ['6.1', 'amd64', 'amd64'],
  ['6.1', 'rt-amd64', 'amd64'],
  ['6.12', 'amd64', 'amd64'],
  ['6.1', 'arm64', 'arm64'],
  ['6.1', '686', 'i386'],
  ['6.1', 'armmp', 'armhf'],
  ['6.1', 's390x', 's390x'],
];

/** The four ways a distribution packs a module; two xz blocks because real files have several. */
function packBeacon(directory) {
  const plain = join(directory, 'beacon.ko');
  writeFileSync(`${plain}.gz`, gzipSync(readFileSync(plain), { level: 9 }));
  run('xz', ['--keep', '--force', '--check=crc32', '--block-size=4096', plain]);
  run('zstd', ['--keep', '--force', '--quiet', '-19', plain]);
  for (const suffix of ['gz', 'xz', 'zst']) statSync(`${plain}.${suffix}`);
}

export function buildFixtures() {
  for (const [series, flavour, architecture] of kernels) {
    if (!hasCompiler(architecture)) {
      console.log(`skipped ${series} ${flavour}: needs ${compilers[architecture].package}`);
      continue;
    }
    const release = newestRelease(series, flavour, architecture);
    const built = buildModules({
      name: `fixture-${release}`,
      source: join(fixtures, 'source'),
      modules: ['beacon', 'listener'],
      headers: headersDirectory(release, architecture),
      architecture,
    });
    const directory = join(fixtures, `${series}-${flavour}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
    for (const file of ['beacon.ko', 'listener.ko']) copyFileSync(join(built, file), join(directory, file));
    copySymvers(built, directory);
    if (flavour === 'amd64' && series === '6.1') packBeacon(directory);
    console.log(`test/fixtures/modules/${series}-${flavour}: for ${release}`);
  }
}
