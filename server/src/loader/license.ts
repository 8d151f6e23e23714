import { gplCompatibleLicenses } from '../module/proprietary.ts';
import type { LoadCheck } from './load-check.ts';
import { getModinfo } from './module-sections.ts';

/** Taint P for a licence that the kernel does not count as GPL-compatible. Only the first licence is read. */
export const setLicense: LoadCheck = {
  name: 'set-license',
  kernelFunction: 'kernel/module/main.c: set_license',
  run(state) {
    state.rememberProprietaryTaint();
    const stated = getModinfo(state, 'license');
    const license = stated ?? 'unspecified';
    if (gplCompatibleLicenses.includes(license)) {
      return;
    }
    if (!state.machine.taints.has('P')) {
      state.print(`${state.name}: module license '${license}' taints kernel.`);
    }
    state.taint('P', true);
    const known = gplCompatibleLicenses.map((one) => `"${one}"`).join(', ');
    state.report(
      'license-missing',
      'warning',
      `${stated === undefined ? 'The module states no licence' : `The licence "${license}" is none that the kernel counts as GPL-compatible`}: it taints the kernel with P and cannot use GPL-only symbols. The kernel knows ${known}; set MODULE_LICENSE to one of them if it applies.`,
      { actual: license },
    );
  },
};

/** Three modules that are counted as proprietary by their name. */
export const licenseByName: LoadCheck = {
  name: 'license-by-name',
  kernelFunction:
    'kernel/module/main.c: check_module_license_and_versions (<= 6.2), module_augment_kernel_taints (>= 6.4)',
  run(state) {
    const before = state.proprietaryTaintBefore;
    if (state.name === 'ndiswrapper') {
      state.taintKernel('P', true);
    } else if (state.name === 'driverloader' || state.name === 'lve') {
      state.taint('P', true);
    }
    if (!before && state.machine.taints.has('P')) {
      state.print(`${state.name}: module license taints kernel.`);
    }
  },
};

/** In the early order the licence is judged before: only what the names add is announced. */
export const licenseByNameEarly: LoadCheck = {
  ...licenseByName,
  run(state, module) {
    state.rememberProprietaryTaint();
    licenseByName.run(state, module);
  },
};
