import type { TrustedKey } from '../kernel/target-kernel.ts';
import type { BtfFault } from '../module/btf-header.ts';
import type { ParameterDetails } from '../module/parameter-details.ts';
import type { SignatureResult } from './verdict.ts';

/**
 * What a prediction may use of a module beyond its parsed form, because it costs reading or time. Each part
 * may be left out; the check that would use it then says nothing.
 */
export interface ModuleEvidence {
  readonly signature?: SignatureResult;
  /** The keyring of the key that `signature` was verified with; a ring that the kernel does not ask does not count. */
  readonly signatureKeyring?: TrustedKey['keyring'];
  /** Relocations of the sections that the loader relocates (SHF_ALLOC targets), read when asked for. */
  readonly relocations?: () => Iterable<RelocationFact>;
  /** Limits and marks of the parameters, by name; wanted only where parameters are given. */
  readonly parameters?: ReadonlyMap<string, ParameterDetails>;
  /** Whether `.BTF` fits the target's vmlinux. */
  readonly btf?: 'valid' | 'mismatch';
  /** What is wrong with `.BTF` whatever the target. */
  readonly btfFault?: BtfFault;
}

export interface RelocationFact {
  /** Entries without an addend (SHT_REL); with one where not given. */
  readonly rel?: true;
  /** Number of the architecture's relocation type. */
  readonly type: number;
  /** Name of the section that is patched. */
  readonly section: string;
  /** The place to be patched holds something else than zero (x86 refuses to add to it). */
  readonly targetNotZero?: boolean;
  /** What is to be stored, where it may not fit or may lead nowhere. */
  readonly value?: RelocatedValue;
}

/** The value that a relocation stores, as far as it is known before the module has its place in memory. */
export type RelocatedValue =
  /** An address inside the module. */
  | { readonly kind: 'module' }
  /** A place in the module's per-CPU data. */
  | { readonly kind: 'per-cpu' }
  /** The same wherever the module lies; a signed number. */
  | { readonly kind: 'fixed'; readonly value: number }
  | {
      readonly kind: 'import';
      readonly symbol: string;
      readonly weak: boolean;
      /** The module branches to it, so it is code. */
      readonly isCalled: boolean;
      /** A weak symbol that the module only branches to: it never looks whether the symbol is there. */
      readonly onlyCalled: boolean;
      /** The value if the symbol stays undefined, as weak ones may. */
      readonly ifNowhere: number;
    };
