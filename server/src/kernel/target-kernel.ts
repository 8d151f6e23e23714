import type { Problem } from '../ports/parsed.ts';
import type { Architecture } from './architecture.ts';
import type { Fact, Origin } from './fact.ts';
import type { KernelConfig } from './kernel-config.ts';
import type { LateExports } from './late-exports.ts';
import type { LateKeys } from './late-keys.ts';
import type { SymbolTable } from './symbol-table.ts';

/** Whose kernel it is, where deviations from upstream change a verdict (see loader/vendor-profile). */
export const vendors = ['upstream', 'debian', 'ubuntu', 'l4t'] as const;

export type Vendor = (typeof vendors)[number];

export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** A certificate that the target trusts for modules. */
export interface TrustedKey {
  /** The keyring it lies in; `known-good`: some ring that the kernel asks, by a module that loads or one file of several. */
  readonly keyring: 'builtin' | 'secondary' | 'machine' | 'platform' | 'known-good';
  /** DER of the X.509 certificate; `undefined` when only a known-good module names the key. */
  readonly certificate: Uint8Array | undefined;
  readonly subject: string | undefined;
  /** Issuer serial number, upper-case hex with colons. */
  readonly serial: string | undefined;
}

export type Lockdown = 'none' | 'integrity' | 'confidentiality';

/**
 * What is known of one kernel. Every fact may be missing; a verdict that needs a missing one is
 * "undetermined" and names it. Facts are never guessed.
 */
export interface TargetKernel {
  readonly name: string;
  /** What was read, in the order of trust. */
  readonly origins: readonly Origin[];
  readonly architecture: Fact<Architecture> | undefined;
  /** UTS_RELEASE, as in `uname -r` and in vermagic. */
  readonly release: Fact<string> | undefined;
  /** VERSION.PATCHLEVEL.SUBLEVEL of the source. */
  readonly version: Fact<KernelVersion> | undefined;
  readonly vendor: Fact<Vendor> | undefined;
  readonly config: Fact<KernelConfig> | undefined;
  /** The kernel's own VERMAGIC_STRING, trailing space included: read where possible, else composed. */
  readonly vermagic: Fact<string> | undefined;
  readonly symbols: SymbolTable | undefined;
  readonly structModuleSize: Fact<number> | undefined;
  /** `undefined`: unknown. An empty list: known to be empty. Whether others may be trusted too: `knowsAllKeys`. */
  readonly trustedKeys: Fact<readonly TrustedKey[]> | undefined;
  /** Further keys, to be read when a signature needs them. */
  readonly lateKeys?: LateKeys | undefined;
  /** Exports of modules that `symbols` lacks, to be read when a module imports them. */
  readonly lateExports?: LateExports | undefined;
  /** module.sig_enforce on the command line or CONFIG_MODULE_SIG_FORCE, where known beyond the config. */
  readonly sigEnforce: Fact<boolean> | undefined;
  readonly lockdown: Fact<Lockdown> | undefined;
  /** Items of `module_blacklist=`. */
  readonly moduleBlacklist: Fact<readonly string[]> | undefined;
  /** The kernel has `.BTF` of its own. */
  readonly hasBtf: Fact<boolean> | undefined;
  /** What disagreed or could not be read. */
  readonly problems: readonly Problem[];
}
