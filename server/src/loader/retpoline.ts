import type { LoadCheck } from './load-check.ts';
import { getModinfo } from './module-sections.ts';

/**
 * A warning on x86 kernels that defend by retpolines. The kernel prints it only while a Spectre v2
 * mitigation is active, which the CPU and `mitigations=` decide; the usual case, active, is assumed.
 */
export const checkModinfoRetpoline: LoadCheck = {
  name: 'check-modinfo-retpoline',
  kernelFunction: 'kernel/module/main.c: check_modinfo_retpoline; arch/x86/kernel/cpu/bugs.c: retpoline_module_ok',
  run(state) {
    const architecture = state.target.architecture?.value.name;
    const config = state.target.config;
    if ((architecture !== 'x86_64' && architecture !== 'i386') || config === undefined) {
      return;
    }
    const option = ['MITIGATION_RETPOLINE', 'RETPOLINE'].find((name) => config.value.enabled(name));
    if (option === undefined || getModinfo(state, 'retpoline') !== undefined) {
      return;
    }
    state.print('Spectre V2 : System may be vulnerable to spectre v2');
    state.print(`${state.name}: loading module not compiled with retpoline compiler.`);
    state.report(
      'retpoline-missing',
      'info',
      `The target defends against Spectre v2 by retpolines (${state.configOrigin(option)}) and the module was built without: the kernel warns and reports itself vulnerable while it is loaded. Rebuild it with the kernel's own configuration.`,
    );
  },
};
