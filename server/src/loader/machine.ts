import type { KernelModule, ModuleExport } from '../module/kernel-module.ts';

/** A module that stands in the kernel, as far as the loading of others depends on it. */
export interface LoadedModule {
  readonly module: KernelModule;
  /** `struct module`'s name. */
  readonly name: string;
  readonly exports: ReadonlyMap<string, ModuleExport>;
  /** Letters of /sys/module/NAME/taint. */
  readonly taints: ReadonlySet<string>;
}

/** What the running kernel remembers from one load to the next: a fresh boot unless told otherwise. */
export class Machine {
  /** /proc/sys/kernel/tainted as letters. */
  readonly taints: Set<string>;
  /** Messages that the kernel prints once per boot (pr_warn_once and its like). */
  readonly printedOnce = new Set<string>();
  /** Newest first, as the kernel's own list. */
  readonly loaded: LoadedModule[] = [];
  /** lib/debug_locks.c: switched off, with a message, by the first taint that makes lock data unreliable. */
  lockDebugging = true;

  constructor(kernelTaint = '') {
    this.taints = new Set(kernelTaint);
    if (this.taints.has('P') || this.taints.has('F')) {
      this.lockDebugging = false;
    }
  }
}
