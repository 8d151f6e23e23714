import type { LoadCheck } from './load-check.ts';
import { findSection, readAllNames } from './module-sections.ts';

/** Constructors may stand in one of two sections, not in both; x86 looks for its own sections among the names of all. */
export const moduleFinalize: LoadCheck = {
  name: 'module-finalize',
  kernelFunction: 'kernel/module/main.c: find_module_sections (CONFIG_CONSTRUCTORS); arch/x86: module_finalize',
  run(state, module) {
    if (/^(x86_64|i386)$/.test(state.target.architecture?.value.name ?? '')) {
      readAllNames(state);
    }
    if (findSection(module, '.ctors') === undefined || findSection(module, '.init_array') === undefined) {
      return;
    }
    if (state.config('CONSTRUCTORS', false, this.name)) {
      state.refuse(
        'EINVAL',
        'elf-invalid',
        `The module has both .ctors and .init_array, which a kernel with ${state.configOrigin('CONSTRUCTORS')}=y refuses. Build all its objects with one compiler.`,
      );
    }
  },
};
