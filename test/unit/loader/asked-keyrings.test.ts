/** Which keyrings a kernel asks about a module's key: certs/system_keyring.c, and what distributors added. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrustedKey, type Vendor, vendors } from '../../../server/src/kernel/target-kernel.ts';
import { module, options, predict, type TargetSketch, target } from './make.ts';

const signed = module({ signed: true });

function verdict(keyring: TrustedKey['keyring'], sketch: TargetSketch) {
  const evidence = new Map([[signed, { signature: 'valid' as const, signatureKeyring: keyring }]]);
  return predict(signed, target(sketch), { evidence, request: { sigEnforce: true } });
}
const kernel = (vendor: Vendor | undefined, ...more: string[]): TargetSketch => ({ vendor, options: options(...more) });

test('.platform counts on Debian and Ubuntu, never upstream', () => {
  const platform = 'INTEGRITY_PLATFORM_KEYRING';
  assert.equal(verdict('platform', kernel('debian', platform)).verdict, 'loads');
  assert.equal(verdict('platform', kernel('ubuntu', platform)).verdict, 'loads');
  for (const [vendor, option] of [
    ['upstream', platform],
    ['l4t', platform],
    ['debian', 'SMP'],
  ] as const) {
    const refused = verdict('platform', kernel(vendor, option));
    assert.equal(refused.errno, 'EKEYREJECTED', vendor);
    assert.deepEqual(refused.dmesg, ['Loading of module with unavailable key is rejected']);
  }
});

test('.machine counts where the configuration links it; else a MOK lies in .platform', () => {
  assert.equal(verdict('machine', kernel('upstream', 'INTEGRITY_MACHINE_KEYRING')).verdict, 'loads');
  assert.equal(verdict('machine', kernel('upstream', 'INTEGRITY_PLATFORM_KEYRING')).verdict, 'refused');
  assert.equal(verdict('machine', kernel('debian', 'INTEGRITY_PLATFORM_KEYRING')).verdict, 'loads');
});

test('compiled-in keys always count, and those a builtin key vouches for where that ring exists', () => {
  assert.equal(verdict('builtin', kernel('upstream')).verdict, 'loads');
  assert.equal(verdict('secondary', kernel('upstream', 'SECONDARY_TRUSTED_KEYRING')).verdict, 'loads');
  assert.equal(verdict('secondary', kernel('upstream')).verdict, 'refused');
});

test('an unknown vendor leaves a platform key open, and the missing fact is named', () => {
  const open = verdict('platform', kernel(undefined, 'INTEGRITY_PLATFORM_KEYRING'));
  assert.equal(open.verdict, 'undetermined');
  assert.deepEqual(
    open.missing.map(({ fact }) => fact),
    ["the target's vendor"],
  );
  // What is advised is what vermagic.json takes.
  const advice = open.missing[0]?.supply ?? '';
  for (const vendor of vendors) assert.match(advice, new RegExp(`\\b${vendor}\\b`));
  assert.match(advice, /"targets": .*"sources": .*"vendor": /);
});

test('a tampered module by a key in a ring that is not asked is one of an unknown key', () => {
  const evidence = new Map([[signed, { signature: 'bad-digest' as const, signatureKeyring: 'platform' as const }]]);
  assert.equal(predict(signed, target(kernel('upstream')), { evidence }).verdict, 'loads');
  const debian = predict(signed, target(kernel('debian', 'INTEGRITY_PLATFORM_KEYRING')), { evidence });
  assert.equal(debian.errno, 'EKEYREJECTED');
});
