import type { LoadCheck } from './load-check.ts';
import { findSection } from './module-sections.ts';

/** Constructors may stand in one of two sections, not in both. */
export const moduleFinalize: LoadCheck = {
  name: 'module-finalize',
  kernelFunction: 'kernel/module/main.c: find_module_sections (CONFIG_CONSTRUCTORS)',
  run(state, module) {
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
