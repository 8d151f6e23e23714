import type { Severity } from '../findings/finding.ts';

export type PackName = 'jetson-l4t' | 'debian' | 'ubuntu' | 'raspberry-pi';

export interface ForbiddenPackage {
  /** Glob over the package name, as apt's: `*`, `?`, `[…]`, over the whole name. */
  readonly glob: string;
  /** In a few words, for the message. */
  readonly why: string;
  /** Weaker than the rule's own level. */
  readonly atMost?: Severity;
}

interface PolicyPack {
  readonly forbid: readonly ForbiddenPackage[];
  readonly requireHold: readonly string[];
}

const replacesKernel = 'it replaces the kernel, its modules or its device trees with the vendor build';
const headersOfVendor = 'its headers belong to the vendor kernel, so modules built with them get another vermagic';

/** Built-in policies. The names are those of the distributors' packages. */
export const policyPacks: Readonly<Record<PackName, PolicyPack>> = {
  'jetson-l4t': {
    forbid: [
      { glob: 'nvidia-l4t-kernel-headers', why: headersOfVendor, atMost: 'warning' },
      { glob: 'nvidia-l4t-kernel-oot-headers', why: headersOfVendor, atMost: 'warning' },
      { glob: 'nvidia-l4t-rt-kernel-headers', why: headersOfVendor, atMost: 'warning' },
      { glob: 'nvidia-l4t-rt-kernel-oot-headers', why: headersOfVendor, atMost: 'warning' },
      { glob: 'nvidia-l4t-kernel', why: replacesKernel },
      { glob: 'nvidia-l4t-kernel-*', why: replacesKernel },
      { glob: 'nvidia-l4t-rt-kernel', why: replacesKernel },
      { glob: 'nvidia-l4t-rt-kernel-*', why: replacesKernel },
      { glob: 'nvidia-l4t-display-kernel', why: replacesKernel },
      { glob: 'nvidia-l4t-display-*kernel*', why: replacesKernel },
      { glob: 'nvidia-l4t-initrd', why: 'it replaces the initrd, which carries modules of the vendor kernel' },
      { glob: 'nvidia-l4t-bootloader', why: 'it rewrites the boot partitions for the vendor kernel' },
      { glob: 'nvidia-l4t-bootloader-*', why: 'it rewrites the boot partitions for the vendor kernel' },
    ],
    requireHold: [
      'nvidia-l4t-kernel',
      'nvidia-l4t-kernel-dtbs',
      'nvidia-l4t-kernel-headers',
      'nvidia-l4t-initrd',
      'nvidia-l4t-bootloader',
    ],
  },
  debian: { forbid: [], requireHold: ['linux-image-*', 'linux-headers-*'] },
  ubuntu: { forbid: [], requireHold: ['linux-image-*', 'linux-modules-*', 'linux-headers-*'] },
  'raspberry-pi': {
    forbid: [
      { glob: 'raspberrypi-kernel-headers', why: headersOfVendor, atMost: 'warning' },
      { glob: 'linux-headers-rpi-*', why: headersOfVendor, atMost: 'warning' },
      { glob: 'raspberrypi-kernel', why: replacesKernel },
      { glob: 'linux-image-rpi-*', why: replacesKernel },
      { glob: 'raspberrypi-bootloader', why: 'it replaces the firmware and the kernel beside it' },
    ],
    requireHold: ['raspberrypi-kernel', 'raspberrypi-bootloader', 'linux-image-rpi-*'],
  },
};

const jetsonWords = /\bnvidia-l4t\b|\bL4T\b|\bLinux_for_Tegra\b|\bnv_tegra_release\b|\bl4t_\w+\.sh\b|\bJetPack\b/;
const jetsonPaths = /(^|\/)(Linux_for_Tegra|nv_tegra|l4t[^/]*|nvidia-l4t-[^/]*)(\/|$)/i;

/** Packs that a document's own words or path call for. */
export function packsSuggestedBy(path: string, text: string): readonly PackName[] {
  return jetsonWords.test(text) || jetsonPaths.test(path) ? ['jetson-l4t'] : [];
}

/** Packs that a workspace's pins (`versions.env`) call for. */
export function packsOfPins(versionsEnv: string): readonly PackName[] {
  return /^\s*(export\s+)?(L4T|JETPACK|JETSON)\w*=|-tegra\b/im.test(versionsEnv) ? ['jetson-l4t'] : [];
}
