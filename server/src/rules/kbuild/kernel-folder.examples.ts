import type { RuleExample } from '../rule-example.ts';

const tegra = { name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64' };
const uname = '/lib/modules/$(shell uname -r)/build';
const recipe = 'obj-m := a.o\nall:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR) modules\n';
const host = (release: string) => ({ '/proc/sys/kernel/osrelease': `${release}\n` });

/** Which kernel modules are built against, and which one is meant. */
export const kernelFolderExamples: readonly RuleExample[] = [
  {
    rule: 'localversion-drift',
    shows: 'KDIR is the kernel of the machine that builds, and the target is another one',
    path: '/w/Makefile',
    text: `obj-m := a.o\nKVER ?= $(shell uname -r)\nKDIR ?= /lib/modules/$(KVER)/build\n`,
    files: { '/w/a.c': '', ...host('6.1.0-56-amd64') },
    target: tegra,
    finds: [
      {
        at: '/lib/modules/$(KVER)/build',
        says: '"uname -r" is the release of the machine that builds: here it is "6.1.0-56-amd64"; orin-rt is "5.15.148-tegra"',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'make -C in a recipe, with a shell asked for the release',
    path: '/w/Makefile',
    text: 'all:\n\tmake -C /lib/modules/$$(uname -r)/build M=$(PWD) modules\nclean:\n\tmake -C /lib/modules/$(shell uname -r)/build M=$(PWD) clean\n',
    files: host('6.1.0-56-amd64'),
    target: tegra,
    finds: [{ at: '/lib/modules/$$(uname -r)/build', says: 'here it is "6.1.0-56-amd64"' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'the machine that builds runs the target, or is none that is known',
    path: '/w/Makefile',
    text: `KDIR ?= ${uname}\n`,
    files: host('5.15.148-tegra'),
    target: tegra,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'not on Linux: what uname -r will say is not known',
    path: '/w/Makefile',
    text: `KDIR ?= ${uname}\n`,
    target: tegra,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'a script gives KDIR: the default of the Makefile is not used',
    path: '/w/Makefile',
    text: `KDIR ?= ${uname}\n`,
    files: { ...host('6.1.0-56-amd64'), '/w/build.sh': '#!/bin/sh\nmake KDIR=/opt/kernel M=$PWD\n' },
    target: tegra,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'only make knows which of two values counts',
    path: '/w/Makefile',
    text: 'ifeq ($(BOARD),a)\nKDIR := /lib/modules/5.15.136/build\nelse\nKDIR := /lib/modules/5.10.0/build\nendif\n',
    target: tegra,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'a path that names its kernel, and one with wildcards',
    path: '/w/Makefile',
    text: 'KDIR ?= /lib/modules/5.15.136-tegra/build\nKERNEL_DIR := $(wildcard /usr/src/linux-*)\n',
    target: tegra,
    finds: [{ at: '/lib/modules/5.15.136-tegra/build', says: 'is the tree of "5.15.136-tegra" (its path)' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'a relative path, and the usual question whether Kbuild reads the file',
    path: '/w/drv/Makefile',
    text: 'ifneq ($(KERNELRELEASE),)\nobj-m := a.o\nelse\nKDIR ?= ../linux\nall:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR)\nendif\n',
    files: { '/w/drv/a.c': '', '/w/linux/Makefile': '', '/w/linux/include/config/kernel.release': '5.15.148\n' },
    target: tegra,
    finds: [{ at: '../linux', says: '/w/linux is the tree of "5.15.148" (its kernel.release)' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'a Makefile beside it sets its own KDIR',
    path: '/w/a/Makefile',
    text: `${recipe}KDIR := /lib/modules/6.1.0/build\n`,
    files: { '/w/b/Makefile': `${recipe}KDIR := /lib/modules/6.1.0/build\n`, '/w/Makefile': 'all:\n\tmake -C a\n' },
    target: tegra,
    finds: [{ at: '/lib/modules/6.1.0/build', says: 'point KDIR at' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'an exported variable does not overrule what the Makefile sets for good',
    path: '/w/a/Makefile',
    text: 'KDIR := /lib/modules/6.1.0/build\n',
    files: { '/w/Makefile': 'export KDIR := /lib/modules/5.15.148-tegra/build\nall:\n\t$(MAKE) -C a\n' },
    target: tegra,
    finds: [{ at: '/lib/modules/6.1.0/build', says: 'point KDIR at' }],
  },
  ...[
    ['calls it with a KDIR', '/w/Makefile', 'all:\n\t$(MAKE) -C a \\\n\t\tKDIR=/lib/modules/5.15.148-tegra/build\n'],
    ['calls it with prepared arguments', '/w/Makefile', 'ARGS := V=1 KDIR=/opt/k\nall:\n\t$(MAKE) -C a $(ARGS)\n'],
    ['beside it calls it', '/w/b/Makefile', 'KDIR := /opt/k\nall:\n\t$(MAKE) -C ../a KDIR=$(KDIR)\n'],
    ['exports KDIR', '/w/Makefile', 'KDIR ?= /opt/k\nexport KDIR\nall:\n\t$(MAKE) -C a\n'],
    ['exports everything', '/w/Makefile', 'KDIR := /opt/k\nexport\nall:\n\t$(MAKE) -C a\n'],
    ['is included', '/w/config.mk', 'KDIR := /opt/k\n'],
  ].map(
    ([shows, path = '', text = '']): RuleExample => ({
      rule: 'localversion-drift',
      shows: `another Makefile ${shows}`,
      path: '/w/a/Makefile',
      text: `-include ../config.mk\n${recipe}KDIR ?= /lib/modules/6.1.0/build\n`,
      files: { [path]: text },
      target: tegra,
      finds: [],
    }),
  ),
  {
    rule: 'localversion-drift',
    shows: 'make -C with the variables of the Makefile',
    path: '/w/Makefile',
    text: `KVER ?= 6.1.0\nBASE = /lib/modules\nLINUX := $(BASE)/6.6.0/build\nall:\n\t$(MAKE) -C "$(BASE)/$(KVER)/build" M=$(PWD) modules\n\t$(MAKE) -C $(BASE)/$(KVER)/build M=$(PWD) clean\nother:\n\tmake -C $(LINUX) M=$(PWD)\nonce_more:\n\tmake -C \${LINUX} M=$(PWD)\n`,
    target: tegra,
    finds: [
      { at: '$(BASE)/6.6.0/build', says: 'point LINUX at' },
      { at: '$(BASE)/$(KVER)/build', says: 'is the tree of "6.1.0" (its path)' },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'make -C with uname -r in a variable',
    path: '/w/Makefile',
    text: 'KVERSION ?= $(shell uname -r)\nall:\n\t$(MAKE) -C /lib/modules/$(KVERSION)/build M=$(CURDIR) modules\n',
    files: host('6.1.0-56-amd64'),
    target: tegra,
    finds: [{ at: '/lib/modules/$(KVERSION)/build', says: 'here it is "6.1.0-56-amd64"' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'make -C with variables that are given, set twice, not set, the target, or of the shell',
    path: '/w/Makefile',
    text: `KVER ?= 6.1.0\nTWICE := 6.1.0\nifdef NEW\nTWICE := 6.6.0\nendif\nRIGHT := 5.15.148-tegra\nall:\n${[
      '(KVER)',
      '(TWICE)',
      '(UNSET)',
      '(RIGHT)',
      '$KVER',
      '{KVER}',
    ]
      .map((name) => `\tmake -C /lib/modules/$${name}/build M=$(PWD)\n`)
      .join('')}`,
    files: { '/w/build.sh': '#!/bin/sh\nmake KVER=5.15.148-tegra\n' },
    target: tegra,
    finds: [],
  },
];
