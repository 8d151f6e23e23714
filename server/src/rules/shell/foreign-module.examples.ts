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
  {
    name: 'cd into the clone',
    text: 'git clone https://github.com/x/drv.git\ncd drv\nsudo cp ⟦metis.ko⟧ /lib/modules/$(uname -r)/extra/\n',
  },
  {
    name: 'cd with &&, and a folder below',
    text: 'git clone https://github.com/x/drv && cd ./drv/\nsudo insmod ⟦prebuilt/metis.ko⟧\n',
  },
  {
    name: 'pushd, and a way up again',
    text: 'mkdir -p work && cd work\ngit clone https://github.com/x/drv\npushd drv/bin\ninsmod ⟦../metis.ko⟧\npopd\ninsmod metis.ko\ncd ..\ninsmod metis.ko\n',
  },
  {
    name: 'a subshell',
    text: 'git clone https://github.com/x/drv /opt/axelera\n(cd /opt/axelera && insmod ⟦metis.ko⟧)\ninsmod metis.ko\n',
  },
  {
    name: 'a destination that only the shell knows, options with values',
    text: `git clone --depth 1 -b r36 https://github.com/x/drv.git $HOME/own\nsudo insmod ⟦"\${HOME}/own/metis.ko"⟧\ncd ~/own\nsudo insmod ⟦./metis.ko⟧\n`,
  },
  {
    name: 'git -C, and a folder by another name',
    text: 'git -C /src clone -q https://github.com/x/drv.git kernel-drv\ninsmod ⟦/src/kernel-drv/metis.ko⟧\n',
  },
  {
    name: 'built in the clone',
    text: 'git clone https://github.com/x/drv && cd drv\nmake -j"$(nproc)"\nsudo insmod metis.ko\n',
  },
  {
    name: 'built by a script, by its build system, or by something of the clone that is sourced',
    text: 'git clone https://github.com/x/drv && cd drv && ./install.sh && insmod metis.ko\ncd ..; git clone https://github.com/x/a; bash ./all.sh; insmod a/a.ko\ngit clone https://github.com/x/b; west build; insmod b/b.ko\ngit clone https://github.com/x/c; . c/lib.sh; insmod c/c.ko\n',
  },
  {
    name: 'a module that lies elsewhere',
    text: 'git clone https://github.com/x/tools\ninsmod out/metis.ko\ncd out\ninsmod metis.ko\ncd /opt/drv\ninsmod metis.ko\n',
  },
  {
    name: 'a folder that only the shell knows, or that differs from branch to branch',
    text: 'git clone https://github.com/x/drv\ncd drv\nif [ -d /o ]; then cd /o; fi\ninsmod metis.ko\ncd "$OUT"\ninsmod metis.ko\nfor d in drv a; do cd $d; insmod metis.ko; cd ..; done\n',
  },
  {
    name: 'another machine has folders of its own',
    text: 'git clone https://github.com/x/drv && cd drv\nssh root@target insmod metis.ko\n',
  },
  {
    name: 'downloaded where modules lie',
    text: 'cd /lib/modules/$(uname -r)/extra && sudo wget ⟦https://x.org/metis.ko⟧ && depmod -a && modprobe metis\n',
  },
  {
    name: 'downloaded into a folder that an option names',
    text: 'wget -q -P /lib/modules/5.15.148-tegra/extra ⟦https://x.org/metis.ko⟧\ncurl --output-dir /lib/modules/5.15.148-tegra/extra -O ⟦https://x.org/b.ko⟧\n',
  },
  {
    name: 'a file of that name that was built since',
    text: 'wget -P ref https://x.org/metis.ko\nmake modules\ninsmod out/metis.ko\n',
  },
  {
    name: 'ADD of a Dockerfile',
    path: 'Dockerfile',
    text: 'FROM debian\nADD --chmod=644 ⟦https://x.org/b.ko⟧ /lib/modules/5.15.148-tegra/extra/\nADD ⟦https://x.org/dl?f=c.ko⟧ /lib/modules/5.15.148-tegra/extra/c.ko\nADD https://x.org/d.ko /opt/\nCOPY e.ko /lib/modules/5.15.148-tegra/extra/\n',
  },
];
