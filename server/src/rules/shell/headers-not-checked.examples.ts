import type { RuleExample } from './script-rule.ts';

export const headersNotCheckedExamples: readonly RuleExample[] = [
  { name: 'dkms install', text: 'sudo dkms ⟦install⟧ hello/1.0\n', says: 'dkms install builds modules against' },
  { name: 'a package that builds with dkms', text: 'apt-get install -y ⟦v4l2loopback-dkms⟧\n' },
  {
    name: 'an installer',
    text: 'chmod +x NVIDIA-Linux-x86_64-550.run\nsudo ⟦./NVIDIA-Linux-x86_64-550.run⟧ --silent\n',
  },
  { name: 'headers installed too late', text: 'dkms ⟦autoinstall⟧\napt-get install linux-headers-amd64\n' },
  { name: 'headers installed before', text: 'apt-get install -y linux-headers-$(uname -r)\ndkms install hello/1.0\n' },
  { name: 'headers in the same command', text: 'apt-get install -y linux-headers-$(uname -r) v4l2loopback-dkms\n' },
  {
    name: 'own headers package',
    text: 'dpkg -i /opt/kernel-headers/linux-headers-5.15.148-tegra_1_arm64.deb\ndkms install hello/1.0\n',
  },
  {
    name: 'a test for the build link',
    text: '[ -d "/lib/modules/$(uname -r)/build" ] || exit 1\ndkms install hello/1.0\n',
  },
  {
    name: 'a test for the build link, with backquotes',
    text: 'test -d /lib/modules/`uname -r`/build || exit 1\ndkms install hello/1.0\n',
  },
  {
    name: 'a test for a directory that a variable names',
    text: 'KDIR="/lib/modules/$(uname -r)/build"\nif [ ! -d "$KDIR" ]; then\n  exit 1\nfi\ndkms install hello/1.0\n',
  },
  {
    name: 'a case over where the build link leads',
    text: 'case "$(readlink /lib/modules/$(uname -r)/build)" in /usr/src/*) dkms install hello/1.0 ;; esac\n',
  },
  {
    name: 'a test for something else',
    text: '[ -d "/var/lib/dkms/$NAME" ] || exit 1\ndkms ⟦install⟧ hello/1.0\n',
  },
  {
    name: 'an installer that leaves the driver out',
    text: './ZED_SDK_Tegra.run -- silent runtime_only skip_drivers\n',
  },
  { name: 'questions', text: 'dkms status\ndkms remove hello/1.0 --all\n' },
];
