import type { LoadCheck } from './load-check.ts';

/** A module of this name stands in the kernel: EEXIST, without a message. */
export const alreadyLoaded: LoadCheck = {
  name: 'already-loaded',
  kernelFunction: 'kernel/module/main.c: add_unformed_module, module_patient_check_exists',
  run(state) {
    const other = state.machine.loaded.find((loaded) => loaded.name === state.name);
    if (other === undefined) {
      return;
    }
    state.refuse(
      'EEXIST',
      'already-loaded',
      `A module named ${state.name} is loaded already (${other.module.uri}). The kernel prints nothing. Remove that one first: rmmod ${state.name}.`,
      { actual: state.name },
    );
  },
};
