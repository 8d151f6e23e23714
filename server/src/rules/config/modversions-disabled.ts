import { type ConfigRule, placeOf } from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

export const modversionsDisabled: ConfigRule = {
  *check(facts) {
    const { config, syntax, target } = facts;
    if (config.enabled('MODVERSIONS')) return;
    const said = syntax.settings.has('MODVERSIONS');
    // A file that leaves modules off, or says nothing of them, has no versions to lose.
    if (!said && !(facts.role === 'complete' && config.enabled('MODULES'))) return;
    const theirs = target?.vermagic?.value.split(' ').includes('modversions') === true;
    const effect = theirs
      ? `${target?.name} has it: its vermagic says "modversions", this configuration's will not, and each refuses the other's modules.`
      : 'No symbol carries a CRC then: a module built against other headers loads and corrupts memory instead of being refused.';
    yield {
      rule: 'modversions-disabled',
      ...placeOf(facts, 'MODVERSIONS', 'MODULES'),
      message: `CONFIG_MODVERSIONS is not set. ${effect} Set it and rebuild kernel and modules.`,
      fixes: [setSymbols(facts, 'Set CONFIG_MODVERSIONS=y', { MODVERSIONS: 'y' }, 'MODULE_UNLOAD')],
    };
  },
};
