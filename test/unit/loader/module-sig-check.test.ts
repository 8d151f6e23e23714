import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadRequest, SignatureResult } from '../../../server/src/loader/verdict.ts';
import { module, options, predict, target } from './make.ts';

type Cell = readonly [errno: string | undefined, taint: string, line: string | undefined];

const taintLine = 'demo: module verification failed: signature and/or required key missing - tainting kernel';
const lockdown = 'Lockdown: insmod: unsigned module loading is restricted; see man kernel_lockdown.7';
const rejected = (reason: string) => `Loading of ${reason} is rejected`;

/** The verdict table: not enforced, enforced, locked down. */
const table: readonly {
  name: string;
  signature: SignatureResult | undefined;
  free: Cell;
  enforced: Cell;
  locked: Cell;
}[] = [
  {
    name: 'unsigned',
    signature: undefined,
    free: [undefined, 'E', taintLine],
    enforced: ['EKEYREJECTED', '', rejected('unsigned module')],
    locked: ['EPERM', '', lockdown],
  },
  {
    name: 'unknown key',
    signature: 'unknown-key',
    free: [undefined, 'E', taintLine],
    enforced: ['EKEYREJECTED', '', rejected('module with unavailable key')],
    locked: ['EPERM', '', lockdown],
  },
  {
    name: 'unsupported algorithm',
    signature: 'unsupported',
    free: [undefined, 'E', taintLine],
    enforced: ['EKEYREJECTED', '', rejected('module with unsupported crypto')],
    locked: ['EPERM', '', lockdown],
  },
  {
    name: 'tampered with',
    signature: 'bad-digest',
    free: ['EKEYREJECTED', '', undefined],
    enforced: ['EKEYREJECTED', '', undefined],
    locked: ['EKEYREJECTED', '', undefined],
  },
  {
    name: 'unreadable message',
    signature: 'malformed',
    free: ['EBADMSG', '', undefined],
    enforced: ['EBADMSG', '', undefined],
    locked: ['EBADMSG', '', undefined],
  },
  {
    name: 'valid',
    signature: 'valid',
    free: [undefined, '', undefined],
    enforced: [undefined, '', undefined],
    locked: [undefined, '', undefined],
  },
];

for (const row of table) {
  const requests: readonly [string, Cell, LoadRequest][] = [
    ['not enforced', row.free, {}],
    ['enforced', row.enforced, { sigEnforce: true }],
    ['locked down', row.locked, { lockdown: 'integrity' }],
  ];
  for (const [mode, [errno, taint, line], request] of requests) {
    test(`${row.name}, ${mode}`, () => {
      const signature = row.signature === undefined ? {} : { signature: row.signature };
      const kernelModule = module({ signed: row.signature !== undefined });
      const verdict = predict(kernelModule, target(), { request: { ...request, ...signature } });
      assert.equal(verdict.errno, errno);
      assert.equal(verdict.taint, taint);
      assert.deepEqual(verdict.dmesg, line === undefined ? [] : [line]);
    });
  }
}

test('CONFIG_MODULE_SIG_FORCE enforces, and the message says that it does', () => {
  const verdict = predict(module(), target({ options: options('MODULE_SIG_FORCE') }));
  assert.equal(verdict.errno, 'EKEYREJECTED');
  assert.match(verdict.findings[0]?.message ?? '', /CONFIG_MODULE_SIG_FORCE in \.config/);
  assert.equal(verdict.findings[0]?.severity, 'error');
});

test('without enforcement a missing signature is a warning', () => {
  const finding = predict(module(), target()).findings.find((one) => one.rule === 'signature-missing');
  assert.equal(finding?.severity, 'warning');
});

test('a missing signature that is not enforced claims no load: something else may refuse the module', () => {
  for (const words of ['6.1.0 SMP preempt mod_unload modversions ', 'strange']) {
    const verdict = predict(module({ vermagic: words }), target());
    const finding = verdict.findings.find((one) => one.rule === 'signature-missing');
    assert.match(
      finding?.message ?? '',
      /for that alone no module is refused, and one that loads taints the kernel with E/,
    );
    assert.doesNotMatch(finding?.message ?? '', /the module loads/);
  }
});

test('a kernel without CONFIG_MODULE_SIG looks at nothing, not even under lockdown', () => {
  const kernel = target({ options: options('-MODULE_SIG') });
  const tampered = module({ signed: true });
  const verdict = predict(tampered, kernel, { request: { signature: 'bad-digest', lockdown: 'integrity' } });
  assert.equal(verdict.verdict, 'loads');
  assert.equal(verdict.taint, '');
});

test('forcing a signed module makes it an unsigned one', () => {
  const kernel = target({ options: options('MODULE_FORCE_LOAD') });
  const forced = predict(module({ signed: true }), kernel, {
    request: { signature: 'valid', ignoreVermagic: true, sigEnforce: true },
  });
  assert.equal(forced.errno, 'EKEYREJECTED');
  assert.deepEqual(forced.dmesg, ['Loading of unsigned module is rejected']);
});

for (const [release, refused] of [
  ['5.10.0', true],
  ['5.15.0', true],
  ['5.19.0', false],
  ['6.1.0', false],
] as const) {
  test(`the flag for compressed files ${refused ? 'is unknown (EINVAL, silent) to' : 'leaves the signature alone on'} ${release}`, () => {
    const kernel = target({ release, options: options('MODULE_DECOMPRESS', 'MODULE_COMPRESS_XZ') });
    const words = `${release} SMP preempt mod_unload modversions `;
    const packed = module({ signed: true, vermagic: words, more: { compression: 'xz' } });
    const verdict = predict(packed, kernel, {
      request: { signature: 'valid', compressedFile: true, sigEnforce: true },
    });
    assert.equal(verdict.errno, refused ? 'EINVAL' : undefined);
    assert.deepEqual(verdict.dmesg, []);
  });
}

const trailer = {
  algorithm: 0,
  hash: 0,
  idType: 2,
  signerLength: 0,
  keyIdLength: 0,
  padding: [0, 0, 0],
  signatureLength: 100,
} as const;

for (const [name, change, errno, line] of [
  ['a length beyond the file', { signatureLength: 10_000_000 }, 'EBADMSG', undefined],
  ['a non-zero field', { keyIdLength: 4 }, 'EBADMSG', 'module: PKCS#7 signature info has unexpected non-zero params'],
  ['another id type', { idType: 1 }, undefined, 'module: not signed with expected PKCS#7 message'],
] as const) {
  test(`trailer with ${name}`, () => {
    const base = module({ signed: true });
    const signature = base.signature;
    assert.ok(signature !== undefined);
    const damaged = { ...base, signature: { ...signature, trailer: { ...trailer, ...change } } };
    const verdict = predict(damaged, target(), { request: { signature: 'valid' } });
    assert.equal(verdict.errno, errno);
    assert.deepEqual(verdict.dmesg, line === undefined ? [] : errno === undefined ? [line, taintLine] : [line]);
  });
}

test('the signature is judged before the file is looked at', () => {
  const notElf = module({ signed: true, more: { elf: undefined, leadingBytes: new Uint8Array(64) } });
  assert.equal(predict(notElf, target(), { request: { signature: 'bad-digest' } }).errno, 'EKEYREJECTED');
});

test('the line about a failed verification is printed once per boot', () => {
  const other = module({ name: 'first', imports: [] });
  const verdict = predict(module(), target(), { loaded: [other] });
  assert.deepEqual(verdict.dmesg, []);
  assert.equal(verdict.taint, 'E');
});

/** A target that has the digest sha512 only as a module. */
function withDigestModule() {
  const kernel = target();
  const { config } = kernel;
  assert.ok(config !== undefined);
  const get = (name: string) => (name === 'CRYPTO_SHA512' ? 'm' : config.value.get(name));
  return { ...kernel, config: { ...config, value: { ...config.value, get } } };
}

function signedWithSha512() {
  const base = module({ signed: true });
  assert.ok(base.signature !== undefined);
  return { ...base, signature: { ...base.signature, hash: 'sha512' } };
}

test('a digest that the target has as a module only: enforced, it has to be loaded before', () => {
  const request = { signature: 'valid', sigEnforce: true } as const;
  const verdict = predict(signedWithSha512(), withDigestModule(), { request });
  assert.equal(verdict.verdict, 'undetermined');
  assert.match(verdict.missing[0]?.fact ?? '', /crypto-sha512 .*CONFIG_CRYPTO_SHA512.*=m/);
  const digest = module({
    name: 'sha512_generic',
    imports: [],
    signed: true,
    modinfo: [['alias', 'crypto-sha512']],
  });
  const evidence = new Map([[digest, { signature: 'valid' as const }]]);
  const after = predict(signedWithSha512(), withDigestModule(), { request, evidence, loaded: [digest] });
  assert.equal(after.verdict, 'loads');
  assert.equal(predict(module({ signed: true }), withDigestModule(), { request }).verdict, 'loads');
});

test('a digest that the target has as a module only: not enforced, it is only said', () => {
  const verdict = predict(signedWithSha512(), withDigestModule(), { request: { signature: 'valid' } });
  assert.equal(verdict.verdict, 'loads');
  assert.match(verdict.findings[0]?.message ?? '', /an initramfs may lack it/);
});
