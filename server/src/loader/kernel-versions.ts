import { atLeast, parseKernelVersion } from '../kernel/kernel-version.ts';
import type { KernelVersion, TargetKernel } from '../kernel/target-kernel.ts';

/**
 * Stand-ins for an unknown version: one kernel of every generation that the checks tell apart. Adding a
 * version-dependent rule with a new boundary means adding a kernel on its far side here.
 */
export const representativeVersions: readonly KernelVersion[] = [
  { major: 5, minor: 4, patch: 291 },
  { major: 5, minor: 10, patch: 262 },
  { major: 5, minor: 15, patch: 223 },
  { major: 5, minor: 19, patch: 17 },
  { major: 6, minor: 1, patch: 192 },
  { major: 6, minor: 2, patch: 16 },
  { major: 6, minor: 5, patch: 13 },
  { major: 6, minor: 8, patch: 12 },
  { major: 6, minor: 11, patch: 0 },
  { major: 6, minor: 12, patch: 117 },
  { major: 6, minor: 13, patch: 7 },
  { major: 6, minor: 14, patch: 0 },
  { major: 6, minor: 17, patch: 0 },
  { major: 7, minor: 2, patch: 13 },
  { major: 7, minor: 3, patch: 4 },
];

/** The target's version: its own fact, else what the release or the vermagic string begins with. */
export function versionOf(target: TargetKernel): KernelVersion | undefined {
  if (target.version !== undefined) {
    return target.version.value;
  }
  const release = target.release?.value ?? target.vermagic?.value.split(' ', 1)[0];
  return release === undefined ? undefined : parseKernelVersion(release);
}

/**
 * `early`: the order of checks up to 6.2; `late`: since the rework that 6.5 has and 6.2 has not. The
 * rework was merged for 6.4, so 6.3 counts as early.
 */
export type LoaderGeneration = 'early' | 'late';

export function generationOf(version: KernelVersion): LoaderGeneration {
  return atLeast(version, 6, 4) ? 'late' : 'early';
}
