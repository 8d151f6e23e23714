import type { RuleSet } from '../text-rule.ts';

/** The rules over everything that runs commands. */
export const scriptRules: RuleSet = {
  kinds: ['shell'],
  run: () => [],
};
