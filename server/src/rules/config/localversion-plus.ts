import { type ConfigRule, placeOf } from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

export const localversionPlus: ConfigRule = {
  *check(facts) {
    if (!facts.config.enabled('LOCALVERSION_AUTO')) return;
    yield {
      rule: 'localversion-plus',
      ...placeOf(facts, 'LOCALVERSION_AUTO'),
      message:
        'CONFIG_LOCALVERSION_AUTO=y appends the commit ("-00012-g1a2b3c4d5e6f", and "-dirty" for a changed tree) to the release of a git checkout: every commit is another kernel to its modules. Unset it and give make a LOCALVERSION (an empty one suppresses the "+").',
      fixes: [setSymbols(facts, 'Unset CONFIG_LOCALVERSION_AUTO', { LOCALVERSION_AUTO: 'n' })],
    };
  },
};
