import type { RuleExample } from '../rule-example.ts';

const rule = 'extra-symbols-missing';
const deser = '0x12345678\tdeser_init\tdeser\tEXPORT_SYMBOL\t\n';
const uses = { '/w/cam/cam.c': 'int f(void) { return deser_init(1); }\n', '/w/deser/Module.symvers': deser };
const recipe = (words: string) => `obj-m := cam.o\nall:\n\tmake -C $(KDIR) M=$(CURDIR) ${words} modules\n`;
const missing = 'There is no /w/nope/Module.symvers.';

/** KBUILD_EXTRA_SYMBOLS beyond the assignments of one Kbuild file: recipes, scripts, and what other files give. */
export const extraSymbolsExamples: readonly RuleExample[] = [
  {
    rule,
    shows: 'a recipe gives a file that is not there',
    path: '/w/cam/Makefile',
    text: recipe('KBUILD_EXTRA_SYMBOLS=$(CURDIR)/../nope/Module.symvers'),
    files: { '/w/cam/cam.c': '', '/w/deser/Module.symvers': deser },
    finds: [
      {
        at: '$(CURDIR)/../nope/Module.symvers',
        says: missing,
        fixed: recipe('KBUILD_EXTRA_SYMBOLS=$(CURDIR)/../deser/Module.symvers'),
      },
    ],
  },
  {
    rule,
    shows: 'a file that is given only if it is there; another condition makes none',
    path: '/w/cam/Makefile',
    text: 'obj-m := cam.o\nifneq ($(wildcard $(src)/../nope/Module.symvers),)\nKBUILD_EXTRA_SYMBOLS += $(src)/../nope/Module.symvers\nendif\nifdef RT\nKBUILD_EXTRA_SYMBOLS += $(src)/../gone/Module.symvers\nendif\n',
    files: { '/w/cam/cam.c': '' },
    finds: [{ at: '$(src)/../gone/Module.symvers', says: 'There is no /w/gone/Module.symvers.' }],
  },
  {
    rule,
    shows: 'quoted values, in the environment, through the shell',
    path: '/w/cam/Makefile',
    text: 'obj-m := cam.o\nall:\n\tKBUILD_EXTRA_SYMBOLS="$$PWD/../deser/Module.symvers $(shell pwd)/../nope/Module.symvers" make -C $(KDIR)\nrt:\n\t$(MAKE) -C $(KDIR) \'KBUILD_EXTRA_SYMBOLS=$(CURDIR)/../deser/Module.symvers $(CURDIR)/../nope/Module.symvers\'\n',
    files: uses,
    finds: [
      { at: '$(shell pwd)/../nope/Module.symvers', says: missing },
      { at: '$(CURDIR)/../nope/Module.symvers', says: missing },
    ],
  },
  {
    rule,
    shows: 'a Makefile that builds no module itself',
    path: '/w/Makefile',
    text: 'export KBUILD_EXTRA_SYMBOLS := $(CURDIR)/nope/Module.symvers\nall:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR)/cam modules\n',
    finds: [{ at: '$(CURDIR)/nope/Module.symvers', says: missing }],
  },
  {
    rule,
    shows: 'what is built, fetched or checked out before, comments, and paths that only make knows',
    path: '/w/Makefile',
    text: [
      'EXTRA := $(CURDIR)/first/Module.symvers $(CURDIR)/got/deser/Module.symvers',
      'all:',
      '\t$(MAKE) -C $(KDIR) M=$(CURDIR)/first modules',
      '\tgit clone https://example.org/got',
      '\t$(MAKE) KBUILD_EXTRA_SYMBOLS="$(CURDIR)/first/Module.symvers $(CURDIR)/got/deser/Module.symvers"',
      '\t$(MAKE) KBUILD_EXTRA_SYMBOLS=$(CURDIR)/second/Module.symvers',
      '\t$(MAKE) KBUILD_EXTRA_SYMBOLS=$(OTHER)/Module.symvers',
      '\t$(MAKE) KBUILD_EXTRA_SYMBOLS=nope/Module.symvers',
      '\t# make KBUILD_EXTRA_SYMBOLS=$(CURDIR)/nope/Module.symvers',
      '',
    ].join('\n'),
    files: { '/w/second/Kbuild': 'obj-m := second.o\n' },
    finds: [],
  },
  {
    rule,
    shows: 'a recipe or a Makefile of the same folder names the provider',
    path: '/w/cam/Makefile',
    text: recipe('KBUILD_EXTRA_SYMBOLS=$(CURDIR)/../deser/Module.symvers'),
    files: uses,
    finds: [],
  },
  ...[
    ['a Makefile beside it', '/w/cam/Makefile', 'KBUILD_EXTRA_SYMBOLS += $(CURDIR)/../deser/Module.symvers\n'],
    ['a Makefile above it', '/w/Makefile', 'all:\n\tmake M=cam KBUILD_EXTRA_SYMBOLS=$(CURDIR)/deser/Module.symvers\n'],
    ['a script', '/w/build.sh', 'export KBUILD_EXTRA_SYMBOLS="$PWD/deser/Module.symvers"\nmake -C /k M=$PWD/cam\n'],
    ['a script, before one command', '/w/build.sh', 'KBUILD_EXTRA_SYMBOLS=$(pwd)/deser/Module.symvers make M=cam\n'],
    ['a script, as far as it can be read', '/w/build.sh', 'make KBUILD_EXTRA_SYMBOLS="$SYMBOLS" M=cam\n'],
    ['dkms', '/w/dkms.conf', 'MAKE[0]="make M=cam KBUILD_EXTRA_SYMBOLS=$source_tree/deser/Module.symvers"\n'],
    ['a file that Makefiles include', '/w/mk/common.mk', 'KBUILD_EXTRA_SYMBOLS += $(TOP)/deser/Module.symvers\n'],
    ['a Makefile that only drives', '/w/ci/Makefile', 'KBUILD_EXTRA_SYMBOLS := $(wildcard ../*/Module.symvers)\n'],
  ].map(
    ([by = '', path = '', text = '']): RuleExample => ({
      rule,
      shows: `the provider is named by ${by}`,
      path: '/w/cam/Kbuild',
      text: 'obj-m := cam.o\n',
      files: { ...uses, [path]: text },
      finds: [],
    }),
  ),
  ...[
    [
      'modules in another folder',
      '/w/led/Makefile',
      'obj-m := led.o\nKBUILD_EXTRA_SYMBOLS := ../deser/Module.symvers\n',
    ],
    ['another provider', '/w/build.sh', 'make KBUILD_EXTRA_SYMBOLS=$PWD/led/Module.symvers M=$PWD/cam\n'],
    ['nobody', '/w/Makefile', 'KBUILD_EXTRA_SYMBOLS =\nexport KBUILD_EXTRA_SYMBOLS\n'],
  ].map(
    ([by = '', path = '', text = '']): RuleExample => ({
      rule,
      shows: `what is given to ${by} does not count here`,
      path: '/w/cam/Kbuild',
      text: 'obj-m := cam.o\n',
      files: { ...uses, [path]: text },
      finds: [{ at: 'cam.o', says: 'cam.ko uses deser_init of deser.ko' }],
    }),
  ),
  ...[
    ['a Kbuild file above lists both folders', '/w/Kbuild', 'obj-m += deser/ cam/\n', '/w/deser'],
    [
      'lists of objects in folders',
      '/w/Makefile',
      'MODULES := cam/cam.o deser/deser.o\nobj-m := $(MODULES)\n',
      '/w/deser',
    ],
    ['the build of the folder above wrote the file', '/w/Kbuild', 'obj-$(CONFIG_CAM) += cam/\n', '/w'],
  ].map(
    ([shows = '', path = '', text = '', folder = '']): RuleExample => ({
      rule,
      shows: `one build makes both: ${shows}`,
      path: '/w/cam/Kbuild',
      text: 'obj-m := cam.o\n',
      files: { '/w/cam/cam.c': uses['/w/cam/cam.c'], [`${folder}/Module.symvers`]: deser, [path]: text },
      finds: [],
    }),
  ),
  {
    rule,
    shows: 'the Makefile above only lists the other folder, and calls both one by one',
    path: '/w/cam/Kbuild',
    text: 'obj-m := cam.o\n',
    files: { ...uses, '/w/Makefile': 'obj-m := deser/\nall:\n\tmake -C /k M=$(CURDIR)/cam/\n' },
    finds: [{ at: 'cam.o', says: 'cam.ko uses deser_init of deser.ko' }],
  },
  {
    rule,
    shows: 'a script gives a file that is not there',
    path: '/w/scripts/build.sh',
    text: '#!/bin/bash\nexport KBUILD_EXTRA_SYMBOLS="$PWD/deser/Module.symvers $PWD/nope/Module.symvers"\nmake -C /k M=$PWD/cam KBUILD_EXTRA_SYMBOLS=/w/none/Module.symvers\n',
    files: uses,
    finds: [
      { at: '$PWD/nope/Module.symvers', says: 'nope/Module.symvers. modpost' },
      { at: '/w/none/Module.symvers', says: 'There is no /w/none/Module.symvers' },
    ],
  },
  {
    rule,
    shows: 'a script builds or fetches the provider, has it elsewhere, or has gone elsewhere',
    path: '/w/build.sh',
    text: [
      'git clone https://example.org/nope.git nope',
      'make -C /k M=$PWD/led && make KBUILD_EXTRA_SYMBOLS="$PWD/led/Module.symvers $PWD/nope/Module.symvers"',
      'make KBUILD_EXTRA_SYMBOLS=/opt/vendor/Module.symvers',
      'make KBUILD_EXTRA_SYMBOLS="$VENDOR/Module.symvers"',
      '# make KBUILD_EXTRA_SYMBOLS="$PWD/gone/Module.symvers"',
      '',
    ].join('\n'),
    finds: [],
  },
  {
    rule,
    shows: 'a script that goes to another folder first',
    path: '/w/build.sh',
    text: 'cd src\nmake KBUILD_EXTRA_SYMBOLS=$PWD/nope/Module.symvers M=$PWD/cam\n',
    finds: [],
  },
  {
    rule,
    shows: 'a script that goes to its own folder',
    path: '/w/build.sh',
    text: 'cd "$(dirname "$0")"\nmake KBUILD_EXTRA_SYMBOLS=$PWD/nope/Module.symvers M=$PWD/cam\n',
    finds: [{ at: '$PWD/nope/Module.symvers', says: missing }],
  },
];
