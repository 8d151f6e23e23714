import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVermagic } from '../../../server/src/kernel/vermagic-comparison.ts';

const stock = '5.15.148-tegra SMP preempt mod_unload modversions aarch64';
const realtime = '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64';

function differing(module: string, kernel: string, releaseCounts = true): (readonly [string, string])[] {
  const { tokens } = compareVermagic(module, kernel, { releaseCounts });
  return tokens.filter((token) => !token.same && token.counts).map((token) => [token.module, token.kernel] as const);
}

test('preempt stands beside preempt_rt, and the row says which option makes it', () => {
  const { tokens, same } = compareVermagic(stock, realtime, { releaseCounts: false });
  assert.equal(same, false);
  assert.deepEqual(differing(stock, realtime), [['preempt', 'preempt_rt']]);
  assert.match(tokens.find((token) => token.kernel === 'preempt_rt')?.why ?? '', /CONFIG_PREEMPT_RT/);
  assert.equal(tokens.length, 6);
});

test('a missing word does not shift the words after it', () => {
  assert.deepEqual(differing('5.15.148-tegra SMP preempt_rt mod_unload aarch64', realtime), [['', 'modversions']]);
  assert.deepEqual(differing('6.1.0 mod_unload ', '6.1.0 SMP preempt mod_unload '), [
    ['', 'SMP'],
    ['', 'preempt'],
  ]);
});

test('the release counts only when the kernel compares it', () => {
  const other = realtime.replace('5.15.148', '5.15.136');
  assert.equal(compareVermagic(other, realtime, { releaseCounts: false }).same, true);
  const { tokens, same } = compareVermagic(other, realtime, { releaseCounts: true });
  assert.equal(same, false);
  assert.deepEqual([tokens[0]?.same, tokens[0]?.counts], [false, true]);
  const ignored = compareVermagic(other, realtime, { releaseCounts: false }).tokens[0];
  assert.deepEqual([ignored?.same, ignored?.counts], [false, false]);
  assert.match(ignored?.why ?? '', /not compared/);
});

test('a lost trailing space is a difference of its own', () => {
  const kernel = '6.1.0-56-amd64 SMP preempt mod_unload modversions ';
  const { tokens, same } = compareVermagic(kernel.trimEnd(), kernel, { releaseCounts: false });
  assert.equal(same, false);
  assert.match(tokens.at(-1)?.why ?? '', /trailing space/);
  assert.deepEqual(differing(kernel.trimEnd(), kernel), [['', ' ']]);
});

test('architecture words and the RANDSTRUCT hash are told apart', () => {
  assert.deepEqual(differing('6.1.0 SMP aarch64RANDSTRUCT_aa', '6.1.0 SMP aarch64RANDSTRUCT_bb'), [
    ['RANDSTRUCT_aa', 'RANDSTRUCT_bb'],
  ]);
  assert.deepEqual(differing('6.1.0 SMP mod_unload ARMv6 p2v8 ', '6.1.0 SMP mod_unload ARMv7 p2v8 '), [
    ['ARMv6', 'ARMv7'],
  ]);
  assert.deepEqual(differing('6.1.0 SMP mod_unload aarch64', '6.1.0 SMP mod_unload '), [['aarch64', '']]);
});

test('equal strings are the same in every row', () => {
  const { tokens, same } = compareVermagic(realtime, realtime, { releaseCounts: true });
  assert.equal(same, true);
  assert.ok(tokens.every((token) => token.same && token.why.length > 0));
});
