import { type ConfigRule, placeOf } from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

export const forceLoadEnabled: ConfigRule = {
  *check(facts) {
    if (!facts.config.enabled('MODULE_FORCE_LOAD')) return;
    yield {
      rule: 'force-load-enabled',
      ...placeOf(facts, 'MODULE_FORCE_LOAD'),
      message:
        'CONFIG_MODULE_FORCE_LOAD=y lets a module without usable vermagic or CRCs load: the kernel only taints itself (F). Unset it, so that such a module is refused.',
      fixes: [setSymbols(facts, 'Unset CONFIG_MODULE_FORCE_LOAD', { MODULE_FORCE_LOAD: 'n' })],
    };
  },
};
