import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { trustedKey } from '../../../server/src/kernel/certificates.ts';
import { SeenMessages, verifyModuleSignature } from '../../../server/src/kernel/signature-verification.ts';
import type { TrustedKey } from '../../../server/src/kernel/target-kernel.ts';
import { type MadeCertificate, makeCertificate, signatureOf, signDetached } from './certificate-maker.ts';

const moduleBytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
let rsa: MadeCertificate;
let elliptic: MadeCertificate;
let stranger: MadeCertificate;

function keyOf({ der }: MadeCertificate): TrustedKey {
  const key = trustedKey(der, 'builtin');
  assert.ok(key);
  return key;
}

before(async () => {
  rsa = await makeCertificate('RSA key');
  elliptic = await makeCertificate('EC key', 'P-384');
  stranger = await makeCertificate('Stranger');
});

for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
  test(`a signature with ${hash} is valid for the signer's key, and tells a changed byte`, async () => {
    for (const signer of [rsa, elliptic]) {
      const signature = signatureOf(await signDetached(moduleBytes, signer, { hash }), moduleBytes.length);
      const keys = [keyOf(stranger), keyOf(signer)];
      const valid = await verifyModuleSignature(moduleBytes, signature, keys);
      assert.equal(valid.result, 'valid', valid.reason);
      assert.equal(valid.key?.subject, keys[1]?.subject);
      const changed = moduleBytes.slice();
      changed[2500] = 0;
      assert.equal((await verifyModuleSignature(changed, signature, keys)).result, 'bad-digest');
    }
  });
}

test('messages like one seen before are judged as if each were taken apart', async () => {
  const keys = [keyOf(rsa), keyOf(elliptic)];
  const seen = new SeenMessages();
  const verdicts: string[] = [];
  const files = [0, 1, 2].map((first) => Uint8Array.of(first, ...moduleBytes.subarray(1)));
  for (const signer of [rsa, elliptic, stranger]) {
    for (const [index, file] of files.entries()) {
      const signature = signatureOf(await signDetached(file, signer), file.length);
      const given = index === 1 ? (files[0] as Uint8Array) : file;
      const { result, signer: name } = await verifyModuleSignature(given, signature, keys, seen);
      verdicts.push(`${name} ${result}`);
    }
  }
  assert.deepEqual(verdicts, [
    ...['valid', 'bad-digest', 'valid'].map((result) => `RSA key ${result}`),
    ...['valid', 'bad-digest', 'valid'].map((result) => `EC key ${result}`),
    ...['unknown-key', 'unknown-key', 'unknown-key'].map((result) => `Stranger ${result}`),
  ]);
});

test('a signer named by subject key id (sign-file -k) is found', async () => {
  const signature = signatureOf(await signDetached(moduleBytes, rsa, { bySubjectKeyId: true }), moduleBytes.length);
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [keyOf(stranger), keyOf(rsa)])).result, 'valid');
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [keyOf(stranger)])).result, 'unknown-key');
});

test('a key that the target does not have is named, with its serial number', async () => {
  const signature = signatureOf(await signDetached(moduleBytes, rsa), moduleBytes.length);
  const result = await verifyModuleSignature(moduleBytes, signature, [keyOf(stranger)]);
  assert.equal(result.result, 'unknown-key');
  assert.equal(result.signer, 'RSA key');
  assert.equal(result.keyId, keyOf(rsa).serial);
});

test('a key of the same serial number but another issuer is another key', async () => {
  const impostor = { ...keyOf(stranger), serial: keyOf(rsa).serial };
  const signature = signatureOf(await signDetached(moduleBytes, rsa), moduleBytes.length);
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [impostor])).result, 'unknown-key');
});

test('what cannot be known is "unknown": no keys known, or only the id of a known-good module', async () => {
  const signature = signatureOf(await signDetached(moduleBytes, rsa), moduleBytes.length);
  assert.equal((await verifyModuleSignature(moduleBytes, signature, undefined)).result, 'unknown');
  const idOnly: TrustedKey = {
    keyring: 'known-good',
    certificate: undefined,
    subject: 'RSA key',
    serial: keyOf(rsa).serial,
  };
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [idOnly])).result, 'unknown');
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [{ ...idOnly, serial: '01' }])).result, 'unknown');
  assert.equal((await verifyModuleSignature(moduleBytes, signature, [])).result, 'unknown-key', 'known to be none');
});

test("signed attributes are refused with the kernel's line, though the digest is right", async () => {
  const signature = signatureOf(await signDetached(moduleBytes, rsa, { withAttributes: true }), moduleBytes.length);
  const result = await verifyModuleSignature(moduleBytes, signature, [keyOf(rsa)]);
  assert.equal(result.result, 'bad-digest');
  assert.deepEqual(result.dmesg, ['PKCS7: Invalid module sig (has authattrs)']);
});

test('the trailer is judged as mod_check_sig judges it', async () => {
  const signature = signatureOf(await signDetached(moduleBytes, rsa), moduleBytes.length);
  const { trailer } = signature;
  const with_ = (changes: object) =>
    verifyModuleSignature(moduleBytes, { ...signature, trailer: { ...trailer, ...changes } }, [keyOf(rsa)]);
  assert.deepEqual(
    [(await with_({ idType: 1 })).result, (await with_({ idType: 1 })).dmesg],
    ['unsupported', ['module: not signed with expected PKCS#7 message']],
  );
  assert.equal((await with_({ hash: 4 })).result, 'malformed');
  assert.deepEqual((await with_({ padding: [0, 1, 0] })).dmesg, [
    'module: PKCS#7 signature info has unexpected non-zero params',
  ]);
  assert.equal((await with_({ signatureLength: 1 << 30 })).result, 'malformed');
});

test('hostile PKCS#7: every byte flipped, every length cut, deep nesting; nothing is ever valid but what was signed', async () => {
  const data = await signDetached(moduleBytes, elliptic);
  const keys = [keyOf(elliptic)];
  let valid = 0;
  for (let at = 0; at < data.length; at += 3) {
    const flipped = data.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 0x55;
    for (const bytes of [flipped, data.slice(0, at)]) {
      const { result } = await verifyModuleSignature(moduleBytes.subarray(0, 4999), signatureOf(bytes, 4999), keys);
      if (result === 'valid') valid++;
    }
  }
  assert.equal(valid, 0);
  const nested = Uint8Array.from({ length: 60_000 }, (_, i) => (i % 2 ? 0x80 : 0x30));
  const started = performance.now();
  const { result } = await verifyModuleSignature(moduleBytes, signatureOf(nested, moduleBytes.length), keys);
  assert.equal(result, 'malformed');
  assert.ok(performance.now() - started < 5_000);
});
