import type { Fact, Origin } from './fact.ts';
import type { KernelConfig } from './kernel-config.ts';
import type { Vendor } from './target-kernel.ts';

export interface VendorHints {
  readonly release: Fact<string> | undefined;
  readonly config: Fact<KernelConfig> | undefined;
  /** Text of package.h, utsversion.h, compile.h or the banner. */
  readonly buildText?: Fact<string> | undefined;
}

/**
 * Who made the kernel, as far as it shows. `undefined` when nothing shows it: a kernel that merely
 * looks plain may still carry a distributor's patches.
 */
export function detectVendor(hints: VendorHints): Fact<Vendor> | undefined {
  const { release, config, buildText } = hints;
  // Tegra kernels first: those of L4T R38 are built from Ubuntu's tree and carry its signature.
  if (release && /(?:^|-)tegra(?:$|[-+])/.test(release.value)) return made('l4t', release.origin, 'the release name');
  const signature = config?.value.get('VERSION_SIGNATURE');
  if (config && signature?.startsWith('Ubuntu')) {
    return made('ubuntu', lineOf(config, 'VERSION_SIGNATURE'), 'CONFIG_VERSION_SIGNATURE');
  }
  if (buildText && /\bDebian \d+\.\d+/.test(buildText.value)) return made('debian', buildText.origin, 'the build text');
  if (release && /\+deb\d+/.test(release.value)) return made('debian', release.origin, 'the release name');
  const salt = config?.value.get('BUILD_SALT');
  const compiler = config?.value.get('CC_VERSION_TEXT') ?? '';
  if (config && salt !== undefined && salt !== '' && compiler.includes('(Debian ')) {
    return made('debian', lineOf(config, 'BUILD_SALT'), 'CONFIG_BUILD_SALT and the compiler');
  }
  if (release && debianRelease.test(release.value) && compiler.includes('Debian ')) {
    return made('debian', release.origin, 'the release name and the compiler');
  }
  if (release && ubuntuRelease.test(release.value)) return made('ubuntu', release.origin, 'the release name');
  return undefined;
}

const debianRelease =
  /^\d+\.\d+\.\d+-\d+-(?:rt-|cloud-)?(?:amd64|arm64|armmp(?:-lpae)?|686(?:-pae)?|powerpc64le|s390x|riscv64)$/;
const ubuntuRelease = /^\d+\.\d+\.\d+-\d+-(?:generic|lowlatency|realtime|aws|azure|gcp|oracle|oem|raspi|kvm)$/;

function made(value: Vendor, origin: Origin, by: string): Fact<Vendor> {
  return { value, origin: { ...origin, label: `${by} (${origin.label})` } };
}

function lineOf(config: Fact<KernelConfig>, symbol: string): Origin {
  const line = config.value.line(symbol);
  return line === undefined ? config.origin : { ...config.origin, line };
}
