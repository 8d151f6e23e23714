import { generationOf } from './kernel-versions.ts';
import type { LoadCheck } from './load-check.ts';
import { getModinfo } from './module-sections.ts';

/** A livepatch module needs a kernel with CONFIG_LIVEPATCH. */
export const checkModinfoLivepatch: LoadCheck = {
  name: 'check-modinfo-livepatch',
  kernelFunction: 'kernel/module/main.c: check_modinfo_livepatch',
  run(state) {
    if (getModinfo(state, 'livepatch') === undefined) {
      return;
    }
    if (!state.config('LIVEPATCH', true, this.name)) {
      state.print(`${state.name}: module is marked as livepatch module, but livepatch support is disabled`);
      state.refuse(
        'ENOEXEC',
        'livepatch-unsupported',
        `The module is a livepatch, and ${state.configOrigin('LIVEPATCH')} is not set. Use a kernel built with livepatch support.`,
      );
      return;
    }
    if (state.byVersion(generationOf) === 'early') {
      livepatchTaint.run(state, state.module);
    }
  },
};

/** Taint K; in the late order it comes with the other taints. */
export const livepatchTaint: LoadCheck = {
  name: 'livepatch-taint',
  kernelFunction: 'kernel/module/main.c: check_modinfo_livepatch (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    if (getModinfo(state, 'livepatch') === undefined) {
      return;
    }
    state.taint('K');
    state.printOnce('livepatch', `${state.name}: tainting kernel with TAINT_LIVEPATCH`);
  },
};
