// Debian's kernels as found by apt: newest release of a series, unpacked packages, headers that Kbuild can use.
// Needs apt and dpkg-deb, no root. Everything lands in a cache folder, by package name and version.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Where packages are kept; VERMAGIC_KERNEL_CACHE names a folder whose `x/PACKAGE_ARCH` are used first, read-only. */
export const cacheDirectory = join(projectRoot, '.cache', 'kernels');
const sharedCache = process.env['VERMAGIC_KERNEL_CACHE'];

/** Runs a program and returns its standard output; throws with its last words when it fails. */
export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, ...options });
  if (done.error) throw new Error(`${command} cannot be run: ${done.error.message}`);
  if (done.status !== 0) {
    const last = `${done.stdout ?? ''}\n${done.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}:\n${last}`);
  }
  return done.stdout;
}

function hostArchitecture() {
  return run('dpkg', ['--print-architecture']).trim();
}

/** apt options that see the packages of `architecture`: for a foreign one with package lists of its own. */
function aptOptions(architecture) {
  if (architecture === 'all' || architecture === hostArchitecture()) return [];
  const lists = join(cacheDirectory, `lists-${architecture}`);
  const options = [
    `-oAPT::Architecture=${architecture}`,
    `-oAPT::Architectures=${architecture}`,
    `-oDir::State::Lists=${lists}`,
    '-oDir::State::status=/dev/null',
    `-oDir::Cache=${join(cacheDirectory, `apt-${architecture}`)}`,
  ];
  if (!existsSync(lists)) {
    mkdirSync(join(lists, 'partial'), { recursive: true });
    mkdirSync(join(cacheDirectory, `apt-${architecture}`, 'archives', 'partial'), { recursive: true });
    // A mirror in the middle of an update loses some lists and keeps the others; those still name good packages.
    const update = spawnSync('apt-get', [...options, 'update'], { encoding: 'utf8' });
    if (update.status !== 0) {
      const errors = `${update.stderr ?? ''}`.split('\n').filter((line) => line.startsWith('E:'));
      console.error(`apt-get update for ${architecture} was incomplete: ${errors[0] ?? update.error?.message}`);
    }
  }
  return options;
}

/** Natural order, so that 6.1.0-9 comes before 6.1.0-56. */
function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

const packagesByArchitecture = new Map();

/** Names of all kernel packages; asking apt takes seconds, so it is asked once. */
function kernelPackages(architecture) {
  let names = packagesByArchitecture.get(architecture);
  if (names === undefined) {
    names = run('apt-cache', [...aptOptions(architecture), 'pkgnames', 'linux-']).split('\n');
    packagesByArchitecture.set(architecture, names);
  }
  return names;
}

/**
 * The newest release of a series that has both image and headers, e.g. ('6.1', 'rt-arm64', 'arm64') gives
 * '6.1.0-56-rt-arm64'. Throws when apt knows none.
 */
export function newestRelease(series, flavour, architecture) {
  const releases = (kind) => {
    const prefix = `linux-${kind}-${series}.`;
    const version = /^[\d.]+(-\d+)?(\+deb\d+(u\d+)?)?$/;
    return kernelPackages(architecture)
      .filter((name) => name.startsWith(prefix) && name.endsWith(`-${flavour}`))
      .map((name) => name.slice(`linux-${kind}-`.length))
      .filter((release) => version.test(release.slice(0, -flavour.length - 1)));
  };
  const images = new Set(releases('image'));
  const found = releases('headers')
    .filter((release) => images.has(release))
    .sort(byVersion)
    .at(-1);
  if (found === undefined) {
    throw new Error(`apt knows no linux-headers-${series}.*-${flavour} for ${architecture}; run apt-get update first`);
  }
  return found;
}

/** Version of a package as apt would download it. */
export function packageVersion(name, architecture) {
  const line = run('apt-cache', [...aptOptions(architecture), 'show', '--no-all-versions', name])
    .split('\n')
    .find((text) => text.startsWith('Version: '));
  if (line === undefined) throw new Error(`apt knows no package ${name} for ${architecture}`);
  return line.slice('Version: '.length);
}

function downloadInto(directory, name, architecture) {
  const debs = join(cacheDirectory, 'debs');
  mkdirSync(debs, { recursive: true });
  const version = packageVersion(name, architecture);
  const isThisVersion = (file) => file.startsWith(`${name}_${version.replace(':', '%3a')}_`) && file.endsWith('.deb');
  if (!readdirSync(debs).some(isThisVersion)) {
    run('apt-get', [...aptOptions(architecture), 'download', name], { cwd: debs });
  }
  const file = readdirSync(debs).find(isThisVersion);
  if (file === undefined) throw new Error(`apt-get download ${name} left no file`);
  run('dpkg-deb', ['-x', join(debs, file), directory]);
}

/** The folder a package is unpacked in, downloaded when it is not there yet. */
export function unpackedPackage(name, architecture) {
  const folder = `${name}_${architecture}`;
  for (const base of [sharedCache, cacheDirectory]) {
    if (base !== undefined && existsSync(join(base, 'x', folder))) return join(base, 'x', folder);
  }
  const directory = join(cacheDirectory, 'x', folder);
  const part = emptyPart(directory);
  downloadInto(part, name, architecture);
  settle(part, directory);
  return directory;
}

/** A fresh folder beside `directory` that no other process of the same cache uses. */
function emptyPart(directory) {
  const part = `${directory}.${process.pid}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  return part;
}

/** Gives the finished folder its name; when another process was faster, its folder stays. */
function settle(part, directory) {
  if (existsSync(directory)) rmSync(part, { recursive: true, force: true });
  else renameSync(part, directory);
}

/**
 * A folder in which `make modules M=…` works for `release`: headers, their common part and this machine's kbuild
 * programs unpacked into one root, so that the packages' own relative links hold.
 */
export function headersDirectory(release, architecture) {
  const root = join(cacheDirectory, 'headers', release);
  const headers = join(root, 'usr', 'src', `linux-headers-${release}`);
  if (existsSync(headers)) return headers;
  const part = emptyPart(root);
  downloadInto(part, `linux-headers-${release}`, architecture);
  const makefile = join(part, 'usr', 'src', `linux-headers-${release}`, 'Makefile');
  const common = /^include \/usr\/src\/(linux-headers-\S+)\/Makefile/m.exec(readFileSync(makefile, 'utf8'))?.[1];
  if (common === undefined) throw new Error(`${makefile} includes no common Makefile`);
  downloadInto(part, common, architecture);
  const kbuild = `linux-kbuild-${/^linux-headers-(\d+\.\d+\.\d+\+deb\d+(?:u\d+)?|\d+\.\d+)/.exec(common)?.[1]}`;
  downloadInto(part, kbuild, hostArchitecture());
  writeFileSync(makefile, `include ${join(root, 'usr', 'src', common)}/Makefile\n`);
  settle(part, root);
  return headers;
}

/** `headers` by links, with another Module.symvers (none for `undefined`): the kernel build that drifted. */
export function headersWithSymvers(headers, directory, symvers) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(headers)) {
    if (name === 'Module.symvers') continue;
    symlinkSync(join(headers, name), join(directory, name));
  }
  if (symvers !== undefined) writeFileSync(join(directory, 'Module.symvers'), symvers);
  return directory;
}

export const compilers = {
  amd64: { arch: 'x86_64', prefix: '', compiler: 'gcc-12', package: 'gcc-12' },
  i386: { arch: 'i386', prefix: '', compiler: 'gcc-12', package: 'gcc-12' },
  arm64: {
    arch: 'arm64',
    prefix: 'aarch64-linux-gnu-',
    compiler: 'aarch64-linux-gnu-gcc-12',
    package: 'gcc-12-aarch64-linux-gnu',
  },
  armhf: {
    arch: 'arm',
    prefix: 'arm-linux-gnueabihf-',
    compiler: 'arm-linux-gnueabihf-gcc-12',
    package: 'gcc-12-arm-linux-gnueabihf',
  },
  s390x: {
    arch: 's390',
    prefix: 's390x-linux-gnu-',
    compiler: 's390x-linux-gnu-gcc-12',
    package: 'gcc-12-s390x-linux-gnu',
  },
};

/** Whether the compiler for a Debian architecture is installed. */
export function hasCompiler(architecture) {
  return spawnSync(compilers[architecture].compiler, ['--version']).status === 0;
}

/**
 * Runs Kbuild over an external module folder and returns what it printed. No build paths; debug information only
 * where the headers carry a vmlinux, because Kbuild then insists on making BTF from it (strip it afterwards).
 */
export function kbuild({ headers, directory, architecture, extraSymbols = [], variables = [] }) {
  const { arch, prefix } = compilers[architecture];
  const debug = existsSync(join(headers, 'vmlinux')) ? '-g' : '-g0';
  const args = [
    '-s',
    '-C',
    headers,
    `M=${directory}`,
    `ARCH=${arch}`,
    `CROSS_COMPILE=${prefix}`,
    `KCFLAGS=${debug} -ffile-prefix-map=${directory}/= -ffile-prefix-map=${cacheDirectory}=/cache`,
    `KAFLAGS=${debug}`,
    ...(extraSymbols.length > 0 ? [`KBUILD_EXTRA_SYMBOLS=${extraSymbols.join(' ')}`] : []),
    ...variables,
    'modules',
  ];
  const done = spawnSync('make', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (done.error) throw new Error(`make cannot be run: ${done.error.message}`);
  const output = `${done.stdout}${done.stderr}`;
  if (done.status !== 0)
    throw new Error(`make ${args.join(' ')} failed:\n${output.trim().split('\n').slice(-30).join('\n')}`);
  return output;
}
