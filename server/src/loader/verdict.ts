import type { Finding } from '../findings/finding.ts';

/** errno names the module loader returns. */
export type Errno =
  | 'EPERM'
  | 'ENOENT'
  | 'ENOEXEC'
  | 'ENOMEM'
  | 'EACCES'
  | 'EBUSY'
  | 'EEXIST'
  | 'EINVAL'
  | 'ENOSPC'
  | 'ERANGE'
  | 'EBADMSG'
  | 'EOPNOTSUPP'
  | 'EKEYREJECTED'
  | 'EFAULT'
  | 'E2BIG'
  | 'ENOTSUPP';

/** The prediction for one module on one target. */
export interface Verdict {
  readonly verdict: 'loads' | 'refused' | 'undetermined';
  /** `undefined` when the module loads, or when the missing facts leave more than one errno possible. */
  readonly errno: Errno | undefined;
  /**
   * The kernel's lines, in order and without time stamps, up to and including the refusal. An address at the end of a
   * line, which nobody can know beforehand, is left out.
   */
  readonly dmesg: readonly string[];
  /** Lines that the kernel logs only under some answers to the missing facts; empty when `dmesg` is the whole log. */
  readonly possibleDmesg: readonly PossibleLines[];
  /** Letters that `/sys/module/NAME/taint` would show (or, when refused, that the kernel keeps), in bit order. */
  readonly taint: string;
  /** The first fatal one first; those of later checks say "would also". */
  readonly findings: readonly Finding[];
  /** Facts without which the verdict is open, each with how to supply it. */
  readonly missing: readonly MissingFact[];
}

export interface PossibleLines {
  /** The missing facts, as `MissingFact.fact` names them. */
  readonly dependsOn: readonly string[];
  readonly lines: readonly string[];
}

export interface MissingFact {
  /** e.g. "Module.symvers of the target". */
  readonly fact: string;
  /** What to do, as a sentence. */
  readonly supply: string;
  /** The check that needs it. */
  readonly check: string;
  /** What stays open without it: the verdict itself, or only the errno or the taint of a certain one. */
  readonly decides?: 'verdict' | 'errno' | 'taint';
}

/**
 * What verifying the appended signature against the target's keys gave, computed beforehand because
 * WebCrypto is asynchronous. `unknown`: the target's keys are not known well enough to say.
 */
export type SignatureResult = 'valid' | 'unknown-key' | 'bad-digest' | 'unsupported' | 'malformed' | 'unknown';

/** How the module would be handed to the kernel. */
export interface LoadRequest {
  /** finit_module's MODULE_INIT_IGNORE_VERMAGIC: `--force-vermagic`. */
  readonly ignoreVermagic?: boolean;
  /** finit_module's MODULE_INIT_IGNORE_MODVERSIONS: `--force-modversion`. */
  readonly ignoreModversions?: boolean;
  /** finit_module's MODULE_INIT_COMPRESSED_FILE: the kernel is asked to unpack the file itself. */
  readonly compressedFile?: boolean;
  /** Further finit_module flag bits, as a hand-written loader might set them. */
  readonly otherFlags?: number;
  /** kernel.modules_disabled=1, `nomodule`, or a caller without CAP_SYS_MODULE. */
  readonly notPermitted?: boolean;
  /** module.sig_enforce=1, over what the target says. */
  readonly sigEnforce?: boolean;
  readonly lockdown?: 'none' | 'integrity' | 'confidentiality';
  /** Parameters as on insmod's command line: `name=value`. */
  readonly parameters?: string;
  /** Name of the loading process, which the lockdown message quotes. `insmod` when not given. */
  readonly loader?: string;
  /** The module's signature, verified beforehand. */
  readonly signature?: SignatureResult;
  /** Letters of the taints that the kernel carries already; a fresh boot when not given. */
  readonly kernelTaint?: string;
}
