import { SHT_NOBITS } from '../elf/constants.ts';
import type { LoadCheck } from './load-check.ts';
import { findSection } from './module-sections.ts';

/** Sections get their place in memory. Up to 6.2 nothing looks whether struct module has contents in the file. */
export const moveModule: LoadCheck = {
  name: 'move-module',
  kernelFunction: 'kernel/module/main.c: move_module',
  run(state, module) {
    if (findSection(module, '.gnu.linkonce.this_module')?.type === SHT_NOBITS) {
      state.crash(
        'elf-invalid',
        'The section .gnu.linkonce.this_module has no contents (SHT_NOBITS): the kernel takes a struct module of zeros from it and crashes while loading the module. Kernels since 6.4 refuse such a file. Build it again.',
      );
    }
  },
};
