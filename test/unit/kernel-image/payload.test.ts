import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { readKernelImage } from '../../../server/src/kernel/image/read-kernel-image.ts';
import { unpackPayload } from '../../../server/src/kernel/image/unpack-payload.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import type { Decompressor } from '../../../server/src/ports/decompressor.ts';
import { concat, identity, latin1, vmlinux } from './image-builder.ts';
import { fromBase64, lz4Sample, sampleBytes, xzSamples } from './packed-samples.ts';

const decompressor = new NodeDecompressor();
const ports = { decompressor };
const origin = { label: 'vmlinuz' };
const kernel = vmlinux([{ name: '.rodata', address: 0x1000, bytes: identity }]);
const release = '5.15.148-rt-tegra';
/** What the kernel's build appends to a packed payload: the unpacked size. */
const sizeWord = Uint8Array.of(0x10, 0x32, 0x54, 0x76);

for (const [filter, packed] of Object.entries(xzSamples)) {
  test(`xz with the ${filter} branch filter unpacks, whatever follows it`, async () => {
    const unpacked = await unpackPayload(decompressor, 'xz', concat(fromBase64(packed), sizeWord), 1e6);
    assert.deepEqual('bytes' in unpacked && unpacked.bytes, sampleBytes());
  });
}

test('xz whose contents were damaged is not taken for a kernel', async () => {
  const packed = fromBase64(xzSamples['x86'] ?? '');
  packed[200] = (packed[200] ?? 0) ^ 1;
  const unpacked = await unpackPayload(decompressor, 'xz', packed, 1e6);
  assert.match('problem' in unpacked ? unpacked.problem : '', /xz/);
});

test('lz4 in its legacy container unpacks, with the size word behind it', async () => {
  const unpacked = await unpackPayload(decompressor, 'lz4', concat(fromBase64(lz4Sample), sizeWord), 1e6);
  assert.deepEqual('bytes' in unpacked && unpacked.bytes, sampleBytes());
});

/** arch/x86/boot: setup code of `sectors` sectors, then the payload at its offset. */
function bzImage(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const image = concat(new Uint8Array(512 * 3 + 0x40), payload, sizeWord);
  image[0x1f1] = 2;
  image.set(latin1('HdrS'), 0x202);
  const view = new DataView(image.buffer);
  view.setUint16(0x206, 0x20f, true);
  view.setUint32(0x248, 0x40, true);
  view.setUint32(0x24c, payload.length + 4, true);
  return image;
}

/** arch/arm/boot/compressed: code, the mark at 0x24, then somewhere the payload. */
function zImage(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const image = concat(
    new Uint8Array(0x1003),
    latin1('\x1f\x8b\x08'),
    new Uint8Array(61),
    payload,
    new Uint8Array(500),
  );
  const view = new DataView(image.buffer);
  view.setUint32(0x24, 0x016f2818, true);
  view.setUint32(0x30, 0x04030201, true);
  return image;
}

function zboot(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const image = concat(new Uint8Array(0x200), payload, sizeWord);
  image.set(latin1('MZ\0\0zimg'), 0);
  new DataView(image.buffer).setUint32(8, 0x200, true);
  new DataView(image.buffer).setUint32(12, payload.length + 4, true);
  return image;
}

function uImage(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(latin1('\x27\x05\x19\x56'), new Uint8Array(60), payload);
}

const flat = concat(new Uint8Array(0x38), latin1('ARMd'), new Uint8Array(64), identity, new Uint8Array(64));

const images: readonly (readonly [string, Uint8Array<ArrayBuffer>, readonly string[], string])[] = [
  ['vmlinux', kernel, ['vmlinux'], 'x86_64'],
  ['bzImage with gzip', bzImage(gzipSync(kernel)), ['bzImage', 'gzip', 'vmlinux'], 'x86_64'],
  ['bzImage with zstd', bzImage(zstdCompressSync(kernel)), ['bzImage', 'zstd', 'vmlinux'], 'x86_64'],
  ['arm64 Image', flat, ['Image'], 'arm64'],
  ['Image.gz', concat(gzipSync(flat)), ['gzip', 'Image'], 'arm64'],
  ['EFI zboot image', zboot(gzipSync(flat)), ['EFI zboot image', 'gzip', 'Image'], 'arm64'],
  ['uImage of a packed Image', uImage(gzipSync(flat)), ['uImage', 'gzip', 'Image'], 'arm64'],
  ['arm zImage', zImage(gzipSync(concat(new Uint8Array(64), identity))), ['zImage', 'gzip'], 'arm'],
];

for (const [name, image, layers, architecture] of images) {
  test(`${name}: the kernel inside is found`, async () => {
    const read = await readKernelImage(ports, image, origin);
    assert.equal(read.release?.value, release, JSON.stringify(read.problems));
    assert.deepEqual(read.layers, layers);
    assert.equal(read.architecture?.value.name, architecture);
  });
}

test('an image that was copied in part says so', async () => {
  const image = bzImage(zstdCompressSync(kernel));
  const read = await readKernelImage(ports, image.subarray(0, image.length - 40), origin);
  assert.match(read.problems[0]?.message ?? '', /^vmlinuz: The bzImage is cut off.*Copy the image again/);
});

test('what is no kernel at all is said in one sentence', async () => {
  for (const bytes of [
    new Uint8Array(0),
    latin1('#!/bin/sh\necho no kernel\n'),
    new Uint8Array(100_000),
    vmlinux([]),
  ]) {
    const read = await readKernelImage(ports, bytes, origin);
    assert.equal(read.release, undefined);
    assert.match(read.problems[0]?.message ?? '', /No kernel is found|The file is empty/);
  }
});

test('a packing that is not read is named, with a way out', async () => {
  const read = await readKernelImage(ports, bzImage(latin1(`BZh91AY&SY${'x'.repeat(100)}`)), origin);
  assert.match(read.problems[0]?.message ?? '', /packed with bzip2.*extract-vmlinux/);
});

class CountingDecompressor implements Decompressor {
  calls = 0;
  async unpack(): Promise<{ readonly problem: string }> {
    this.calls++;
    return { problem: 'called' };
  }
}

test('an xz bomb is recognised by its headers and never unpacked', async () => {
  const packed = fromBase64(xzSamples['x86'] ?? '');
  const headerBytes = ((packed[12] ?? 0) + 1) * 4;
  const start = 12 + headerBytes;
  // An LZMA2 chunk that says of 6 bytes that they are 2 MB, 600 times.
  const chunk = Uint8Array.of(0xff, 0xff, 0xff, 0x00, 0x00, 0x5d, 0x00);
  const chunks = concat(...Array.from({ length: 600 }, () => chunk), Uint8Array.of(0));
  const padding = new Uint8Array(((4 - (chunks.length % 4)) % 4) + 4);
  const index = Uint8Array.of(0, 0, 0, 0, 0x1c, 0xdf, 0x44, 0x21);
  const footer = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x59, 0x5a);
  const bomb = concat(packed.subarray(0, start), chunks, padding, index, footer);
  const counting = new CountingDecompressor();
  const unpacked = await unpackPayload(counting, 'xz', bomb, 256 << 20);
  assert.match('problem' in unpacked ? unpacked.problem : '', /unpacks to 1258291200 bytes; up to 268435456 are read/);
  assert.equal(counting.calls, 0);
});

/** A gigabyte of zeros in a megabyte: one flushed piece of deflate data over and over. */
function gzipBomb(): Uint8Array<ArrayBuffer> {
  const piece = deflateRawSync(new Uint8Array(16 << 20), { finishFlush: constants.Z_FULL_FLUSH });
  const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3);
  return concat(header, ...Array.from({ length: 64 }, () => piece), Uint8Array.of(3, 0), new Uint8Array(8));
}

test('a gzip bomb stops at the cap', async () => {
  const bomb = gzipBomb();
  assert.ok(bomb.length < 2 << 20);
  const read = await readKernelImage(ports, bzImage(bomb), origin);
  assert.match(read.problems[0]?.message ?? '', /unpacks to more than 268435456 bytes/);
});

test('garbage behind every magic number neither throws nor runs on', async () => {
  for (const magic of [
    '\x1f\x8b\x08',
    '\xfd7zXZ\0',
    '\x28\xb5\x2f\xfd',
    '\x02\x21\x4c\x18',
    '\x5d\0\0\0',
    'HdrS',
    '\x7fELF\x02\x01',
  ]) {
    const garbage = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) >> 3);
    for (const at of [0, 0x202, 1000]) {
      const bytes = garbage.slice();
      bytes.set(latin1(magic), at);
      const read = await readKernelImage(ports, bytes, origin);
      assert.ok(read.problems.length > 0, `${JSON.stringify(magic)} at ${at}`);
    }
  }
});
