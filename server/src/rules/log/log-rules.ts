import type { RuleSet } from '../text-rule.ts';
import { faultingModules } from './faulting-module.ts';
import { loadRefusals } from './load-refusal.ts';
import { taintedTraces } from './tainted-trace.ts';

/** The rules over kernel logs: dmesg, journal and serial captures. */
export const logRules: RuleSet = {
  kinds: ['kernel-log'],
  run: (document, context) => [
    ...loadRefusals(document, context.modulesNamed),
    ...faultingModules(document, context.modulesNamed),
    ...taintedTraces(document),
  ],
};
