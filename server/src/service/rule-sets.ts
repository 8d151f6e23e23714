import { configRules } from '../rules/config/config-rules.ts';
import { scriptConfigRules } from '../rules/config/script-config-rules.ts';
import { csourceRules } from '../rules/csource/csource-rules.ts';
import { kbuildRules } from '../rules/kbuild/kbuild-rules.ts';
import { localversionFileRules } from '../rules/kbuild/localversion-file.ts';
import { pinsRules } from '../rules/kbuild/pins-rules.ts';
import { scriptExtraSymbolsRules } from '../rules/kbuild/script-extra-symbols.ts';
import { scriptKernelFolderRules } from '../rules/kbuild/script-kernel-folder.ts';
import { logRules } from '../rules/log/log-rules.ts';
import { scriptRules } from '../rules/shell/script-rules.ts';
import { aptSourceRules } from '../rules/shell/unguarded-source.ts';
import type { RuleSet } from '../rules/text-rule.ts';

/** Every set of rules over text. Each looks at the kinds of files that it names. */
export const ruleSets: readonly RuleSet[] = [
  scriptRules,
  aptSourceRules,
  configRules,
  scriptConfigRules,
  kbuildRules,
  pinsRules,
  localversionFileRules,
  scriptKernelFolderRules,
  scriptExtraSymbolsRules,
  csourceRules,
  logRules,
];
