import type { TrustedKey } from '../kernel/target-kernel.ts';
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
}

export interface RelocationFact {
  /** Number of the architecture's relocation type. */
  readonly type: number;
  /** Name of the section that is patched. */
  readonly section: string;
  /** The place to be patched holds something else than zero (x86 refuses to add to it). */
  readonly targetNotZero?: boolean;
}
