import type { RuleId } from '../../findings/registry.ts';
import { forbiddenPackageExamples } from './forbidden-package.examples.ts';
import { forceLoadExamples } from './force-load.examples.ts';
import { forceUnloadExamples } from './force-unload.examples.ts';
import { foreignModuleExamples } from './foreign-module.examples.ts';
import { headersNotCheckedExamples } from './headers-not-checked.examples.ts';
import { holdReleasedExamples } from './hold-released.examples.ts';
import { hostBuildExamples } from './host-build.examples.ts';
import { pinOpensKernelExamples } from './pin-opens-kernel.examples.ts';
import type { RuleExample } from './script-rule.ts';
import { suppressionWithoutReasonExamples } from './suppression-without-reason.examples.ts';
import { unguardedUpgradeExamples } from './unguarded-upgrade.examples.ts';

/** The examples of every script rule; they are its tests. */
export const scriptExamples: Readonly<Partial<Record<RuleId, readonly RuleExample[]>>> = {
  'force-load': forceLoadExamples,
  'force-unload': forceUnloadExamples,
  'forbidden-package': forbiddenPackageExamples,
  'unguarded-upgrade': unguardedUpgradeExamples,
  'hold-released': holdReleasedExamples,
  'pin-opens-kernel': pinOpensKernelExamples,
  'foreign-module': foreignModuleExamples,
  'host-build': hostBuildExamples,
  'headers-not-checked': headersNotCheckedExamples,
  'suppression-without-reason': suppressionWithoutReasonExamples,
};
