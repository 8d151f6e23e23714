import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTreeKeys, readCertificateFile, readCertificateFiles } from '../../../server/src/kernel/certificates.ts';
import { parseDotConfig } from '../../../server/src/kernel/dot-config.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { makeCertificate } from './certificate-maker.ts';

function pem(der: Uint8Array): string {
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

test('one DER certificate, several back to back, and PEM with a private key in it', async () => {
  const a = await makeCertificate('A');
  const b = await makeCertificate('B', 'P-256');
  const subjects = (bytes: Uint8Array) => readCertificateFile(bytes, 'machine').value.map(({ subject }) => subject);
  assert.deepEqual(subjects(a.der), ['A']);
  assert.deepEqual(subjects(Uint8Array.from([...a.der, ...b.der])), ['A', 'B']);
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
  assert.deepEqual(subjects(new TextEncoder().encode(`${key}${pem(b.der)}text\n${pem(a.der)}`)), ['B', 'A']);
});

test('what is no certificate is a problem, never a trusted key', async () => {
  const { der } = await makeCertificate('A');
  for (const bytes of [
    new Uint8Array(0),
    der.subarray(0, 300),
    new TextEncoder().encode('hello'),
    new Uint8Array(2 << 20),
  ]) {
    const read = readCertificateFile(bytes, 'machine');
    assert.deepEqual(read.value, []);
    assert.equal(read.problems.length, 1);
  }
});

test('a build tree trusts its signing key and the file of CONFIG_SYSTEM_TRUSTED_KEYS, each once', async () => {
  const own = await makeCertificate('Build key');
  const vendor = await makeCertificate('Vendor');
  const files = new MemoryFileSystem({
    '/linux/certs/signing_key.x509': own.der,
    '/linux/certs/signing_key.pem': pem(own.der),
    '/linux/certs/Makefile': 'obj-y += system_keyring.o\n',
    '/linux/debian/keys.pem': pem(vendor.der),
  });
  const config = parseDotConfig('CONFIG_SYSTEM_TRUSTED_KEYS="debian/keys.pem"\n').value;
  const { value, problems } = await buildTreeKeys(files, 'file:///linux', config);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    value?.value.map(({ subject, keyring }) => [subject, keyring]),
    [
      ['Build key', 'builtin'],
      ['Vendor', 'builtin'],
    ],
  );
  assert.equal(value?.origin.label, 'the certificates in linux/certs');
});

test('a tree without keys says nothing of its keys', async () => {
  const { value } = await buildTreeKeys(new MemoryFileSystem({ '/linux/Makefile': '' }), 'file:///linux', undefined);
  assert.equal(value, undefined);
});

test('a certificate file that is named but not there is a problem', async () => {
  const { value, problems } = await readCertificateFiles(new MemoryFileSystem(), ['file:///keys/MOK.der'], 'machine');
  assert.deepEqual(value, []);
  assert.match(problems[0]?.message ?? '', /MOK\.der cannot be read \(not-found\)/);
});
