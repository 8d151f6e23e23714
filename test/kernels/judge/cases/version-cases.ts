import { asBuilt, edited, ignoreModversions, type JudgeCase, SHF_ALLOC } from '../judge-case.ts';

export const versionCases: readonly JudgeCase[] = [
  asBuilt('plain', 'judge_plain', { underSigEnforce: true }),
  edited('versions-renamed', 'judge_plain', (module) => module.renameSection('__versions', '__versionz'), {
    underSigEnforce: true,
  }),
  edited('versions-hidden', 'judge_plain', (module) =>
    module.setFlags(module.section('__versions'), (flags) => flags & ~SHF_ALLOC),
  ),
  edited('versions-empty', 'judge_plain', (module) =>
    module.bytes.writeBigUInt64LE(0n, module.header(module.section('__versions')) + 32),
  ),
  edited('crc-flipped', 'judge_plain', (module) => module.flipCrc('_printk')),
  edited('crc-two-flipped', 'judge_plain', (module) => {
    module.flipCrc('_printk');
    module.flipCrc('kfree');
  }),
  edited('crc-module-layout', 'judge_plain', (module) => module.flipCrc('module_layout')),
  edited('crc-module-layout-forced', 'judge_plain', (module) => module.flipCrc('module_layout'), {
    flags: ignoreModversions,
  }),
  edited('crc-flipped-forced', 'judge_plain', (module) => module.flipCrc('_printk'), { flags: ignoreModversions }),
  edited('crc-entry-missing', 'judge_plain', (module) => module.dropVersion('_printk')),
  edited('crc-module-layout-missing', 'judge_plain', (module) => module.dropVersion('module_layout')),
  edited('crc-high-half', 'judge_plain', (module) =>
    module.bytes.writeUInt32LE(1, module.versionRecord('_printk') + 4),
  ),
  edited('crc-of-provider', 'judge_user', (module) => module.flipCrc('judge_gpl'), { before: ['judge_provider'] }),
  edited('crc-of-provider-missing', 'judge_user', (module) => module.dropVersion('judge_gpl'), {
    before: ['judge_provider'],
  }),
];
