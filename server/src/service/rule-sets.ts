import { scriptRules } from '../rules/shell/script-rules.ts';
import type { RuleSet } from '../rules/text-rule.ts';

/** Every set of rules over text. Each looks at the kinds of files that it names. */
export const ruleSets: readonly RuleSet[] = [scriptRules];
