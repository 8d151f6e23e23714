import type { KernelModule } from '../module/kernel-module.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import type { LoadRequest } from './verdict.ts';

/** What the pipeline carries from check to check. */
export interface LoadState {
  readonly target: TargetKernel;
  readonly request: LoadRequest;
  /** Modules loaded before this one (`--with`), in order. */
  readonly loaded: readonly KernelModule[];
}
