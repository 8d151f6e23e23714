import { type ConfigRule, placeOf } from './config-facts.ts';

/** Kconfig's default: a key that the build makes and that nobody keeps. */
const generatedKey = 'certs/signing_key.pem';

export const sigForceWithoutKey: ConfigRule = {
  *check(facts) {
    const { config } = facts;
    if (!config.enabled('MODULE_SIG_FORCE')) return;
    const trusted = config.get('SYSTEM_TRUSTED_KEYS') ?? '';
    const own = config.get('MODULE_SIG_KEY') ?? generatedKey;
    if (trusted !== '' || (own !== generatedKey && own !== '')) return;
    const machine = config.enabled('INTEGRITY_MACHINE_KEYRING') && config.enabled('SECONDARY_TRUSTED_KEYRING');
    yield {
      rule: 'sig-force-without-key',
      ...placeOf(facts, 'MODULE_SIG_FORCE'),
      message: `CONFIG_MODULE_SIG_FORCE=y refuses every module without a trusted signature ("Key was rejected by service"), but the only key is the one this build makes for itself in ${generatedKey}: nothing built later can be signed with it. ${machine ? 'Keys enrolled in MOK are trusted as well; name your own in CONFIG_MODULE_SIG_KEY to be sure.' : 'Name a key that you keep in CONFIG_MODULE_SIG_KEY or its certificate in CONFIG_SYSTEM_TRUSTED_KEYS.'}`,
      ...(machine && { atMost: 'warning' as const }),
    };
  },
};
