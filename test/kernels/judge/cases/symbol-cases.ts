import { asBuilt, blacklistedName, edited, type JudgeCase } from '../judge-case.ts';
import type { ModuleBytes } from '../module-bytes.ts';

const SHN_COMMON = 0xfff2;
const u16 = (module: ModuleBytes, at: number, value: number) => module.bytes.writeUInt16LE(value, at);

export const symbolCases: readonly JudgeCase[] = [
  asBuilt('provider', 'judge_provider'),
  asBuilt('user-with-provider', 'judge_user', { before: ['judge_provider'] }),
  asBuilt('user-without-provider', 'judge_user'),
  asBuilt('empty', 'judge_empty'),
  asBuilt('weak-nowhere', 'judge_weak'),
  asBuilt('unknown-several', 'judge_lost'),
  edited('unknown-renamed', 'judge_plain', (module) => module.renameSymbol('_printk', '_printq')),
  edited('unknown-made-weak', 'judge_lost', (module) => {
    for (const name of ['judge_nowhere', 'judge_nobody']) module.bytes.writeUInt8(0x20, module.symbol(name) + 4);
  }),
  edited('weak-with-wrong-crc', 'judge_plain', (module) => {
    module.bytes.writeUInt8(0x20, module.symbol('_printk') + 4);
    module.flipCrc('_printk');
  }),
  edited('common-symbol', 'judge_plain', (module) => u16(module, module.symbol('_printk') + 6, SHN_COMMON)),
  edited('symbol-section-beyond', 'judge_plain', (module) => u16(module, module.symbol('_printk') + 6, 0xfe00)),
  edited('symbol-section-xindex', 'judge_plain', (module) => u16(module, module.symbol('_printk') + 6, 0xffff)),
  edited('unknown-then-crc', 'judge_user', (module) => module.flipCrc('judge_open')),
  edited('namespace-not-imported', 'judge_user', (module) => module.setModinfo('import_ns', 'import_nx=JUDGE'), {
    before: ['judge_provider'],
  }),
  edited('namespace-other', 'judge_user', (module) => module.setModinfo('import_ns', 'import_ns=JUDGX'), {
    before: ['judge_provider'],
  }),
  edited(
    'namespace-second-entry',
    'judge_user',
    (module) => {
      module.setModinfo('import_ns', 'import_ns=OTHER');
      module.setModinfo('spare', 'import_ns=JUDGE');
    },
    { before: ['judge_provider'] },
  ),
  edited('namespace-module-scoped', 'judge_user', (module) => module.setModinfo('spare', 'import_ns=module:judge'), {
    before: ['judge_provider'],
  }),
  asBuilt('duplicate-export', 'judge_twin', { before: ['judge_provider'] }),
  asBuilt('already-loaded', 'judge_empty', { before: ['judge_empty'] }),
  edited(
    'already-loaded-other-modinfo-name',
    'judge_empty',
    (module) => module.setModinfo('name', 'name=judge_emptx'),
    {
      before: ['judge_empty'],
    },
  ),
  edited(
    'already-loaded-and-wrong-vermagic',
    'judge_empty',
    (module) => {
      module.setModinfo('vermagic', `vermagic=${module.modinfoValue('vermagic').replace('mod_unload', 'mod_onload')}`);
    },
    { before: ['judge_empty'] },
  ),
  edited('blacklisted', 'judge_plain', (module) => {
    module.setStructModuleName(blacklistedName);
    module.setModinfo('name', `name=${blacklistedName}`);
  }),
  edited('blacklisted-struct-name-only', 'judge_plain', (module) => module.setStructModuleName(blacklistedName)),
  edited('name-tag-missing', 'judge_plain', (module) => module.setModinfo('name', 'nape=judge_plain')),
  edited('name-differs-wrong-crc', 'judge_plain', (module) => {
    module.setModinfo('name', 'name=judge_plaix');
    module.flipCrc('_printk');
  }),
];
