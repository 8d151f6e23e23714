import { edited, ignoreModversions, ignoreVermagic, type JudgeCase, SHF_ALLOC } from '../judge-case.ts';
import type { ModuleBytes } from '../module-bytes.ts';

function setVermagic(module: ModuleBytes, change: (vermagic: string) => string): void {
  module.setModinfo('vermagic', `vermagic=${change(module.modinfoValue('vermagic'))}`);
}

const swapToken = (module: ModuleBytes) => setVermagic(module, (text) => text.replace(' mod_unload ', ' mod_onload '));
const swapRelease = (module: ModuleBytes) => setVermagic(module, (text) => text.replace(/^(\d)/, '9'));
const hideVersions = (module: ModuleBytes) =>
  module.setFlags(module.section('__versions'), (flags) => flags & ~SHF_ALLOC);

export const vermagicCases: readonly JudgeCase[] = [
  edited('vermagic-token', 'judge_plain', swapToken),
  edited('vermagic-release', 'judge_plain', swapRelease),
  edited('vermagic-release-versions-hidden', 'judge_plain', (module) => {
    swapRelease(module);
    hideVersions(module);
  }),
  edited('vermagic-shortened', 'judge_plain', (module) => setVermagic(module, (text) => text.slice(0, -1))),
  edited('vermagic-no-space', 'judge_plain', (module) => setVermagic(module, () => '6.1.0')),
  edited('vermagic-empty', 'judge_plain', (module) => setVermagic(module, () => '')),
  edited('vermagic-tag-missing', 'judge_plain', (module) => {
    module.setModinfo('vermagic', `vermagix=${module.modinfoValue('vermagic')}`);
  }),
  edited('vermagic-token-forced', 'judge_plain', swapToken, { flags: ignoreVermagic }),
  edited('vermagic-release-modversions-forced', 'judge_plain', swapRelease, { flags: ignoreModversions }),
  edited('vermagic-release-both-forced', 'judge_plain', swapRelease, { flags: ignoreModversions | ignoreVermagic }),
];
