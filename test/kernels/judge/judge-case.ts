import { ModuleBytes } from './module-bytes.ts';

export type BuiltModule =
  | 'judge_plain'
  | 'judge_provider'
  | 'judge_user'
  | 'judge_twin'
  | 'judge_closed'
  | 'judge_heir'
  | 'judge_torn'
  | 'judge_torn_late'
  | 'judge_lost'
  | 'judge_weak'
  | 'judge_empty';

/** What the cases of one kernel are made from. */
export interface CaseKit {
  readonly architecture: 'amd64' | 'arm64';
  /** A module of ours, built for this kernel. */
  built(name: BuiltModule): Buffer;
  /** `judge_plain` as built for another judge; `undefined` when that one is not at hand. */
  builtFor(kernelName: string): Buffer | undefined;
  /** `drivers/net/dummy.ko` of the distribution, signed with the kernel's own key, unpacked. */
  signed(): Buffer;
  /** Signs with a key that no keyring has. */
  sign(module: Uint8Array, hash: string): Buffer;
}

/** One load: a file, how it is handed over, and what is loaded before it. */
export interface JudgeCase {
  readonly id: string;
  /** `undefined`: the case does not exist on this kernel. */
  readonly make: (kit: CaseKit) => Uint8Array | undefined;
  readonly flags?: number;
  readonly parameters?: string;
  readonly before?: readonly BuiltModule[];
  /** Run also with module.sig_enforce=1, where nearly every other case ends at the signature. */
  readonly underSigEnforce?: boolean;
  /** The kernel prints names that it takes from behind a table's end: whatever the file holds there. */
  readonly printsRubbish?: boolean;
  /** Run also with lockdown=integrity. A kernel says ten times in five seconds at most that this is why it refuses. */
  readonly underLockdown?: boolean;
}

/** `module_blacklist=` of every boot. */
export const blacklistedName = 'judge_blckd';

/** A case that edits one of our modules. */
export function edited(
  id: string,
  name: BuiltModule,
  edit: (module: ModuleBytes, kit: CaseKit) => void,
  extra: Omit<JudgeCase, 'id' | 'make'> = {},
): JudgeCase {
  return {
    id,
    make: (kit) => {
      const module = new ModuleBytes(kit.built(name));
      edit(module, kit);
      return module.bytes;
    },
    ...extra,
  };
}

/** A case that loads one of our modules as it is. */
export function asBuilt(id: string, name: BuiltModule, extra: Omit<JudgeCase, 'id' | 'make'> = {}): JudgeCase {
  return { id, make: (kit) => kit.built(name), ...extra };
}

/** MODULE_INIT_* of include/uapi/linux/module.h. */
export const ignoreModversions = 1;
export const ignoreVermagic = 2;
export const compressedFile = 4;

export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
