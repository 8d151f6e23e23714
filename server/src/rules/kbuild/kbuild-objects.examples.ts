import type { RuleExample } from '../rule-example.ts';

const rule = 'kbuild-object-missing';
const quiet = (
  shows: string,
  text: string,
  files: readonly string[],
  more: Record<string, string> = {},
): RuleExample => ({
  rule,
  shows,
  path: '/w/m/Makefile',
  text,
  files: { ...Object.fromEntries(files.map((name) => [`/w/m/${name}`, ''])), ...more },
  finds: [],
});

/** Objects as make comes to them: variables, branches, includes, loops, and what makes them. */
export const kbuildObjectExamples: readonly RuleExample[] = [
  quiet('the list of parts is in an included file', 'obj-m := inc.o\ninclude $(src)/objs.mk\n', ['a.c', 'b.c'], {
    '/w/m/objs.mk': 'inc-y += a.o b.o\n',
  }),
  {
    rule,
    shows: 'a part in the list of an included file has no source',
    path: '/w/m/Makefile',
    text: 'obj-m := inc.o\ninclude $(src)/../objs.mk\n',
    files: { '/w/objs.mk': 'inc-y += a.o \\\n b.o\n', '/w/m/a.c': '' },
    finds: [{ at: '$(src)/../objs.mk', says: 'there is no b.c, b.S or b.rs in m/ (the list is in objs.mk)' }],
  },
  quiet('a file that cannot be read may have the list', 'obj-m := inc.o\n-include $(TOP)/objs.mk\n', []),
  quiet('a file that a build writes may have the list', 'obj-m := inc.o\n-include generated.mk\n', []),
  quiet('a file outside of the project may have the list', 'obj-m := inc.o\ninclude /elsewhere/objs.mk\n', [], {
    '/elsewhere/objs.mk': '',
  }),
  quiet('a loop gives the lists', 'obj-m := e1.o e2.o\n$(foreach m,e1 e2,$(eval $(m)-y := src/$(m)_main.o))\n', [
    'src/e1_main.c',
    'src/e2_main.c',
  ]),
  {
    rule,
    shows: 'a loop gives a list with a part that has no source',
    path: '/w/m/Makefile',
    text: 'MODS := e1 e2\nobj-m := $(addsuffix .o,$(MODS))\n$(foreach m,$(MODS),$(eval $(m)-y := src/$(m)_main.o))\n',
    files: { '/w/m/src/e1_main.c': '' },
    finds: [
      {
        at: '$(foreach m,$(MODS),$(eval $(m)-y := src/$(m)_main.o))',
        says: 'No source makes src/e2_main.o for e2.ko: there is no e2_main.c, e2_main.S or e2_main.rs in src/',
      },
    ],
  },
  quiet('a call may do anything', 'obj-m := e1.o\n$(eval $(call module,e1))\n$(call also,e1)\n', []),
  quiet('a list has a name that only make can tell', 'obj-m := e1.o\n$(NAME)-y := a.o\n', ['a.c']),
  quiet('a list counts by a switch that is no CONFIG_', 'obj-m := e1.o\ne1-$(HAVE_X) := a.o\n', []),
  {
    rule,
    shows: 'a message to the person who builds is no list',
    path: '/w/m/Makefile',
    text: '$(info building in $(CURDIR))\n$(warning careful)\nobj-m := e1.o\n',
    finds: [{ at: 'e1.o', says: 'No source makes e1.o' }],
  },
  quiet(
    'an option that the file itself turns off',
    'obj-m := a.o\na-y := m.o\nCONFIG_OPT := n\na-$(CONFIG_OPT) += gone.o\n',
    ['m.c'],
  ),
  {
    rule,
    shows: 'an option that the file itself turns on, and one that the kernel decides',
    path: '/w/m/Makefile',
    text: 'obj-m := a.o\na-y := m.o\nCONFIG_OPT := y\na-$(CONFIG_OPT) += on.o\na-$(CONFIG_PM) += pm.o\n',
    files: { '/w/m/m.c': '' },
    finds: [
      { at: 'on.o', says: 'No source makes on.o for a.ko' },
      { at: 'pm.o', says: 'No source makes pm.o for a.ko' },
    ],
  },
  quiet('a later list replaces the first', 'obj-m := old.o\nobj-m := new.o\n', ['new.c']),
  quiet('a filter takes an object out', 'obj-m := un.o bogus.o\nobj-m := $(filter-out bogus.o,$(obj-m))\n', ['un.c']),
  quiet('a filter whose words only make knows', 'obj-m := un.o bogus.o\nobj-m := $(filter-out $(NOT),$(obj-m))\n', [
    'un.c',
  ]),
  quiet('a list is undefined', 'obj-m := a.o\na-y := x.o\nundefine a-y\n', ['a.c']),
  quiet(
    'a branch that is not taken',
    'VENDOR := a\nobj-m := ve.o\nifeq ($(VENDOR),a)\nve-y := a1.o\nelse ifeq ($(VENDOR), b)\nve-y := b1.o\nelse\nve-y := c1.o\nendif\nifneq "$(VENDOR)" "a"\nve-y += d.o\nendif\nifndef VENDOR\nve-y += e.o\nendif\n',
    ['a1.c'],
  ),
  {
    rule,
    shows: 'branches that are taken, or that the one who calls make decides',
    path: '/w/m/Makefile',
    text: 'VENDOR := b\nOTHER ?= a\nobj-m := ve.o\nifeq ($(VENDOR),a)\nve-y := a1.o\nelse\nve-y := b1.o\nendif\nifeq ($(OTHER),b)\nve-y += o.o\nendif\n',
    finds: [
      { at: 'b1.o', says: 'for ve.ko' },
      { at: 'o.o', says: 'for ve.ko' },
    ],
  },
  {
    rule,
    shows: 'the name of the module is in a variable',
    path: '/w/m/Makefile',
    text: 'MODULE_NAME := hello\nCORE := core/a.o \\\n core/b.o\nobj-m := $(MODULE_NAME).o\n$(MODULE_NAME)-objs := main.o missing.o\n$(MODULE_NAME)-y += $(CORE)\n',
    files: { '/w/m/main.c': '', '/w/m/core/a.c': '' },
    finds: [
      { at: 'core/b.o', says: 'there is no b.c, b.S or b.rs in core/' },
      { at: 'missing.o', says: 'No source makes missing.o for hello.ko' },
    ],
  },
  {
    rule,
    shows: 'functions over lists',
    path: '/w/m/Makefile',
    text: 'SRCS = a.c b.c\nobj-m := f.o\nf-y := $(SRCS:.c=.o) $(addprefix x/,c.o)\nf-y += $(patsubst %.c,y/%.o,$(notdir z/d.c)) $(if $(SRCS),e.o,g.o)\n',
    files: { '/w/m/a.c': '' },
    finds: ['b.o', 'x/c.o', 'y/d.o', 'e.o'].map((name, index) => ({
      at:
        ['$(SRCS:.c=.o)', '$(addprefix x/,c.o)', '$(patsubst %.c,y/%.o,$(notdir z/d.c))', '$(if $(SRCS),e.o,g.o)'][
          index
        ] ?? '',
      says: `No source makes ${name} for f.ko`,
    })),
  },
  quiet(
    'a name that has a default only, is set by a command, or set in a branch',
    'A ?= x\nB != echo x\nC := $(shell echo x)\nifdef SOME\nD := x\nendif\nobj-m := $(A).o $(B).o $(C).o $(D).o\n',
    [],
  ),
  quiet('a list that is expanded where it is used', 'obj-m := l.o\nl-y = $(LATE)\nLATE = b.o\n', ['b.c']),
  quiet('a variable that has another value later', 'DIR := one\nobj-m := d.o\nd-y := $(DIR)/a.o\nDIR := two\n', [
    'one/a.c',
  ]),
  quiet('a certificate grammar and device trees', 'obj-m := as.o\nas-y := key.asn1.o base.dtb.o over.dtbo.o main.o\n', [
    'key.asn1',
    'base.dts',
    'over.dtso',
    'main.c',
  ]),
  {
    rule,
    shows: 'device trees make no plain object, and a grammar that is not there',
    path: '/w/m/Makefile',
    text: 'obj-m := as.o foo.o\nas-y := key.asn1.o base.dtb.o\n',
    files: { '/w/m/foo.dts': '' },
    finds: [
      { at: 'foo.o', says: 'there is no foo.c, foo.S or foo.rs in m/' },
      { at: 'key.asn1.o', says: 'there is no key.asn1 in m/' },
      { at: 'base.dtb.o', says: 'there is no base.dts in m/' },
    ],
  },
  {
    rule,
    shows: 'the folder where it was looked for',
    path: '/w/m/Kbuild',
    text: 'obj-m := d.o\nD = sub\nd-y := ../lib/shared.o $(D)/a.o\n',
    finds: [
      { at: '../lib/shared.o', says: 'in lib/. make' },
      { at: '$(D)/a.o', says: 'No source makes sub/a.o for d.ko: there is no a.c, a.S or a.rs in sub/.' },
    ],
  },
  {
    rule,
    shows: 'rules for the module or of its name make no object',
    path: '/w/m/Makefile',
    text: 'obj-m := foo.o\nall: foo.ko\nfoo: foo.ko\nfoo.ko:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR) modules\n%.i: %.x\n\tcp $< $@\nclean:\n\trm -f foo.c foo.ko\n',
    finds: [{ at: 'foo.o', says: 'No source makes foo.o' }],
  },
  quiet(
    'rules and commands that make the object or its source',
    'obj-m := a.o b.o sub/c.o d.o e.o\n$(obj)/a.o: a.asm\n\tnasm $<\nb.c: b.in\n\tgen\n$(obj)/sub/%.c: %.in\n\tgen\n$(GENERATED)/d.c:\n\tgen\nprepare:\n\tln -sf ../e.c .\n',
    [],
  ),
  quiet(
    'commands that copy all sources',
    'obj-m := a.o\nall:\n\tcp $(FROM)/*.c .\n\t$(MAKE) -C $(KDIR) M=$(PWD)\n',
    [],
  ),
  {
    ...quiet('an included file, whose paths count from the one that includes it', 'obj-m += a.o\n', []),
    path: '/w/m/objs.mk',
  },
  {
    rule,
    shows: 'folders that are not there, or say nothing of what to build',
    path: '/w/m/Makefile',
    text: 'D := three\nobj-m := one/ two/\nobj-y += $(D)/ four/ five/\n',
    files: { '/w/m/one/a.c': '', '/w/m/four/Kbuild': '', '/w/m/five/Makefile': '' },
    finds: [
      { at: 'one/', says: 'one/ has neither Kbuild nor Makefile' },
      { at: 'two/', says: 'There is no folder two/' },
      { at: '$(D)/', says: 'There is no folder three/' },
    ],
  },
  quiet(
    'folders that git fetches, that a command or a rule makes, or that only make knows',
    'obj-m := sub/ made/ got/ $(X)/\nmade/Makefile:\n\tgen\nprepare:\n\tgit clone $(URL) got\n',
    [],
    { '/w/.gitmodules': '[submodule "s"]\n\tpath = m/sub\n\turl = u\n' },
  ),
  {
    rule,
    shows: 'the folder of the Makefile in front of an object, which Kbuild puts there itself',
    path: '/w/m/Makefile',
    text: 'obj-m := sp.o\nsp-y := $(src)/a.o ./b.o\n',
    files: { '/w/m/a.c': '', '/w/m/b.c': '' },
    finds: [
      { at: '$(src)/a.o', says: 'expected "a.o", got "$(src)/a.o"', fixed: 'obj-m := sp.o\nsp-y := a.o ./b.o\n' },
    ],
  },
  {
    ...quiet('since Linux 6.13 that is a relative path', 'obj-m := sp.o\nsp-y := $(src)/a.o\n', ['a.c']),
    target: { name: 'new', vermagic: '6.13.2 SMP mod_unload ' },
  },
  {
    rule,
    shows: 'a variable names no object',
    path: '/w/m/Makefile',
    text: 'DIR := drivers\nobj-m := $(DIR)\n',
    finds: [{ at: 'drivers', says: 'expected "drivers.o", got "drivers"', noFix: true }],
  },
];

const recipe = 'KDIR ?= /k\nall:\n\t$(MAKE) -C $(KDIR) M=$(PWD) modules\n';
const unknown = 'kbuild-unknown-variable';

/** Names that are nearly Kbuild's. */
export const kbuildNameExamples: readonly RuleExample[] = [
  {
    rule: unknown,
    shows: 'misspelt names with an option of the kernel, and older names',
    path: '/w/Makefile',
    text: 'obj-m := a.o\nccflag-$(CONFIG_X) += -DX\nEXTRA_CFLAG += -g\nEXTRA_CCFLAGS += -g\n',
    finds: [
      {
        at: 'ccflag-$(CONFIG_X)',
        says: '"ccflags-$(CONFIG_X)" is meant',
        fixed: 'obj-m := a.o\nccflags-$(CONFIG_X) += -DX\nEXTRA_CFLAG += -g\nEXTRA_CCFLAGS += -g\n',
      },
      { at: 'EXTRA_CFLAG', says: '"EXTRA_CFLAGS" is meant' },
      { at: 'EXTRA_CCFLAGS', says: '"EXTRA_CFLAGS" is meant' },
    ],
  },
  {
    rule: unknown,
    shows: "names of one's own that are near",
    path: '/w/Makefile',
    text: 'obj-m := a.o\nEXTRA_FLAGS := -g\nEXTRA_CXXFLAGS := -g\nEXTRA_LIBS := x\nexport EXTRA_CFLAG = -g\ncflags-$(CONFIG_X) += -g\nccflags-y += $(cflags-y)\nAFLAGS_MODULE = -g\nccflags-remove-$(CONFIG_X) += -pg\na-$(CONFIG_X) += b.o\n',
    finds: [],
  },
  {
    rule: unknown,
    shows: 'a part of another file',
    path: '/w/Makefile_32.cpu',
    text: 'cflags-$(CONFIG_M486) += -march=i486\ncflags-y += $(align)\nccflags-y += -g\n',
    finds: [],
  },
  {
    rule: unknown,
    shows: 'the only list of a Makefile that builds modules',
    path: '/w/Makefile',
    text: `obj_m += foo.o\n${recipe}`,
    finds: [{ at: 'obj_m', says: '"obj-m" is meant', fixed: `obj-m += foo.o\n${recipe}` }],
  },
  {
    rule: unknown,
    shows: 'a list without its dash, of a folder too',
    path: '/w/Kbuild',
    text: 'objm += foo.o sub/\nobj_y := $(OBJS)\n',
    finds: [{ at: 'objm', says: '"obj-m" is meant' }],
  },
  ...[
    ['of a program', 'obj_m := foo.o\nall:\n\tcc -o x foo.o\n', undefined],
    ['that is read', `obj_m := foo.o\nX := $(obj_m)\n${recipe}`, undefined],
    ['of words that are no objects', `obj_m := foo bar\n${recipe}`, undefined],
    ['beside a Kbuild file', `obj_m := foo.o\n${recipe}`, '/w/Kbuild'],
    ['that another folder is built with', `obj_m := foo.o\nall:\n\t$(MAKE) -C $(KDIR) M=$(PWD)/drv\n`, undefined],
    ['with a file that may read it', `obj_m := foo.o\ninclude rules.mk\n${recipe}`, undefined],
  ].map(
    ([what, text = '', beside]): RuleExample => ({
      rule: unknown,
      shows: `a list ${what}`,
      path: '/w/Makefile',
      text,
      finds: [],
      ...(beside !== undefined && { files: { [beside]: 'obj-m := foo.o\n', '/w/foo.c': '' } }),
    }),
  ),
];
