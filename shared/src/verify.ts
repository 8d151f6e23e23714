import type { CheckReport, FindingReport } from './report.ts';

/** What is verified as one: a root file system, a folder of modules, or all that a project asks for. */
export type VerifyKind = 'rootfs' | 'build-tree' | 'preflight';

export interface VerifyParams {
  readonly kind: VerifyKind;
  /** The tree's folder; for `preflight` the project's. */
  readonly uri: string;
  /** Name of the kernel to compare with, as `vermagic/targets` names it; without it, the kernel in the tree. */
  readonly target?: string | null;
  /** Progress is told under this token; without it, the server asks the client for one. */
  readonly workDoneToken?: string | number;
}

/** A tree that the workspace has. */
export interface VerifyPlace {
  readonly kind: 'rootfs' | 'build-tree';
  readonly uri: string;
  /** From the workspace folder. */
  readonly name: string;
  /** The kernel that it is compared with by default; null where the kernel is looked for in the tree. */
  readonly target: string | null;
  /** Names of folders of modules: the releases. */
  readonly releases: readonly string[];
}

/** The answer of `vermagic/verify`: trees, the modules in them that are not clean, and their findings. */
export interface VerifyReport {
  readonly kind: VerifyKind;
  readonly uri: string;
  readonly name: string;
  /** Whether nothing stands against flashing or installing it. */
  readonly ready: boolean;
  /** `Ready: …` or `Do not flash: …` (of a tree alone `Not ready: …`), in one sentence. */
  readonly verdict: string;
  /** One for each kernel of each tree. */
  readonly trees: readonly VerifiedTree[];
  /** Findings in scripts and configuration, which only `preflight` looks at. */
  readonly scripts: readonly PlacedFinding[];
  readonly modules: number;
  readonly durationMs: number;
}

/** One kernel's modules. */
export interface VerifiedTree {
  readonly kind: 'rootfs' | 'build-tree';
  readonly uri: string;
  readonly name: string;
  readonly ready: boolean;
  /** Why not, in a few words each. */
  readonly reasons: readonly string[];
  readonly target: CheckReport['target'];
  readonly modules: number;
  readonly loads: number;
  readonly refused: number;
  readonly undetermined: number;
  readonly unsigned: number;
  /** Only those that are not clean. */
  readonly results: readonly VerifiedModule[];
  /** How many more there are than `results` has. */
  readonly moreResults: number;
  /** About the tree as a whole. */
  readonly findings: readonly PlacedFinding[];
  readonly unreadable: readonly string[];
  readonly notes: readonly string[];
}

export interface VerifiedModule {
  readonly uri: string;
  /** From the tree's folder. */
  readonly path: string;
  readonly verdict: CheckReport['verdict'];
  readonly errno: string | null;
  /** At most twenty of each rule; the last one then says how many more there are. */
  readonly findings: readonly FindingReport[];
  readonly missing: readonly string[];
}

/** A finding and the file that it is about. */
export interface PlacedFinding extends FindingReport {
  readonly uri: string;
  readonly path: string;
  /** Lines and UTF-16 columns from 0, end exclusive; absent for a file that is no text. */
  readonly range?: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
}

export interface ForgetVerifiedParams {
  /** The folder that was verified; null: every one. */
  readonly uri: string | null;
}
