import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kbuildModel } from '../../../server/src/text/kbuild-modules.ts';
import { parseKbuild } from '../../../server/src/text/kbuild-syntax.ts';
import { evaluateAlone } from '../../../server/src/text/make-evaluation.ts';

const objects = (text: string) => kbuildModel(parseKbuild(text)).modules.map(({ word }) => word.text);

test('words keep the place where they are written, through variables', () => {
  const text = 'NAME := hello\nPARTS := a.o b.o\nobj-m := $(NAME).o\n$(NAME)-y := $(PARTS)\n';
  const [module] = kbuildModel(parseKbuild(text)).modules;
  assert.equal(text.slice(module?.word.start, module?.word.end), '$(NAME).o');
  assert.deepEqual(
    module?.objects.map((part) => text.slice(part.start, part.end)),
    ['a.o', 'b.o'],
  );
});

test('a blank at the end of a value is a part of it, as make sees it', () => {
  const text = 'A := x # note\nifeq ($(A),x)\nobj-m := no.o\nelse\nobj-m := yes.o\nendif\n';
  assert.deepEqual(objects(text), ['yes.o']);
});

test('each branch replaces what was there before, and none the other', () => {
  assert.deepEqual(objects('obj-m := old.o\nifdef X\nobj-m := a.o\nelse\nobj-m := b.o\nendif\nobj-m += c.o\n'), [
    'a.o',
    'b.o',
    'c.o',
  ]);
});

test('the third branch is taken when the two before it are not', () => {
  const text = (v: string) =>
    `V := ${v}\nifeq ($(V),1)\nobj-m := a.o\nelse ifeq ($(V),2)\nobj-m := b.o\nelse\nobj-m := c.o\nendif\n`;
  assert.deepEqual(
    ['1', '2', '3'].map((v) => objects(text(v)).join()),
    ['a.o', 'b.o', 'c.o'],
  );
});

test('hostile files end: variables that double themselves, circles, deep nesting, loops in loops', () => {
  const doubling = Array.from({ length: 60 }, (_, index) => `A${index + 1} = $(A${index})$(A${index})`).join('\n');
  assert.equal(evaluateAlone(parseKbuild(`A0 = x\n${doubling}\nobj-m := $(A60).o\n`)).isGenerated, false);
  assert.deepEqual(objects('A = $(B)\nB = $(A)\nobj-m = $(A) $(obj-m).o\n'), []);
  const nested = `${'$(foreach a,b,'.repeat(20_000)}x${')'.repeat(20_000)}`;
  assert.equal(evaluateAlone(parseKbuild(`${nested}\nobj-m := ${nested}\n`)).isGenerated, true);
  const list = 'x '.repeat(2_000);
  const loops = '$(foreach a,$(L),$(foreach b,$(L),$(foreach c,$(L),$(info x))))';
  assert.equal(evaluateAlone(parseKbuild(`L := ${list}\n${loops}\nobj-m := ${loops}\n`)).isGenerated, true);
});
