import type { Found, RuleSet } from '../text-rule.ts';
import { extraSymbolsMissing } from './extra-symbols-missing.ts';
import { type KbuildRuleCheck, kbuildFacts } from './kbuild-facts.ts';
import { kbuildObjectMissing } from './kbuild-object-missing.ts';
import { kbuildUnknownVariable } from './kbuild-unknown-variable.ts';
import { kernelMakefile } from './kernel-makefile.ts';
import { makefileKernelFolder } from './makefile-kernel-folder.ts';
import { symversMissing } from './symvers-missing.ts';

const rules: readonly KbuildRuleCheck[] = [
  kbuildObjectMissing,
  kbuildUnknownVariable,
  extraSymbolsMissing,
  symversMissing,
  kernelMakefile,
  makefileKernelFolder,
];

/** About the kernel, where it is, and what is given to a build there: these hold for a Makefile that leaves the modules to a Kbuild file. */
const folderRules: readonly KbuildRuleCheck[] = [
  kbuildUnknownVariable,
  extraSymbolsMissing,
  symversMissing,
  kernelMakefile,
  makefileKernelFolder,
];

/** The rules over Kbuild files, and over Makefiles that lead to one. */
export const kbuildRules: RuleSet = {
  kinds: ['kbuild', 'makefile'],
  async run(document, context) {
    const facts = kbuildFacts(document, context);
    const found: Found[] = [];
    for (const rule of document.kind === 'kbuild' ? rules : folderRules) {
      for await (const item of rule.check(facts)) found.push(item);
    }
    return found;
  },
};
