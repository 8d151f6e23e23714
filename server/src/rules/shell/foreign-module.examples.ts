import type { RuleExample } from './script-rule.ts';

export const foreignModuleExamples: readonly RuleExample[] = [
  { name: 'wget, then insmod', text: 'wget https://example.org/m/hid-logitech.ko\nsudo insmod ⟦hid-logitech.ko⟧\n' },
  {
    name: 'curl -o, then copied',
    text: 'curl -fsSL -o /tmp/x.ko https://example.org/x.ko\nsudo cp ⟦/tmp/x.ko⟧ /lib/modules/$(uname -r)/extra/\n',
  },
  {
    name: 'straight into lib/modules',
    text: 'sudo wget -O ⟦/lib/modules/5.15.148-tegra/extra/x.ko⟧ https://example.org/x.ko\n',
  },
  {
    name: 'curl -LO',
    text: 'curl -LO https://example.org/x.ko.xz\ninstall -m 644 ⟦x.ko.xz⟧ /lib/modules/5.10/extra/x.ko.xz\n',
  },
  {
    name: 'a repository of ready-made modules',
    text: 'git clone https://github.com/x/logitech-f710-module.git\nsudo insmod ⟦logitech-f710-module/bin/l4t-35/hid-logitech.ko⟧\n',
  },
  {
    name: 'built after cloning',
    text: 'git clone https://github.com/x/driver.git\nmake -C driver\nsudo insmod driver/x.ko\n',
  },
  {
    name: 'a module of the build',
    text: 'make -C /src M=$PWD modules\ncp out/x.ko /lib/modules/$(uname -r)/extra/\ninsmod out/x.ko\n',
  },
  { name: 'fetched, not used', text: 'wget https://example.org/x.ko\nsha256sum x.ko\n' },
  { name: 'another download', text: 'wget https://example.org/x.tar.gz\ninsmod y.ko\n' },
];
