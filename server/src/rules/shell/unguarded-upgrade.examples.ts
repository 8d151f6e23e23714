import type { RuleExample } from './script-rule.ts';

export const unguardedUpgradeExamples: readonly RuleExample[] = [
  {
    name: 'apt-get upgrade',
    text: 'apt-get update\n⟦apt-get upgrade⟧ -y\n',
    fixed:
      'apt-get update\napt-mark hold "linux-image-$(uname -r)"\nprintf \'Package: linux-image-*\\nPin: release *\\nPin-Priority: -1\\n\' | tee /etc/apt/preferences.d/vermagic-kernel >/dev/null\napt-get upgrade -y\n',
  },
  { name: 'apt full-upgrade', text: 'sudo ⟦apt full-upgrade⟧ -y\n' },
  {
    name: 'dist-upgrade with options before the verb',
    text: '⟦apt-get -y -o Dpkg::Options::=--force-confold dist-upgrade⟧\n',
  },
  { name: 'aptitude and nala', text: '⟦aptitude safe-upgrade⟧\n⟦nala upgrade⟧ -y\n' },
  {
    name: 'a chain',
    path: 'jetson/setup.sh',
    text: '# nvidia-l4t\napt-get update && ⟦apt-get upgrade⟧ -y\n',
    fixed:
      '# nvidia-l4t\napt-get update && apt-mark hold nvidia-l4t-kernel nvidia-l4t-kernel-dtbs nvidia-l4t-kernel-headers nvidia-l4t-initrd nvidia-l4t-bootloader && apt-get upgrade -y\n',
  },
  { name: 'a hold that comes too late', text: '⟦apt-get upgrade⟧\napt-mark hold linux-image-amd64\n' },
  { name: 'unattended-upgrade', text: '⟦unattended-upgrade⟧\n' },
  {
    name: 'a hold of the wrong package for the vendor',
    text: '# nvidia-l4t\napt-mark hold docker-ce\n⟦apt-get upgrade⟧\n',
  },
  { name: 'held before', text: 'apt-mark hold linux-image-amd64\napt-get upgrade -y\n' },
  {
    name: 'held before by the vendor names',
    text: 'sudo apt-mark hold nvidia-l4t-kernel nvidia-l4t-bootloader\nsudo apt-get dist-upgrade -y\n',
  },
  {
    name: 'held in a loop',
    text: 'for p in nvidia-l4t-kernel nvidia-l4t-initrd; do apt-mark hold "$p"; done\napt full-upgrade -y\n',
  },
  { name: 'held through a list that is not known', text: 'apt-mark hold $(dpkg -l | grep l4t)\napt upgrade\n' },
  {
    name: 'pinned before',
    text: "cat > /etc/apt/preferences.d/nv <<'EOF'\nPackage: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: -1\nEOF\napt-get upgrade -y\n",
  },
  {
    name: 'pinned line by line',
    text: 'F=/etc/apt/preferences.d/nv\necho "Package: linux-image-*" > $F\necho "Pin: release *" >> $F\necho "Pin-Priority: -1" >> $F\napt-get upgrade\n',
  },
  {
    name: 'pinned by an expression',
    text: "printf 'Package: /^linux-image-/\\nPin: release *\\nPin-Priority: -1\\n' | tee /etc/apt/preferences.d/nv.pref\napt-get upgrade\n",
  },
  {
    name: 'pinned in a file that apt passes over',
    text: "cat > /etc/apt/preferences.d/nv.conf <<'EOF'\nPackage: linux-image-*\nPin: release *\nPin-Priority: -1\nEOF\n⟦apt-get upgrade⟧ -y\n",
  },
  {
    name: 'held through a pipe',
    text: 'dpkg -l | grep -o "linux-image[^ ]*" | xargs sudo apt-mark hold\napt upgrade\n',
  },
  { name: 'the running kernel held', text: 'apt-mark hold "linux-image-$(uname -r)"\napt upgrade\n' },
  { name: 'another package held, of an unknown version', text: 'apt-mark hold "docker-ce-$V"\n⟦apt upgrade⟧\n' },
  { name: 'selections', text: 'echo "linux-image-amd64 hold" | dpkg --set-selections\napt-get upgrade\n' },
  { name: 'simulation', text: 'apt-get -s upgrade\napt-get upgrade --dry-run\napt list --upgradable\n' },
  { name: 'one package', text: 'apt-get install --only-upgrade git\n' },
  {
    name: 'a container that has no kernel',
    path: 'Dockerfile',
    text: 'FROM debian:12\nRUN apt-get update && apt-get upgrade -y\n',
  },
  {
    name: 'questions to unattended-upgrade',
    text: 'unattended-upgrade --help\nunattended-upgrade --download-only\nunattended-upgrade $OPTIONS\n',
  },
  { name: 'a message', text: 'echo "run apt-get upgrade"\n' },
];
