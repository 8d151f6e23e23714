import type { RuleExample } from './script-rule.ts';

export const forceUnloadExamples: readonly RuleExample[] = [
  { name: 'rmmod -f', text: 'sudo rmmod ⟦-f⟧ hello\n', fixed: 'sudo rmmod hello\n' },
  { name: 'rmmod --force', text: 'rmmod hello ⟦--force⟧\n', fixed: 'rmmod hello\n' },
  { name: 'a unique beginning', text: 'rmmod ⟦--fo⟧ hello\n' },
  { name: 'modprobe -rf', text: 'modprobe ⟦-rf⟧ hello\n', fixed: 'modprobe -r hello\n' },
  { name: 'modprobe -r --force', text: 'modprobe -r ⟦--force⟧ hello\n', fixed: 'modprobe -r hello\n' },
  { name: 'busybox rmmod', text: 'busybox rmmod ⟦-f⟧ hello\n' },
  { name: 'a trap', text: "trap 'rmmod ⟦-f⟧ hello' EXIT INT\n", fixed: "trap 'rmmod hello' EXIT INT\n" },
  { name: 'a loop over a list in a variable', text: 'MODS="a b"\nfor m in $MODS; do rmmod ⟦-f⟧ $m; done\n' },
  { name: 'a condition', text: 'lsmod | grep -q hello && rmmod ⟦-f⟧ hello\n' },
  { name: 'plain removal', text: 'rmmod hello\nmodprobe -r hello\nrmmod -v hello\n' },
  { name: 'rm -f', text: 'rm -f hello.ko\n' },
  { name: 'a message', text: 'echo "rmmod -f hello"\n' },
];
