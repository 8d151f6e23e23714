import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fact } from '../../../server/src/kernel/fact.ts';
import { LateKeys } from '../../../server/src/kernel/late-keys.ts';
import type { TrustedKey } from '../../../server/src/kernel/target-kernel.ts';
import {
  knowsAllKeys,
  mergeTrustedKeys,
  withLateKeys,
  withTrustedKeys,
} from '../../../server/src/kernel/trusted-keys.ts';
import { target } from '../loader/make.ts';

const key = (keyring: TrustedKey['keyring'], subject: string, certificate?: Uint8Array): TrustedKey => ({
  keyring,
  subject,
  serial: subject.length.toString(16).padStart(2, '0'),
  certificate,
});
const from = (label: string, ...keys: TrustedKey[]) => fact(keys, { label });

test('of two lists of compiled-in keys the more trusted source counts; keys of other rings add up', () => {
  const image = from('vmlinuz', key('builtin', 'Build', Uint8Array.of(1)));
  const tree = from('certs', key('builtin', 'Another build', Uint8Array.of(2)));
  const owner = from('MOK.der', key('machine', 'Owner', Uint8Array.of(3)));
  const merged = mergeTrustedKeys([image, tree, owner]);
  assert.deepEqual(
    merged?.value.map(({ subject }) => subject),
    ['Build', 'Owner'],
  );
  assert.equal(merged?.origin.label, 'vmlinuz');
});

test("a known-good module's key is the compiled-in one once its certificate is known", () => {
  const merged = mergeTrustedKeys([
    from('dummy.ko', key('known-good', 'Build')),
    from('vmlinuz', key('builtin', 'Build', Uint8Array.of(1))),
  ]);
  assert.deepEqual(
    merged?.value.map(({ keyring, certificate }) => [keyring, certificate?.length]),
    [['builtin', 1]],
  );
});

test('a Machine Owner Key alone does not tell what else the kernel trusts', () => {
  assert.equal(knowsAllKeys([key('machine', 'Owner')]), false);
  assert.equal(knowsAllKeys([key('builtin', 'Build'), key('machine', 'Owner')]), true);
  assert.equal(knowsAllKeys([]), true);
});

test('a key given beside a target that knows none is known, and nothing else is', () => {
  const more = withTrustedKeys(target(), [key('machine', 'Owner')], { label: 'MOK.der' });
  assert.equal(more.trustedKeys?.origin.label, 'MOK.der');
  assert.equal(mergeTrustedKeys([undefined, undefined]), undefined);
});

test('keys that are read late join the others, and what went wrong is told', async () => {
  const lateKeys = new LateKeys({ label: 'vmlinuz' }, async () => ({
    keys: from('vmlinuz', key('builtin', 'Build', Uint8Array.of(1))),
    problems: [{ message: 'One certificate is damaged.' }],
  }));
  const whole = await withLateKeys(
    target({ more: { lateKeys, trustedKeys: from('MOK.der', key('machine', 'Owner')) } }),
  );
  assert.deepEqual(
    whole.trustedKeys?.value.map(({ subject }) => subject),
    ['Build', 'Owner'],
  );
  assert.equal(whole.problems.at(-1)?.message, 'One certificate is damaged.');
  assert.equal(whole.lateKeys, undefined);
});
