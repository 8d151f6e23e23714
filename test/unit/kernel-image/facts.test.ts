import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { structSizeFromBtf } from '../../../server/src/kernel/image/btf.ts';
import { readKernelImage } from '../../../server/src/kernel/image/read-kernel-image.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { makeCertificate } from '../signature/certificate-maker.ts';
import { concat, identity, latin1, vermagic, vmlinux } from './image-builder.ts';

const ports = { decompressor: new NodeDecompressor() };
const origin = { label: 'vmlinux', uri: 'file:///build/vmlinux' };
const rodata = { name: '.rodata', address: 0x1000, bytes: identity };

test('release, version, vermagic and distributor come from the strings compiled in', async () => {
  const image = await readKernelImage(ports, vmlinux([rodata]), origin);
  assert.equal(image.release?.value, '5.15.148-rt-tegra');
  assert.deepEqual(image.version?.value, { major: 5, minor: 15, patch: 148 });
  assert.equal(image.vermagic?.value, vermagic);
  assert.equal(image.vendor?.value, 'l4t');
  assert.equal(image.vermagic?.origin.label, 'the vermagic string of vmlinux');
  assert.deepEqual(image.dependsOn, ['file:///build/vmlinux']);
});

test("Debian's own version in the banner is not the compiler's", async () => {
  const text =
    'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u2) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)\n\0' +
    '6.1.0-56-amd64 SMP preempt mod_unload modversions \0';
  const image = await readKernelImage(ports, vmlinux([{ ...rodata, bytes: latin1(`\0${text}`) }]), origin);
  assert.deepEqual(image.version?.value, { major: 6, minor: 1, patch: 192 });
  assert.equal(image.vendor?.value, 'debian');
  assert.equal(image.vermagic?.value, '6.1.0-56-amd64 SMP preempt mod_unload modversions ', 'with its trailing space');
});

test('the configuration compiled in (IKCONFIG) is read', async () => {
  const text =
    '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\nCONFIG_PREEMPT_RT=y\n# CONFIG_MODULE_SIG is not set\n';
  const bytes = concat(identity, latin1('IKCFG_ST'), gzipSync(text), latin1('IKCFG_ED'));
  const image = await readKernelImage(ports, vmlinux([{ ...rodata, bytes }]), origin);
  assert.equal(image.config?.value.enabled('PREEMPT_RT'), true);
  assert.equal(image.config?.value.enabled('MODULE_SIG'), false);
  assert.match(image.config?.origin.label ?? '', /IKCONFIG.*vmlinux/);
});

test('the builtin certificates are the list whose length stands behind it, not any certificate', async () => {
  const ours = await makeCertificate('Build key');
  const vendor = await makeCertificate('Vendor key');
  const other = await makeCertificate('wireless regulatory key');
  const list = concat(ours.der, vendor.der);
  const padding = new Uint8Array((8 - (list.length % 8)) % 8);
  const word = (value: number) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
  const bytes = concat(
    other.der,
    new Uint8Array(64 - (other.der.length % 8)),
    list,
    padding,
    word(list.length),
    word(ours.der.length),
  );
  const image = await readKernelImage(ports, vmlinux([rodata, { name: '.init.data', address: 0x9000, bytes }]), origin);
  assert.deepEqual(
    image.trustedKeys?.value.map(({ subject, keyring }) => [subject, keyring]),
    [
      ['Build key', 'builtin'],
      ['Vendor key', 'builtin'],
    ],
  );
  const stray = { name: '.init.data', address: 0x9000, bytes: concat(other.der, new Uint8Array(64)) };
  assert.equal((await readKernelImage(ports, vmlinux([rodata, stray]), origin)).trustedKeys, undefined);
  const without = await readKernelImage(ports, vmlinux([rodata]), origin);
  assert.equal(without.trustedKeys, undefined, 'no list found is not an empty list');
});

/** BTF with an int, a struct of another name whose tail is "module", and struct module. */
function btf(littleEndian: boolean, moduleSize: number): Uint8Array<ArrayBuffer> {
  const strings = latin1('\0int\0sub_module\0module\0name\0');
  const types = [
    [1, 1 << 24, 4, 0x20],
    [5, (4 << 24) | 1, 77, 24, 1, 0],
    [16, (4 << 24) | 2, moduleSize, 23, 1, 0, 23, 1, 32],
  ].flat();
  const bytes = new Uint8Array(24 + types.length * 4 + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, littleEndian);
  bytes[2] = 1;
  for (const [i, value] of [24, 0, types.length * 4, types.length * 4, strings.length].entries()) {
    view.setUint32(4 + i * 4, value, littleEndian);
  }
  for (const [i, value] of types.entries()) view.setUint32(24 + i * 4, value, littleEndian);
  bytes.set(strings, 24 + types.length * 4);
  return bytes;
}

for (const littleEndian of [true, false]) {
  test(`the size of struct module comes from BTF (${littleEndian ? 'little' : 'big'}-endian)`, () => {
    assert.deepEqual(structSizeFromBtf(btf(littleEndian, 0x380), 'module'), { value: 0x380, problems: [] });
  });
}

test('BTF in an image gives the size with its origin', async () => {
  const image = await readKernelImage(
    ports,
    vmlinux([rodata, { name: '.BTF', address: 0x8000, bytes: btf(true, 0x500) }]),
    origin,
  );
  assert.equal(image.hasBtf?.value, true);
  assert.deepEqual(image.structModuleSize?.value, 0x500);
  assert.match(image.structModuleSize?.origin.label ?? '', /struct module in \.BTF of vmlinux/);
  assert.equal((await readKernelImage(ports, vmlinux([rodata]), origin)).hasBtf?.value, false);
});

test('damaged BTF never throws and never runs on: every byte flipped, every length cut', () => {
  const good = btf(true, 0x380);
  for (let at = 0; at < good.length; at++) {
    const flipped = good.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    structSizeFromBtf(flipped, 'module');
    structSizeFromBtf(good.slice(0, at), 'module');
  }
  const huge = good.slice();
  new DataView(huge.buffer).setUint32(12, 0xffffffff, true);
  assert.match(structSizeFromBtf(huge, 'module').problems[0]?.message ?? '', /cut off or damaged/);
});
