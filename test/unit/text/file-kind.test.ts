import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileKind } from '../../../server/src/text/file-kind.ts';

const cases: readonly (readonly [path: string, text: string, kind: string | undefined, languageId?: string])[] = [
  ['/p/build.sh', '', 'shell'],
  ['/p/scull_load', '#!/bin/sh\n', 'shell'],
  ['/p/x', '#!/usr/bin/env -S bash -e\n', 'shell'],
  ['/p/x', '#!/usr/bin/python3\n', undefined],
  ['/p/x', 'echo', 'shell', 'shellscript'],
  ['/p/debian/postinst', '', 'shell'],
  ['/p/debian/hello.prerm', '', 'shell'],
  ['/p/Dockerfile', '', 'dockerfile'],
  ['/p/Dockerfile.jetson', '', 'dockerfile'],
  ['/p/jetson.dockerfile', '', 'dockerfile'],
  ['/p/.github/workflows/ci.yml', '', 'github-workflow', 'yaml'],
  ['/p/.github/actions/x/action.yaml', '', 'github-action'],
  ['/p/.gitlab-ci.yml', '', 'gitlab-ci'],
  ['/p/docker-compose.override.yml', '', 'compose'],
  ['/p/other.yml', '', undefined, 'yaml'],
  ['/etc/systemd/system/x.service', '', 'systemd-unit'],
  ['/etc/systemd/system/x.service.d/override.conf', '', 'systemd-unit'],
  ['/p/Makefile', 'all:\n', 'makefile'],
  ['/p/Makefile', 'obj-m += x.o\n', 'kbuild'],
  ['/p/Makefile', 'obj-$(CONFIG_X) += x.o\n', 'kbuild'],
  ['/p/Kbuild', '', 'kbuild'],
  ['/p/debian/rules', '#!/usr/bin/make -f\n', 'makefile'],
  ['/p/.config', 'CONFIG_SMP=y\n', 'dot-config'],
  ['/p/.config', '{"json": true}\n', undefined],
  // Nothing but lines that Kconfig does not take.
  ['/p/.config', ' CONFIG_SMP=y\n\tCONFIG_NET=m\n', 'dot-config'],
  ['/p/.config', 'config_smp=y\r\nConfig_NET=m\r\n', 'dot-config'],
  ['/p/.config', 'export CONFIG_SMP=y\n', 'dot-config'],
  ['/p/.config', '#CONFIG_SMP is not set\n', 'dot-config'],
  ['/p/tegra_defconfig', 'CONFIG_FOO-BAR=y\n', 'dot-config'],
  ['/p/.config', '\ufeffCONFIG_SMP=y\n', 'dot-config'],
  ['/p/.config', 'config_dir=/etc\nmode=y\n', undefined],
  ['/p/app.config', 'config_debug=y\n', undefined],
  ['/p/app.cfg', '  CONFIG_FILE = x\n', undefined],
  ['/p/arch/arm64/configs/tegra_defconfig', '', 'dot-config'],
  ['/p/Module.symvers', '', 'symvers'],
  ['/p/versions.env', '', 'env'],
  ['/etc/modprobe.d/x.conf', '', 'modprobe-conf'],
  ['/etc/apt/preferences.d/nvidia', '', 'apt-preferences'],
  ['/etc/apt/sources.list.d/x.list', '', 'apt-sources'],
  ['/p/user-data', '#cloud-config\n', 'cloud-init'],
  ['/p/seed.yaml', '#cloud-config\n', 'cloud-init', 'yaml'],
  ['/p/boot.dmesg', '', 'kernel-log'],
  ['/p/boot.log', 'U-Boot 2024\n[    5.123456] foo: loading out-of-tree module taints kernel.\n', 'kernel-log'],
  ['/p/serial.txt', '<4>[    5.123456][  T1] foo: x\n', 'kernel-log'],
  ['/p/journal', 'Nov 21 03:00:00 orin kernel: foo: x\n', 'kernel-log'],
  ['/p/journal', '2026-11-21T03:00:00+00:00 orin kernel: foo: x\n', 'kernel-log'],
  [
    '/p/insmod.log',
    "# insmod x.ko\ninsmod: can't insert 'x.ko': invalid module format\n# dmesg\nx: no symbol version for module_layout\n",
    'kernel-log',
  ],
  [
    '/p/make.log',
    '  CC [M]  x.o\n  MODPOST Module.symvers\nERROR: modpost: "a" [x.ko] undefined!\nERROR: modpost: "b" [x.ko] undefined!\n',
    'kernel-log',
  ],
  [
    '/p/make.out.1',
    'WARNING: Symbol version dump "Module.symvers" is missing.\nERROR: modpost: "b" [x.ko] undefined!\n',
    'kernel-log',
    'plaintext',
  ],
  [
    '/p/capture.txt',
    "insmod: ERROR: could not insert module x.ko: Invalid module format\nx: version magic 'a' should be 'b'\n",
    'kernel-log',
  ],
  // One such line may stand anywhere; prose quotes several.
  ['/p/app.log', 'starting\ninsmod: ERROR: could not insert module x.ko: File exists\n', undefined],
  [
    '/p/story.txt',
    "It began on Monday.\ninsmod: ERROR: could not insert module x.ko: Invalid module format\nNobody knew why.\nx: version magic 'a' should be 'b'\nThen we looked.\n",
    undefined,
  ],
  ['/p/README', 'insmod: ERROR: a\ninsmod: ERROR: b\n', undefined],
  [
    '/p/app.log',
    'loader: Unknown symbol foo\nloader: Unknown symbol bar\nWARNING: module x\nERROR: module y\n',
    undefined,
  ],
  ['/p/app.log', 'we got insmod: ERROR: x\nand then modprobe: FATAL: Module y\n', undefined],
  ['/p/notes.txt', 'what I learnt of the kernel: it is large\n[1] a footnote\n', undefined],
  ['/p/kernel/configs/rt.config', 'CONFIG_PREEMPT_RT=y\n', 'dot-config'],
  ['/p/web.config', '<configuration/>\n', undefined],
  // Kconfig's own output for make, with texts that have no quotes.
  ['/p/include/config/auto.conf', 'CONFIG_SMP=y\nCONFIG_NLS_DEFAULT=utf8\n', undefined],
  ['/p/driver.c', '', 'c-source'],
  ['/p/Kconfig.debug', '', 'kconfig'],
  ['/p/Kconfig.py', '', undefined],
  ['/p/sys-utils/dmesg.c', '', 'c-source'],
  ['/p/dmesg.0', '', 'kernel-log'],
  ['/p/Makefile.md', '', 'markdown'],
  ['/p/Makefile.am', '', 'makefile'],
  ['/p/linux/localversion-rt', '-rt53\n', 'pins'],
  ['/p/localversion.sh', '', 'shell'],
  ['/p/localversion-rt~', '', undefined],
  ['/p/debian/changelog', '', 'pins'],
  ['/p/notes.txt', 'insmod -f', undefined],
];

describe('fileKind', () => {
  for (const [path, text, kind, languageId] of cases) {
    it(`${path} ${JSON.stringify(text)} is ${kind}`, () => {
      assert.equal(fileKind(path, text, languageId), kind);
    });
  }
});
