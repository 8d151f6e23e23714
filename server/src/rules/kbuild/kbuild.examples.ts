import type { RuleExample } from '../rule-example.ts';

const tegra = { name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64' };

export const kbuildExamples: readonly RuleExample[] = [
  {
    rule: 'kbuild-object-missing',
    shows: 'an object without a source, alone and as a part',
    path: '/w/Kbuild',
    text: 'obj-m += metis.o zedx.o\nzedx-y := main.o \\\n  max9296.o dma.o\n',
    files: { '/w/main.c': '', '/w/dma.S': '' },
    finds: [
      { at: 'metis.o', says: 'there is no metis.c, metis.S or metis.rs' },
      { at: 'max9296.o', says: 'No source makes max9296.o for zedx.ko' },
    ],
  },
  {
    rule: 'kbuild-object-missing',
    shows: 'sources that are there, generated, in a folder, or named by a variable',
    path: '/w/Kbuild',
    text: 'obj-m := a.o b.o $(EXTRA).o sub/\nb-objs := src/x.o gen.o\n$(obj)/gen.c: $(src)/gen.pl\n\tperl $< > $@\n',
    files: { '/w/a.c': '', '/w/src/x.c': '', '/w/sub/Makefile': '' },
    finds: [],
  },
  {
    rule: 'kbuild-object-missing',
    shows: 'obj-m names a source instead of an object',
    path: '/w/Kbuild',
    text: 'obj-m := hello.c\n',
    files: { '/w/hello.c': '' },
    finds: [{ at: 'hello.c', says: 'expected "hello.o"', fixed: 'obj-m := hello.o\n' }],
  },
  {
    rule: 'kbuild-object-missing',
    shows: 'a module that is a part of itself',
    path: '/w/Kbuild',
    text: 'obj-m := hello.o\nhello-objs := hello.o util.o\n',
    files: { '/w/hello.c': '', '/w/util.c': '' },
    finds: [{ at: 'hello.o', line: 2, says: 'cannot be a part of itself' }],
  },
  {
    rule: 'kbuild-unknown-variable',
    shows: 'misspelt variables that nothing reads',
    path: '/w/Kbuild',
    text: 'obj-m := a.o\nccflag-y += -DDEBUG\nKBUILD_EXTRA_SYMBOL := x\nsubdir-cflags-y := -I.\n',
    files: { '/w/a.c': '' },
    finds: [
      {
        at: 'ccflag-y',
        says: '"ccflags-y" is meant',
        fixed: 'obj-m := a.o\nccflags-y += -DDEBUG\nKBUILD_EXTRA_SYMBOL := x\nsubdir-cflags-y := -I.\n',
      },
      { at: 'KBUILD_EXTRA_SYMBOL', says: 'KBUILD_EXTRA_SYMBOLS' },
      { at: 'subdir-cflags-y', says: 'subdir-ccflags-y' },
    ],
  },
  {
    rule: 'kbuild-unknown-variable',
    shows: "right names, composites, and variables of one's own",
    path: '/w/Kbuild',
    text: 'obj-m := lib.o\nlib-objs := x.o\nlib-y += y.o\nCFLAGS_x.o := -O0\nccflags-$(CONFIG_DEBUG) += -g\nobjs-y := a\nEXTRA_CFLAGS := -I.\nfoo := $(objs-y)\n',
    finds: [],
  },
  {
    rule: 'extra-symbols-missing',
    shows: 'a Module.symvers that is not there',
    path: '/w/cam/Kbuild',
    text: 'obj-m := cam.o\nKBUILD_EXTRA_SYMBOLS := $(src)/../deser/Module.symver\n',
    files: { '/w/cam/cam.c': '', '/w/deser/Module.symvers': '0x12345678\tdeser_init\tdeser\tEXPORT_SYMBOL\t\n' },
    finds: [
      {
        at: '$(src)/../deser/Module.symver',
        says: 'There is no /w/deser/Module.symver.',
        fixed: 'obj-m := cam.o\nKBUILD_EXTRA_SYMBOLS := $(src)/../deser/Module.symvers\n',
      },
    ],
  },
  {
    rule: 'extra-symbols-missing',
    shows: 'a provider whose symbols are used is not named',
    path: '/w/cam/Kbuild',
    text: 'obj-m := cam.o\n',
    files: {
      '/w/cam/cam.c': '/* deser_old() is gone */\nint cam_init(void) { return deser_init(1) + deser_power(); }\n',
      '/w/deser/Module.symvers':
        '0x12345678\tdeser_init\tdeser\tEXPORT_SYMBOL\t\n0x12345679\tdeser_power\tdeser\tEXPORT_SYMBOL\t\n0x1\tdeser_old\tdeser\tEXPORT_SYMBOL\t\n',
    },
    finds: [
      {
        at: 'cam.o',
        says: 'cam.ko uses deser_init, deser_power of deser.ko',
        fixed: 'KBUILD_EXTRA_SYMBOLS += $(src)/../deser/Module.symvers\nobj-m := cam.o\n',
      },
    ],
  },
  {
    rule: 'extra-symbols-missing',
    shows: "the provider is named, or the symbol is the target's own",
    path: '/w/cam/Kbuild',
    text: 'obj-m := cam.o led.o\nKBUILD_EXTRA_SYMBOLS += $(src)/../deser/Module.symvers\n',
    files: {
      '/w/cam/cam.c': 'int f(void) { return deser_init(1); }\n',
      '/w/cam/led.c': 'int g(void) { return led_on(); }\n',
      '/w/deser/Module.symvers': '0x12345678\tdeser_init\tdeser\tEXPORT_SYMBOL\t\n',
      '/w/led/Module.symvers': '0x12345678\tled_on\tled\tEXPORT_SYMBOL\t\n',
    },
    target: { ...tegra, symbols: ['led_on'] },
    finds: [],
  },
  {
    rule: 'symvers-missing',
    shows: 'a kernel tree that was prepared but not built',
    path: '/w/Makefile',
    text: 'KDIR ?= /w/linux\nall:\n\tmake -C $(KDIR) M=$(PWD) modules\n',
    files: { '/w/linux/Makefile': '' },
    finds: [{ at: '/w/linux', says: 'has no Module.symvers' }],
  },
  {
    rule: 'symvers-missing',
    shows: 'a built tree, and one that only the shell knows',
    path: '/w/Makefile',
    text: 'KDIR := $(PWD)/linux\nKERNELDIR := /lib/modules/$(shell uname -r)/build\n',
    files: { '/w/linux/Makefile': '', '/w/linux/Module.symvers': '' },
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'EXTRAVERSION of the kernel Makefile differs from the kernel that runs',
    path: '/w/linux/Makefile',
    text: 'VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 5\nEXTRAVERSION = -1.358custom\n',
    target: { name: 'host', vermagic: '2.6.5-1.358 686 REGPARM 4KSTACKS gcc-3.3' },
    finds: [
      {
        at: '-1.358custom',
        says: 'makes this kernel "2.6.5-1.358custom"; host is "2.6.5-1.358"',
        fixed: 'VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 5\nEXTRAVERSION = -1.358\n',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'an empty EXTRAVERSION leaves the suffix to LOCALVERSION',
    path: '/w/linux/Makefile',
    text: 'VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 148\nEXTRAVERSION =\n',
    target: tegra,
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'KDIR is the tree of another kernel',
    path: '/w/Makefile',
    text: 'KERNEL_SRC := /w/linux\n',
    files: { '/w/linux/include/generated/utsrelease.h': '#define UTS_RELEASE "5.15.148"\n' },
    target: tegra,
    finds: [{ at: '/w/linux', says: 'is the tree of "5.15.148" (its utsrelease.h); orin-rt is "5.15.148-tegra"' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'a script exports another suffix than versions.env pins',
    path: '/w/scripts/02_build_kernel.sh',
    text: '#!/bin/bash\nset -e\nexport LOCALVERSION=-rt-tegra\nmake Image\n',
    files: { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n' },
    finds: [
      {
        at: '-rt-tegra',
        says: 'says LOCALVERSION is "-rt-tegra", but LOCALVERSION is "-tegra" in versions.env',
        fixed: '#!/bin/bash\nset -e\nexport LOCALVERSION=-tegra\nmake Image\n',
      },
    ],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'the recorded vermagic is of another kernel than versions.env says',
    path: '/w/EXPECTED_VERMAGIC',
    text: '5.15.136-tegra SMP preempt_rt mod_unload modversions aarch64\n',
    files: { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n' },
    finds: [
      {
        at: '5.15.136-tegra SMP preempt_rt mod_unload modversions aarch64',
        says: 'says "5.15.136-tegra", but KERNEL_BASE_VERSION is "5.15.148"',
      },
    ],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'a Dockerfile and a manifest with older versions',
    path: '/w/Dockerfile',
    text: 'FROM debian:12\nARG TOOLCHAIN_VERSION=2021.11-1\nARG OTHER=1\n',
    files: { '/w/versions.env': 'TOOLCHAIN_VERSION="2022.08-1"\nOTHER=2\n' },
    finds: [
      {
        at: '2021.11-1',
        says: '"2022.08-1" in versions.env',
        fixed: 'FROM debian:12\nARG TOOLCHAIN_VERSION=2022.08-1\nARG OTHER=1\n',
      },
    ],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'the manifest of an earlier build',
    path: '/w/BUILD_MANIFEST.json',
    text: '{\n  "kernel_release": "5.15.148-rt-tegra",\n  "toolchain": "2022.08-1"\n}\n',
    files: { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\nTOOLCHAIN=2022.08-1\n' },
    finds: [{ at: '5.15.148-rt-tegra', says: 'KERNEL_BASE_VERSION and LOCALVERSION make "5.15.148-tegra"' }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'a vermagic with another preemption word than the pinned model',
    path: '/w/EXPECTED_VERMAGIC',
    text: '5.15.148-tegra SMP preempt mod_unload modversions aarch64\n',
    files: { '/w/versions.env': 'PREEMPT_MODEL=preempt_rt\n' },
    finds: [
      {
        at: '5.15.148-tegra SMP preempt mod_unload modversions aarch64',
        says: 'the preemption word "preempt", but PREEMPT_MODEL is "preempt_rt"',
      },
    ],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'everything from one place',
    path: '/w/build.sh',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's, not ours
    text: '#!/bin/sh\n. ./versions.env\nKERNEL_RELEASE="${KERNEL_BASE_VERSION}${LOCALVERSION}"\nTOOLCHAIN=${TOOLCHAIN:-2022.08-1}\n# LOCALVERSION=-old\n',
    files: {
      '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\nTOOLCHAIN=2022.08-1\n',
      '/w/EXPECTED_VERMAGIC': '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64\n',
    },
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'a pinned release and a pinned vermagic with the plus of an untagged checkout',
    path: '/w/versions.env',
    text: 'KERNEL_RELEASE=5.15.148+\nEXPECTED_VERMAGIC="5.15.148-tegra+ SMP mod_unload aarch64"\nGCC_VERSION=12+\n',
    finds: [
      { at: '5.15.148+', says: 'LOCALVERSION not set at all' },
      { at: '5.15.148-tegra+', says: 'makes "5.15.148-tegra"' },
    ],
  },
];
