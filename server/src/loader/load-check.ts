import type { KernelModule } from '../module/kernel-module.ts';
import type { LoadState } from './load-state.ts';

/**
 * One check of the kernel's module loader. The pipeline calls the checks in the kernel's order
 * (`loader/pipeline.ts`); each lies in a file of its own, named as the kernel names it.
 */
export interface LoadCheck {
  /** kebab-case, as the kernel's function or what it does. */
  readonly name: string;
  /** The kernel's function, e.g. `kernel/module/main.c: check_modinfo`. */
  readonly kernelFunction: string;
  run(state: LoadState, module: KernelModule): void;
}
