/** Which signatures a scan may take for good without asking the loader's checks. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fact } from '../../../server/src/kernel/fact.ts';
import type { TargetKernel, TrustedKey } from '../../../server/src/kernel/target-kernel.ts';
import { signatureTrust } from '../../../server/src/service/verify-signatures.ts';
import { target } from '../loader/make.ts';

const origin = { label: 'the test' };
const rings = ['builtin', 'secondary', 'machine', 'platform', 'known-good'] as const;
const keys = rings.map(
  (keyring): TrustedKey => ({ keyring, certificate: undefined, subject: keyring, serial: undefined }),
);

function trusting(options: readonly string[], more: Partial<TargetKernel> = {}): TargetKernel {
  return target({ options, more: { trustedKeys: fact(keys, origin), ...more } });
}

const ringsOf = (kernel: TargetKernel) => signatureTrust(kernel).keys?.map(({ keyring }) => keyring);

it('keys count of the rings that the configuration makes the kernel ask', () => {
  assert.deepEqual(ringsOf(trusting(['MODULE_SIG'])), ['builtin', 'known-good']);
  assert.deepEqual(ringsOf(trusting(['MODULE_SIG', 'SECONDARY_TRUSTED_KEYRING'])), [
    'builtin',
    'secondary',
    'known-good',
  ]);
  assert.deepEqual(ringsOf(trusting(['MODULE_SIG', 'INTEGRITY_MACHINE_KEYRING'])), [
    'builtin',
    'machine',
    'known-good',
  ]);
  assert.equal(signatureTrust(target({ options: ['MODULE_SIG'] })).keys, undefined);
});

it('a digest that is a module is open only where signatures are enforced', () => {
  const config = {
    size: 1,
    get: (name: string) => (name === 'CRYPTO_SHA512' ? 'm' : 'y'),
    line: () => undefined,
    enabled: () => false,
  };
  const more = { config: fact(config, origin) };
  assert.deepEqual(signatureTrust(trusting([], more)).openDigests, []);
  const enforced = { ...more, sigEnforce: fact(true, origin) };
  assert.deepEqual(signatureTrust(trusting([], enforced)).openDigests, ['sha384', 'sha512']);
});
