import { asBuilt, edited, type JudgeCase } from '../judge-case.ts';

function withTag(id: string, tag: string): JudgeCase {
  return edited(id, 'judge_plain', (module) => module.setModinfo('spare', tag));
}

function withLicense(id: string, license: string): JudgeCase {
  return edited(id, 'judge_plain', (module) => module.setModinfo('license', `license=${license}`));
}

export const taintCases: readonly JudgeCase[] = [
  withTag('intree', 'intree=Y'),
  withTag('intree-whatever-value', 'intree=no'),
  withTag('intree-without-value', 'intree'),
  withTag('staging', 'staging=Y'),
  withTag('test', 'test=Y'),
  withTag('livepatch', 'livepatch=Y'),
  withTag('second-license', 'license=Proprietary'),
  withLicense('license-gpl', 'GPL'),
  withLicense('license-gpl-v2', 'GPL v2'),
  withLicense('license-gpl-v2-and-space', 'GPL v2 '),
  withLicense('license-dual-mpl', 'Dual MPL/GPL'),
  withLicense('license-gplv2', 'GPLv2'),
  withLicense('license-mit', 'MIT'),
  withLicense('license-proprietary', 'Proprietary'),
  edited('license-missing', 'judge_plain', (module) => module.setModinfo('license', 'lizense=Dual BSD/GPL')),
  edited('proprietary-uses-gpl-only', 'judge_user', (module) => module.setModinfo('license', 'license=Proprietary'), {
    before: ['judge_provider'],
  }),
  edited('retpoline-missing', 'judge_plain', (module, kit) => {
    if (kit.architecture === 'amd64') module.setModinfo('retpoline', 'retpolino=Y');
  }),
  asBuilt('closed-provider', 'judge_closed'),
  asBuilt('heir-of-closed', 'judge_heir', { before: ['judge_closed'] }),
  asBuilt('torn', 'judge_torn', { before: ['judge_provider', 'judge_closed'] }),
  asBuilt('torn-late', 'judge_torn_late', { before: ['judge_provider', 'judge_closed'] }),
];
