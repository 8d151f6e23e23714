import { type ConfigRule, placeOf } from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

export const forceUnloadEnabled: ConfigRule = {
  *check(facts) {
    if (!facts.config.enabled('MODULE_FORCE_UNLOAD')) return;
    yield {
      rule: 'force-unload-enabled',
      ...placeOf(facts, 'MODULE_FORCE_UNLOAD'),
      message:
        'CONFIG_MODULE_FORCE_UNLOAD=y lets "rmmod -f" remove a module that is in use; what still calls it then runs freed memory. Keep it for development kernels; unset it for what ships.',
      fixes: [setSymbols(facts, 'Unset CONFIG_MODULE_FORCE_UNLOAD', { MODULE_FORCE_UNLOAD: 'n' })],
    };
  },
};
