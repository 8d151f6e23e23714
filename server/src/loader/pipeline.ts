import { limits } from '../limits.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { alreadyLoaded } from './already-loaded.ts';
import { applyRelocations, moduleFrobArchSections } from './apply-relocations.ts';
import { blacklisted } from './blacklisted.ts';
import { btfModuleNotify } from './btf-module-notify.ts';
import { checkModstructVersion } from './check-modstruct-version.ts';
import type { Outcome } from './combine-worlds.ts';
import { combineWorlds } from './combine-worlds.ts';
import { elfValidityCacheCopy, elfValidityCheck } from './elf-validity-check.ts';
import { enforceRwxSections } from './enforce-rwx-sections.ts';
import { checkExportSymbolSections, verifyExportedSymbols } from './exported-symbols.ts';
import { kernelReadFile } from './kernel-read-file.ts';
import { generationOf } from './kernel-versions.ts';
import { licenseByName, licenseByNameEarly, setLicense } from './license.ts';
import { checkModinfoLivepatch, livepatchTaint } from './livepatch.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadInput } from './load-state.ts';
import { LoadState } from './load-state.ts';
import { Machine } from './machine.ts';
import { mayInitModule } from './may-init-module.ts';
import { outOfTreeTaint, stagingTaint, testTaint } from './modinfo-taints.ts';
import { moduleFinalize } from './module-finalize.ts';
import { moduleSigCheck } from './module-sig-check.ts';
import { moveModule } from './move-module.ts';
import { setupModinfo } from './namespaces.ts';
import { parseArgs } from './parse-args.ts';
import { percpuAllocation } from './percpu-allocation.ts';
import { moduleQuality } from './quality.ts';
import { checkModinfoRetpoline } from './retpoline.ts';
import { sameMagic } from './same-magic.ts';
import { signatureTaint } from './signature-taint.ts';
import { simplifySymbols } from './simplify-symbols.ts';
import { sortTaint } from './taint.ts';
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';
import { explore } from './world.ts';

/** load_module up to 6.2. */
export const earlyOrder: readonly LoadCheck[] = [
  mayInitModule,
  kernelReadFile,
  moduleSigCheck,
  elfValidityCheck,
  blacklisted,
  checkModstructVersion,
  sameMagic,
  outOfTreeTaint,
  checkModinfoRetpoline,
  stagingTaint,
  checkModinfoLivepatch,
  setLicense,
  testTaint,
  moduleFrobArchSections,
  enforceRwxSections,
  moveModule,
  alreadyLoaded,
  signatureTaint,
  percpuAllocation,
  licenseByNameEarly,
  checkExportSymbolSections,
  simplifySymbols,
  applyRelocations,
  moduleFinalize,
  verifyExportedSymbols,
  btfModuleNotify,
  parseArgs,
];

/** load_module since 6.4: taints come after everything that early_mod_check and allocation may refuse. */
export const lateOrder: readonly LoadCheck[] = [
  mayInitModule,
  kernelReadFile,
  moduleSigCheck,
  elfValidityCacheCopy,
  blacklisted,
  checkModstructVersion,
  sameMagic,
  checkModinfoLivepatch,
  alreadyLoaded,
  moduleFrobArchSections,
  enforceRwxSections,
  outOfTreeTaint,
  checkModinfoRetpoline,
  stagingTaint,
  livepatchTaint,
  setLicense,
  testTaint,
  signatureTaint,
  licenseByName,
  percpuAllocation,
  checkExportSymbolSections,
  setupModinfo,
  simplifySymbols,
  applyRelocations,
  moduleFinalize,
  verifyExportedSymbols,
  btfModuleNotify,
  parseArgs,
];

/**
 * Would the target's kernel load the module? What the module's own init function returns is beyond
 * knowing: "loads" means that the kernel calls it.
 */
export function predictLoad(input: LoadInput, module: KernelModule): Verdict {
  return combineWorlds(explore((world) => attempt(input, module, world), limits.loaderWorlds));
}

function attempt(input: LoadInput, module: KernelModule, world: World): Outcome {
  const machine = new Machine(input.request.kernelTaint);
  const refusedProviders = new Map<string, string>();
  for (const other of input.loaded) {
    const state = new LoadState({ ...input, request: requestForOthers(input) }, other, machine, world);
    runChecks(state);
    if (state.refused === undefined) {
      const exports = new Map(other.exports.map((entry) => [entry.symbol, entry]));
      machine.loaded.unshift({ module: other, name: state.name, exports, taints: state.moduleTaints });
    } else {
      for (const { symbol } of other.exports) {
        refusedProviders.set(symbol, state.name);
      }
    }
  }
  const state = new LoadState(input, module, machine, world, refusedProviders);
  runChecks(state);
  moduleQuality(state);
  return {
    errno: state.refused,
    dmesg: state.dmesg,
    taint: sortTaint(state.refused === undefined ? state.moduleTaints : state.kernelTaints),
    findings: state.findings,
    crashed: state.crashed,
    aborted: state.aborted,
  };
}

/** Modules loaded before were loaded without force and without this module's parameters and signature. */
function requestForOthers(input: LoadInput): LoadInput['request'] {
  const { sigEnforce, lockdown, loader } = input.request;
  return {
    ...(sigEnforce === undefined ? {} : { sigEnforce }),
    ...(lockdown === undefined ? {} : { lockdown }),
    ...(loader === undefined ? {} : { loader }),
  };
}

/** All checks run, also after a refusal, so that every fault is told at once. */
function runChecks(state: LoadState): void {
  const order = state.byVersion(generationOf) === 'early' ? earlyOrder : lateOrder;
  for (const check of order) {
    if (state.aborted) {
      return;
    }
    check.run(state, state.module);
  }
}
