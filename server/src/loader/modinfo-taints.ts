import { atLeast } from '../kernel/kernel-version.ts';
import type { LoadCheck } from './load-check.ts';
import { getModinfo } from './module-sections.ts';

/** Tags of modinfo that only taint. Their presence counts, not their value. */
export const outOfTreeTaint: LoadCheck = {
  name: 'out-of-tree-taint',
  kernelFunction: 'kernel/module/main.c: check_modinfo (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    if (getModinfo(state, 'intree') !== undefined) {
      return;
    }
    if (!state.machine.taints.has('O')) {
      state.print(`${state.name}: loading out-of-tree module taints kernel.`);
    }
    state.taint('O');
  },
};

export const stagingTaint: LoadCheck = {
  name: 'staging-taint',
  kernelFunction: 'kernel/module/main.c: check_modinfo (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    if (getModinfo(state, 'staging') === undefined) {
      return;
    }
    state.taint('C');
    state.print(`${state.name}: module is from the staging directory, the quality is unknown, you have been warned.`);
  },
};

/** The `test` tag taints since 6.0: 5.19 does not know it, 6.1 does. */
export const testTaint: LoadCheck = {
  name: 'test-taint',
  kernelFunction: 'kernel/module/main.c: check_modinfo (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    if (getModinfo(state, 'test') === undefined || !state.byVersion((version) => atLeast(version, 6, 0))) {
      return;
    }
    if (!state.machine.taints.has('N')) {
      state.print(`${state.name}: loading test module taints kernel.`);
    }
    state.taint('N');
  },
};
