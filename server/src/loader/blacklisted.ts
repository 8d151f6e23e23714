import type { LoadCheck } from './load-check.ts';

/** `module_blacklist=` of the kernel command line: exact names, `-` and `_` are not folded. */
export const blacklisted: LoadCheck = {
  name: 'blacklisted',
  kernelFunction: 'kernel/module/main.c: blacklisted',
  run(state) {
    const list = state.target.moduleBlacklist;
    const name = state.infoName;
    if (list?.value.includes(name) !== true) {
      return;
    }
    state.print(`Module ${name} is blacklisted`);
    state.refuse(
      'EPERM',
      'module-blacklisted',
      `module_blacklist= of the kernel command line (${list.origin.label}) names ${name}. Take it from the command line to load the module; modprobe's own blacklist has nothing to do with it.`,
      { expected: `not ${name}`, actual: name },
    );
  },
};
