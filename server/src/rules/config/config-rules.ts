import { parseDotConfigSyntax } from '../../text/dot-config-syntax.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import { configDependency } from './config-dependency.ts';
import { configDuplicate } from './config-duplicate.ts';
import { type ConfigFacts, type ConfigRule, comparableTarget, configRole, versionOf } from './config-facts.ts';
import { configSyntax } from './config-syntax.ts';
import { configValueType } from './config-value-type.ts';
import { forceLoadEnabled } from './force-load-enabled.ts';
import { forceUnloadEnabled } from './force-unload-enabled.ts';
import { localversionDrift } from './localversion-drift.ts';
import { localversionPlus } from './localversion-plus.ts';
import { modUnloadDiffers } from './mod-unload-differs.ts';
import { modversionsDisabled } from './modversions-disabled.ts';
import { perKernelKey } from './per-kernel-key.ts';
import { preemptDrift } from './preempt-drift.ts';
import { sigForceWithoutKey } from './sig-force-without-key.ts';
import { SyntaxConfig } from './syntax-config.ts';

/** What a value means for modules, whoever sets it: also a script. */
export const settingRules: readonly ConfigRule[] = [
  preemptDrift,
  modUnloadDiffers,
  modversionsDisabled,
  localversionDrift,
  localversionPlus,
  forceLoadEnabled,
  forceUnloadEnabled,
  sigForceWithoutKey,
  perKernelKey,
];

const rules: readonly ConfigRule[] = [
  ...settingRules,
  configSyntax,
  configValueType,
  configDuplicate,
  configDependency,
];

/** The rules over `.config`, defconfigs and fragments. */
export const configRules: RuleSet = {
  kinds: ['dot-config'],
  async run(document, context) {
    const facts = await configFacts(document, context);
    const found: Found[] = [];
    for (const rule of rules) found.push(...rule.check(facts));
    return found;
  },
};

/** What is known of one configuration file: its lines, its target, its tree. */
export async function configFacts(document: TextDocument, context: RuleContext): Promise<ConfigFacts> {
  const syntax = context.kconfig?.syntaxOf(document.uri, document.text) ?? parseDotConfigSyntax(document.text);
  const config = new SyntaxConfig(document.text, syntax);
  const role = configRole(document, config);
  const kconfig = await context.kconfig?.treeOf(document.uri, syntax);
  const target = comparableTarget(config, context.targets);
  return {
    document,
    syntax,
    config,
    role,
    version: versionOf(syntax, target),
    target,
    pins: context.pins,
    kconfig,
    values: kconfig && context.kconfig?.valuesOf(document.uri, kconfig, syntax.settings, role === 'complete'),
  };
}
