import type { KernelVersion, Vendor } from '../kernel/target-kernel.ts';

/** How a distributor's kernel deviates from upstream where a verdict depends on it. */
export interface VendorProfile {
  readonly vendor: Vendor;
  /** A symbol that is not listed in `__versions`: upstream warns once and accepts, Debian refuses (check_version). */
  readonly missingVersion: 'accept' | 'refuse';
  /** Module signatures are also tried against `.platform` (UEFI db, MOK) (mod_verify_sig). */
  readonly platformKeyring: boolean;
  /** Kernels whose `__versions` holds variable-length records (struct modversion_info): [major, minor]. */
  readonly flexibleVersions: readonly (readonly [number, number])[];
}

/**
 * Ubuntu's variable records are in 6.8 and 6.11 only. NVIDIA's L4T 5.10 and 5.15 follow upstream; its 6.8 is
 * based on Ubuntu 24.04 and is taken to share the record format.
 */
export const vendorProfiles: Readonly<Record<Vendor, VendorProfile>> = {
  upstream: { vendor: 'upstream', missingVersion: 'accept', platformKeyring: false, flexibleVersions: [] },
  debian: { vendor: 'debian', missingVersion: 'refuse', platformKeyring: true, flexibleVersions: [] },
  ubuntu: {
    vendor: 'ubuntu',
    missingVersion: 'accept',
    platformKeyring: true,
    flexibleVersions: [
      [6, 8],
      [6, 11],
    ],
  },
  l4t: { vendor: 'l4t', missingVersion: 'accept', platformKeyring: false, flexibleVersions: [[6, 8]] },
};

export function usesFlexibleVersions(profile: VendorProfile, version: KernelVersion): boolean {
  return profile.flexibleVersions.some(([major, minor]) => major === version.major && minor === version.minor);
}
