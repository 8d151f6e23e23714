import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  type DebianArchitecture,
  hasCompiler,
  headersDirectory,
  newestRelease,
  packageVersion,
  unpackedPackage,
} from '../../../scripts/samples/debian-kernels.mjs';

/** A kernel that acts as judge: a Debian package, booted in an emulator. */
export interface JudgeKernel {
  /** e.g. `6.1 rt-amd64`. */
  readonly name: string;
  readonly release: string;
  readonly packageVersion: string;
  readonly architecture: DebianArchitecture;
  /** The unpacked image package: `boot/`, `lib/modules/`. */
  readonly image: string;
  /** Headers that Kbuild can use. */
  readonly headers: string;
}

export interface Unavailable {
  readonly name: string;
  readonly reason: string;
}

interface Wanted {
  readonly series: string;
  readonly flavour: string;
  readonly architecture: 'amd64' | 'arm64';
}

const wanted: readonly Wanted[] = [
  { series: '6.1', flavour: 'amd64', architecture: 'amd64' },
  { series: '6.1', flavour: 'rt-amd64', architecture: 'amd64' },
  { series: '6.12', flavour: 'amd64', architecture: 'amd64' },
  { series: '6.1', flavour: 'rt-arm64', architecture: 'arm64' },
  { series: '6.1', flavour: 'arm64', architecture: 'arm64' },
];

const judgeNames = wanted.map(({ series, flavour }) => `${series} ${flavour}`);

const emulators = { amd64: 'qemu-system-x86_64', arm64: 'qemu-system-aarch64' } as const;

/** The newest kernel of each wanted kind, or in one line why there is none. */
export function judgeKernels(): readonly (JudgeKernel | Unavailable)[] {
  return judgeNames.map(judgeKernel);
}

/** One of them, by name. */
export function judgeKernel(name: string): JudgeKernel | Unavailable {
  const found = wanted.find(({ series, flavour }) => name === `${series} ${flavour}`);
  return found === undefined ? { name, reason: 'no such judge' } : summon(name, found);
}

function summon(name: string, { series, flavour, architecture }: Wanted): JudgeKernel | Unavailable {
  const emulator = emulators[architecture];
  if (spawnSync(emulator, ['--version']).status !== 0) return { name, reason: `${emulator} is not installed` };
  if (!hasCompiler(architecture)) return { name, reason: `no gcc-12 for ${architecture} is installed` };
  try {
    const release = newestRelease(series, flavour, architecture);
    return {
      name,
      release,
      packageVersion: packageVersion(`linux-image-${release}`, architecture),
      architecture,
      image: unpackedPackage(`linux-image-${release}`, architecture),
      headers: headersDirectory(release, architecture),
    };
  } catch (error) {
    return { name, reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

export function isJudge(kernel: JudgeKernel | Unavailable): kernel is JudgeKernel {
  return 'release' in kernel;
}

/** The bootable file. */
export function kernelFile(kernel: JudgeKernel): string {
  return join(kernel.image, 'boot', `vmlinuz-${kernel.release}`);
}
