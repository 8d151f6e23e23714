import type { RuleExample } from './script-rule.ts';

export const holdReleasedExamples: readonly RuleExample[] = [
  { name: 'one package', text: 'sudo apt-mark unhold ⟦nvidia-l4t-kernel⟧\necho x\n', fixed: 'echo x\n' },
  { name: 'one of several', text: 'apt-mark unhold git ⟦nvidia-l4t-bootloader⟧\n', fixed: 'apt-mark unhold git\n' },
  { name: 'a pattern', text: "apt-mark unhold ⟦'nvidia-l4t-*'⟧\n" },
  { name: 'every hold through a pipe', text: 'apt-mark showhold | xargs -r sudo ⟦apt-mark unhold⟧\n' },
  { name: 'every hold in a subshell', text: '(apt-mark showhold | xargs -r sudo ⟦apt-mark unhold⟧)\n' },
  { name: 'every hold through a substitution', text: '⟦apt-mark unhold⟧ $(apt-mark showhold)\n' },
  { name: 'every hold in a variable', text: 'HELD=$(apt-mark showhold)\nsudo ⟦apt-mark unhold⟧ $HELD\n' },
  { name: 'a loop over names', text: 'for p in docker-ce nvidia-l4t-initrd; do apt-mark unhold ⟦$p⟧; done\n' },
  {
    name: 'a package of the project',
    text: 'apt-mark unhold ⟦acme-kernel⟧\n',
    policy: { requireHold: ['acme-kernel'] },
  },
  {
    name: 'every hold in a loop',
    text: 'for p in $(apt-mark showhold); do\n  sudo ⟦apt-mark unhold⟧ "$p"\ndone\n',
  },
  { name: 'another mark for dpkg', text: 'echo "nvidia-l4t-kernel install" | sudo ⟦dpkg --set-selections⟧\n' },
  {
    name: 'another mark for everything',
    text: "dpkg --get-selections | sed 's/hold/install/' | sudo ⟦dpkg --set-selections⟧\n",
  },
  {
    name: 'another mark for every hold',
    text: "dpkg --get-selections | grep hold | sed -e 's/\\thold$/\\tinstall/g' | ⟦dpkg --set-selections⟧\n",
  },
  {
    name: 'another mark for some',
    text: "dpkg --get-selections | grep docker | sed 's/hold/install/' | dpkg --set-selections\ndpkg --get-selections docker-ce | sed 's/hold/install/' | dpkg --set-selections\ndpkg --get-selections | sed '/docker/s/hold/install/' | dpkg --set-selections\n",
  },
  { name: 'the mark hold for all', text: "dpkg --get-selections | sed 's/install/hold/' | dpkg --set-selections\n" },
  { name: 'another mark for another package', text: 'echo "git install" | dpkg --set-selections\n' },
  { name: 'the mark hold', text: 'echo "nvidia-l4t-kernel hold" | dpkg --set-selections\n' },
  { name: 'a loop over other packages', text: 'for p in $(apt-mark showauto); do apt-mark unhold "$p"; done\n' },
  { name: 'another package', text: 'apt-mark unhold docker-ce\n' },
  { name: 'showing only', text: 'apt-mark showhold\napt-mark showhold | grep nvidia\n' },
  { name: 'a message', text: 'echo "apt-mark unhold nvidia-l4t-kernel"\n' },
];
