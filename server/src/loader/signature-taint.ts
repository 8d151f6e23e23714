import type { LoadCheck } from './load-check.ts';

/** Taint E for a module that no trusted key vouches for. */
export const signatureTaint: LoadCheck = {
  name: 'signature-taint',
  kernelFunction: 'kernel/module/main.c: load_module (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    if (state.signatureValid || !state.config('MODULE_SIG', false, this.name)) {
      return;
    }
    state.printOnce(
      'module-verification-failed',
      `${state.name}: module verification failed: signature and/or required key missing - tainting kernel`,
    );
    state.taint('E');
  },
};
