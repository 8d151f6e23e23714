import { atLeast } from '../kernel/kernel-version.ts';
import { targetHasModversions } from './check-version.ts';
import { moduleNameOf } from './find-symbol.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { findSection } from './module-sections.ts';
import { locate } from './origin-location.ts';
import { silentRefusal, tryToForceLoad } from './try-to-force-load.ts';

/** What a module exports must carry CRCs on a kernel that checks them, and since 7.2 its flags. */
export const checkExportSymbolSections: LoadCheck = {
  name: 'check-export-symbol-sections',
  kernelFunction:
    'kernel/module/main.c: check_module_license_and_versions (<= 6.2), check_export_symbol_versions (>= 6.5), check_export_symbol_sections (>= 7.2)',
  run(state, module) {
    const table = (name: string) => (findSection(module, name)?.size ?? 0) > 0;
    // Of these it is the address that counts, which an empty section has too (section_objs).
    const has = (name: string) => findSection(module, name) !== undefined;
    const plain = table('__ksymtab');
    const gpl = table('__ksymtab_gpl');
    if (!plain && !gpl) {
      return;
    }
    const flagged = state.byVersion((version) => atLeast(version, 7, 2));
    if (flagged) {
      for (const name of ['__ksymtab_gpl', '__kcrctab_gpl']) {
        if (findSection(module, name) !== undefined) {
          state.print(`${state.name}: ignoring obsolete section ${name}`);
        }
      }
    }
    if (flagged && plain && !has('__kflagstab')) {
      state.print(`${state.name}: no flags for exported symbols`);
      state.refuse(
        'ENOEXEC',
        'elf-invalid',
        'The module exports symbols without a __kflagstab section, which kernels since 7.2 require: it was built for an older kernel. Rebuild it.',
      );
      return;
    }
    const withoutCrc = (plain && !has('__kcrctab')) || (!flagged && gpl && !has('__kcrctab_gpl'));
    if (!withoutCrc || !targetHasModversions(state, this.name)) {
      return;
    }
    if (!tryToForceLoad(state, 'no versions for exported symbols', this.name)) {
      state.refuse(
        'ENOEXEC',
        'versions-empty',
        `The module exports symbols without CRCs; ${silentRefusal(state)}. Rebuild it with the target's configuration (CONFIG_MODVERSIONS=y).`,
      );
      return;
    }
    state.report(
      'versions-empty',
      'warning',
      `The module exports symbols without CRCs; ${state.configOrigin('MODULE_FORCE_LOAD')} lets it pass with taint F. Rebuild it with the target's configuration.`,
    );
  },
};

/** Without the target's exports it is open whether the module's are among them. */
function refuseIfExportsClash(state: LoadState): void {
  const free = state.choose('exports of the target', [true, false], {
    fact: "the target's own exports",
    supply: "Give the target's Module.symvers (build tree, headers, symvers of its package) or its kernel image.",
    check: 'verify-exported-symbols',
  });
  if (!free) {
    state.refuseFor('ENOEXEC', []);
  }
}

/** An export that the kernel or a loaded module has already. */
export const verifyExportedSymbols: LoadCheck = {
  name: 'verify-exported-symbols',
  kernelFunction: 'kernel/module/main.c: complete_formation, verify_exported_symbols',
  run(state, module) {
    if (module.exports.length === 0) {
      return;
    }
    if (state.target.symbols === undefined) {
      refuseIfExportsClash(state);
      return;
    }
    const needed = new Set<string>();
    for (const entry of module.imports) {
      const exporter = state.target.symbols?.get(entry.symbol)?.exporter;
      if (exporter !== undefined && exporter !== 'vmlinux') {
        needed.add(moduleNameOf(exporter));
      }
    }
    const obsolete = state.byVersion((version) => atLeast(version, 7, 2));
    for (const { symbol, gplOnly } of module.exports) {
      if (obsolete && gplOnly && findSection(module, '__ksymtab_gpl') !== undefined) {
        continue;
      }
      const listed = state.target.symbols?.get(symbol);
      const listedOwner = listed === undefined ? undefined : moduleNameOf(listed.exporter);
      const inKernel = listed !== undefined && (listedOwner === 'vmlinux' || needed.has(listedOwner ?? ''));
      const loaded = state.machine.loaded.find((other) => other.exports.has(symbol));
      const owner = inKernel ? (listedOwner === 'vmlinux' ? 'kernel' : listedOwner) : loaded?.name;
      if (owner === undefined || owner === state.name) {
        continue;
      }
      state.print(`${state.name}: exports duplicate symbol ${symbol} (owned by ${owner})`);
      state.refuse(
        'ENOEXEC',
        'duplicate-export',
        `The module exports ${symbol}, which ${owner === 'kernel' ? 'the kernel itself' : owner} exports already. Remove one of the two, or do not load both.`,
        { symbol, ...locate(inKernel ? listed?.origin : undefined, `${symbol} is exported here already`) },
      );
      return;
    }
  },
};
