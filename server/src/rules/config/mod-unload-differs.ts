import { type ConfigRule, decides, placeOf } from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

export const modUnloadDiffers: ConfigRule = {
  *check(facts) {
    const vermagic = facts.target?.vermagic;
    if (!facts.target || vermagic === undefined || !decides(facts, 'MODULE_UNLOAD')) return;
    const expected = vermagic.value.split(' ').includes('mod_unload');
    const actual = facts.config.enabled('MODULE_UNLOAD');
    if (expected === actual) return;
    const [want, is] = expected ? ['y', 'not set'] : ['n', 'y'];
    yield {
      rule: 'mod-unload-differs',
      ...placeOf(facts, 'MODULE_UNLOAD', 'MODULES'),
      message: `CONFIG_MODULE_UNLOAD is ${is} here, so vermagic ${expected ? 'lacks' : 'has'} the word "mod_unload"; ${facts.target.name} ${expected ? 'has' : 'lacks'} it (${vermagic.origin.label}). Every module of one is refused by the other: ${expected ? 'set' : 'unset'} it and rebuild.`,
      expected: want ?? '',
      actual: is ?? '',
      fixes: [
        setSymbols(
          facts,
          `${expected ? 'Set' : 'Unset'} CONFIG_MODULE_UNLOAD`,
          { MODULE_UNLOAD: want ?? 'y' },
          'MODULES',
        ),
      ],
    };
  },
};
