import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnvAssignments } from '../../../server/src/text/env-file.ts';
import { kbuildModel } from '../../../server/src/text/kbuild-modules.ts';
import { parseKbuild } from '../../../server/src/text/kbuild-syntax.ts';

test('words keep their place across continued lines, and comments are no words', () => {
  const text = 'obj-m := a.o \\\n\tb.o # c.o\nccflags-y += -DX=\\#1\n';
  const { assignments } = parseKbuild(text);
  assert.deepEqual(
    assignments[0]?.words.map((word) => text.slice(word.start, word.end)),
    ['a.o', 'b.o'],
  );
  assert.deepEqual(
    assignments[1]?.words.map((word) => word.text),
    ['-DX=\\#1'],
  );
});

test('conditionals are known to the assignments inside them; recipes hide theirs', () => {
  const text = 'ifneq ($(KERNELRELEASE),)\nobj-m := a.o\nelse\nKDIR ?= /x\nall:\n\tX=1 make\nendif\nY := 2\n';
  const { assignments, rules } = parseKbuild(text);
  assert.deepEqual(
    assignments.map(({ name, conditions }) => [name, ...conditions]),
    [['obj-m', 'ifneq ($(KERNELRELEASE),)'], ['KDIR', 'else of ifneq ($(KERNELRELEASE),)'], ['Y']],
  );
  assert.equal(text.slice(rules[0]?.recipe?.start, rules[0]?.recipe?.end), '\tX=1 make');
});

test('modules, composites and conditions of a Kbuild file', () => {
  const model = kbuildModel(
    parseKbuild(
      'obj-m += zedx.o\nobj-$(CONFIG_METIS) += metis.o\nobj-y += core/ builtin.o\nzedx-y := main.o\nzedx-$(CONFIG_ZEDX_GMSL) += gmsl.o\nzedx-objs += x.o\n',
    ),
  );
  assert.deepEqual(
    model.modules.map(({ target, config, objects }) => [target, config, ...objects.map((part) => part.text)]),
    [
      ['zedx.ko', undefined, 'main.o', 'gmsl.o', 'x.o'],
      ['metis.ko', 'METIS', 'metis.o'],
    ],
  );
  assert.deepEqual(
    model.folders.map((word) => word.text),
    ['core/'],
  );
});

test('shell assignments: exported, in front of a command, as an argument, as a default; not in comments or strings', () => {
  const text =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's, not ours
    'export A=-tegra # B=1\nC="x y" make D=2 modules\n: "${E:=5}"\nF=${F:-6}\necho "use G=7"\nif [ x = y ]; then H=8; fi\n';
  assert.deepEqual(
    parseEnvAssignments(text).map(({ name, raw, isDefault }) => `${name}=${raw}${isDefault ? '?' : ''}`),
    ['A=-tegra', 'C=x y', 'D=2', 'E=5?', 'F=6?', 'H=8'],
  );
});
