import type { LateExports } from './late-exports.ts';
import type { LateKeys } from './late-keys.ts';
import type { TargetKernel } from './target-kernel.ts';

/** What kind of place facts come from, in the order in which they are believed. */
export type SourceKind =
  | 'running'
  | 'image'
  | 'known-good-module'
  | 'build-tree'
  | 'headers'
  | 'rootfs'
  | 'package'
  | 'pins'
  | 'settings';

type Facts = Omit<TargetKernel, 'name' | 'origins' | 'problems' | 'lateKeys' | 'lateExports'>;

/**
 * What one source says of a kernel: some of a TargetKernel's facts. `mergeTargets` makes a TargetKernel
 * of one or more parts. A TargetKernel is a part itself.
 */
export interface KernelPart extends Partial<{ readonly [Name in keyof Facts]: Facts[Name] | undefined }> {
  readonly kind?: SourceKind;
  readonly origins: TargetKernel['origins'];
  readonly problems: TargetKernel['problems'];
  /** URIs that were read or looked for: when one of them changes or appears, the part is stale. */
  readonly dependsOn?: readonly string[];
  /** RANDSTRUCT_HASHED_SEED, which composing vermagic needs on such kernels. */
  readonly randstructHash?: string | undefined;
  /** Keys that cost too much to be read with the rest. */
  readonly lateKeys?: LateKeys | undefined;
  readonly lateExports?: LateExports | undefined;
}

/** A TargetKernel that knows which files it was made from. */
export interface OpenedTarget extends TargetKernel {
  readonly dependsOn: readonly string[];
}
