import type { RuleExample } from './script-rule.ts';

export const suppressionWithoutReasonExamples: readonly RuleExample[] = [
  { name: 'no reason', text: 'echo\n# ⟦vermagic disable=force-load⟧\ninsmod -f x.ko\n' },
  { name: 'an empty reason', text: 'echo\n# ⟦vermagic disable=force-load --⟧\ninsmod -f x.ko\n' },
  { name: 'no rule', text: 'echo\n# ⟦vermagic disable= -- because⟧\n' },
  { name: 'an unknown rule', text: 'echo\n# vermagic disable=⟦forced-load⟧ -- lab machine\n' },
  {
    name: 'with a reason',
    text: 'echo\n# vermagic disable=force-load -- lab machine without modversions\ninsmod -f x.ko\n',
  },
  { name: 'several rules', text: 'echo\n# vermagic disable=force-load,force-unload -- lab machine\ninsmod -f x.ko\n' },
  { name: 'a text about it', text: 'echo "write vermagic disable=force-load"\n' },
];
