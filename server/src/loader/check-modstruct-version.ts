import { hasVisibleVersions, targetHasModversions, VersionChecker } from './check-version.ts';
import type { LoadCheck } from './load-check.ts';

/** The CRC of `module_layout`, compared before vermagic: struct module itself must be the same. */
export const checkModstructVersion: LoadCheck = {
  name: 'check-modstruct-version',
  kernelFunction: 'kernel/module/version.c: check_modstruct_version',
  run(state, module) {
    if (!targetHasModversions(state, this.name)) {
      return;
    }
    const layout = state.target.symbols?.get('module_layout');
    if (layout === undefined) {
      // Without the target's CRC only a module that carries no table at all is judged.
      const extended = module.versions.extended !== undefined && state.request.ignoreModversions !== true;
      const table = hasVisibleVersions(state) || extended;
      const same =
        !table ||
        state.choose('module_layout', [true, false], {
          fact: 'the CRC of module_layout on the target',
          supply: "Give the target's Module.symvers (build tree, headers, symvers of its package) or its kernel image.",
          check: this.name,
        });
      if (!same) {
        state.refuseFor('ENOEXEC', []);
      }
      if (table) {
        return;
      }
    }
    const crc = layout === undefined ? 0 : layout.crc;
    if (!new VersionChecker(state, this.name).accepts('module_layout', crc, layout?.origin)) {
      state.refuseFor('ENOEXEC', ['crc-mismatch', 'crc-missing', 'versions-empty', 'force-useless']);
    }
  },
};
