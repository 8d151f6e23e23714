import { SHF_EXECINSTR, SHF_WRITE } from '../elf/constants.ts';
import type { LoadCheck } from './load-check.ts';

const writeAndExecute = SHF_WRITE | SHF_EXECINSTR;

/** No section may be both writable and executable. */
export const enforceRwxSections: LoadCheck = {
  name: 'enforce-rwx-sections',
  kernelFunction: 'kernel/module/strict_rwx.c: module_enforce_rwx_sections',
  run(state, module) {
    const section = module.elf?.sections.find((one) => (one.flags & writeAndExecute) === writeAndExecute);
    if (section === undefined || !state.config('STRICT_MODULE_RWX', false, this.name)) {
      return;
    }
    state.print(`${state.name}: section ${section.name} (index ${section.index}) has invalid WRITE|EXEC flags`);
    state.refuse(
      'ENOEXEC',
      'section-flags',
      `Section ${section.name} (index ${section.index}) is both writable and executable, which ${state.configOrigin('STRICT_MODULE_RWX')} forbids. Look for assembly or a linker script that puts code and data into one section.`,
      { actual: section.name },
    );
  },
};
