import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKbuildMakefile } from '../../../client/src/kbuild-makefile.ts';

const kbuild = [
  'obj-m := hello.o\n',
  'KDIR ?= /k\n\nobj-m += a.o\nall:\n\tmake -C $(KDIR) M=$(PWD)\n',
  'ifneq ($(KERNELRELEASE),)\n  obj-y = drv/\nendif\n',
  'obj-$(CONFIG_X) += x.o\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: make's, not JavaScript's
  'obj-${CONFIG_X}:=x.o\n',
];
const ordinary = [
  'all: main.o\n\tcc -o main main.o\n',
  'objs := a.o\nobj-dir := out\nobj-main: $(objs)\n',
  '# obj-m := hello.o\n',
  'all:\n\techo "obj-m := a.o" > Kbuild\n',
  'include kernel.mk\nmodules:\n\t$(MAKE) -C linux modules\n',
  '',
];

describe('a Makefile that Kbuild reads', () => {
  for (const text of kbuild) it(JSON.stringify(text), () => assert.equal(isKbuildMakefile(text), true));
});

describe('an ordinary Makefile', () => {
  for (const text of ordinary) it(JSON.stringify(text), () => assert.equal(isKbuildMakefile(text), false));
});
