import type { LoadCheck } from './load-check.ts';
import { findSection } from './module-sections.ts';

/** Per-CPU data of a module needs an SMP kernel. */
export const percpuAllocation: LoadCheck = {
  name: 'percpu-allocation',
  kernelFunction: 'kernel/module/main.c: percpu_modalloc',
  run(state, module) {
    const section = findSection(module, '.data..percpu');
    if (section === undefined || section.size === 0) {
      return;
    }
    const vermagic = state.target.vermagic?.value;
    const smp =
      state.target.config === undefined && vermagic !== undefined
        ? / SMP /.test(vermagic)
        : state.config('SMP', true, this.name);
    if (!smp) {
      state.refuse(
        'ENOMEM',
        'vermagic-mismatch',
        `The module has per-CPU data, and ${state.configOrigin('SMP')} is not set. Rebuild it with the target's configuration.`,
        { actual: '.data..percpu' },
      );
    }
  },
};
