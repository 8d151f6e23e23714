import { type ConfigRule, nameSpan } from './config-facts.ts';

export const perKernelKey: ConfigRule = {
  *check(facts) {
    const setting = facts.syntax.settings.get('SYSTEM_TRUSTED_KEYS');
    if (setting === undefined || setting.shape !== 'string' || setting.value === '') return;
    yield {
      rule: 'per-kernel-key',
      ...nameSpan(facts, setting),
      message: `The certificates in "${setting.value}" are built into this kernel image. A kernel from elsewhere, a distribution's update included, does not have them, and modules signed with them are refused there ("Key was rejected by service"). Keys that have to outlive kernels belong in the machine's own list: mokutil --import.`,
    };
  },
};
