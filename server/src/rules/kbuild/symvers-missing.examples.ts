import type { RuleExample } from '../rule-example.ts';

const rule = 'symvers-missing';
const tree = { '/k/Makefile': '', '/k/.config': '' };
const finds = (at: string) => [{ at, says: '/k has no Module.symvers' }];
const makefile = (...recipe: readonly string[]) =>
  `obj-m := a.o\nall:\n${recipe.map((line) => `\t${line}\n`).join('')}`;

/** The kernel tree that a recipe builds modules against. */
export const symversExamples: readonly RuleExample[] = [
  {
    rule,
    shows: 'make -C with a path',
    path: '/w/Makefile',
    text: makefile('make -C /k M=$(CURDIR) modules'),
    files: tree,
    finds: finds('/k'),
  },
  {
    rule,
    shows: 'in a Makefile without modules of its own, after the tree was prepared',
    path: '/w/Makefile',
    text: 'all:\n\t$(MAKE) -C ../k modules_prepare\n\t$(MAKE) -C ../k M=$(CURDIR)/drv\n',
    files: tree,
    finds: finds('../k'),
  },
  {
    rule,
    shows: "a variable of one's own",
    path: '/w/Makefile',
    text: `TREE := /k\n${makefile('make -C $(TREE) M=$(CURDIR) modules')}`,
    files: tree,
    finds: finds('/k'),
  },
  {
    rule,
    shows: 'each of several names for the kernel',
    path: '/w/Makefile',
    text: 'KDIR ?= /k\nKERNEL_SRC ?= /built\n',
    files: { '/k/Makefile': '', '/built/Makefile': '', '/built/Module.symvers': '' },
    finds: finds('/k'),
  },
  ...[
    ['the tree is built first', makefile('make -C /k -j8', 'make -C /k M=$(CURDIR)'), tree],
    ['the tree is built in its folder first', makefile('cd /k && make modules', 'make -C /k M=$(CURDIR)'), tree],
    ['KDIR is built first', `KDIR := /k\n${makefile('make -C $(KDIR)', 'make -C $(KDIR) M=$(CURDIR)')}`, tree],
    ['the build has another folder', `KDIR := /k\n${makefile('make -C $(KDIR) O=/out M=$(CURDIR)')}`, tree],
    ['a source that nothing touched', makefile('make -C /k M=$(CURDIR)'), { '/k/Makefile': '' }],
    ['a folder that is no tree', makefile('make -C /k M=$(CURDIR)'), { '/k/a': '' }],
    ['a path that only the shell knows', makefile('make -C $$K M=$(CURDIR)'), tree],
    ['another Makefile, for no module', makefile('make -C /k all'), tree],
    ['two values by conditions', 'ifdef A\nKDIR := /k\nelse\nKDIR := /b\nendif\n', tree],
    ['cleaning', makefile('make -C /k M=$(CURDIR) clean'), tree],
  ].map(
    ([shows, text, files]): RuleExample => ({
      rule,
      shows: String(shows),
      path: '/w/Makefile',
      text: String(text),
      files: files as Readonly<Record<string, string>>,
      finds: [],
    }),
  ),
];
