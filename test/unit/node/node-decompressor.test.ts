import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import { detectCompression } from '../../../server/src/elf/compression.ts';
import { fallbackZstd, NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import type { Compression } from '../../../server/src/ports/decompressor.ts';
import { buildModule } from '../elf/elf-builder.ts';

const decompressor = new NodeDecompressor();
const image = buildModule({ versions: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`symbol_${i}`, i])) });
const cap = 64 << 20;

function xz(input: Uint8Array, ...options: string[]): Uint8Array {
  return new Uint8Array(execFileSync('xz', ['-c', ...options], { input, maxBuffer: 1 << 30 }));
}

/** With a checksum of the contents, as the zstd command writes by default. */
function zstd(input: Uint8Array): Uint8Array {
  return new Uint8Array(zlib.zstdCompressSync(input, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }));
}

const hasXz = (() => {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

async function unpack(packed: Uint8Array, maxBytes = cap): Promise<string | Uint8Array> {
  const format = detectCompression(packed);
  assert.notEqual(format, 'none');
  const result = await decompressor.unpack(format as Exclude<Compression, 'none'>, packed, maxBytes);
  return 'problem' in result ? result.problem : new Uint8Array(result.bytes);
}

/** Not deepEqual, which takes minutes to describe how 200,000 bytes differ. */
function assertImage(unpacked: string | Uint8Array): void {
  assert.ok(typeof unpacked !== 'string', String(unpacked));
  assert.ok(Buffer.compare(unpacked, image) === 0, 'other bytes than were packed');
}

const packers: readonly (readonly [string, boolean, (input: Uint8Array) => Uint8Array])[] = [
  ['gzip', true, (input) => new Uint8Array(zlib.gzipSync(input))],
  ['zstd', true, zstd],
  ['xz', hasXz, (input) => xz(input, '--check=crc32', '--lzma2=preset=0,dict=1MiB')],
];

for (const [name, available, pack] of packers) {
  describe(name, { skip: !available && `no ${name} here to compress with` }, () => {
    it('gives back what was packed', async () => assertImage(await unpack(pack(image))));

    it('takes several members as one file', async () => {
      const half = image.length >> 1;
      const packed = Buffer.concat([pack(image.subarray(0, half)), pack(image.subarray(half))]);
      assertImage(await unpack(packed));
    });

    it('says that a cut file is cut off', async () => {
      const packed = pack(image);
      for (const length of [20, packed.length >> 1, packed.length - 1]) {
        assert.match(String(await unpack(packed.subarray(0, length))), /cut off: the file is incomplete\.$/);
      }
    });

    it('says that a changed file is damaged', async () => {
      const packed = pack(image);
      for (const at of [packed.length >> 2, packed.length >> 1]) {
        const changed = packed.slice();
        changed.fill(0xa5, at, at + 8);
        const result = await unpack(changed);
        assert.match(String(result), /damaged|checksums|cut off/, `${name} changed at ${at}`);
      }
    });

    it('stops a bomb at the cap, in bounded memory', async () => {
      const packed = pack(new Uint8Array(100 << 20));
      const before = process.memoryUsage().rss;
      assert.match(String(await unpack(packed, 1 << 20)), /unpacks to more than 1048576 bytes/);
      assert.ok(process.memoryUsage().rss - before < 64 << 20);
    });
  });
}

it('gzip: bytes behind the last member are passed over; zstd and xz: they are an error, as for kmod', async () => {
  const garbage = new TextEncoder().encode('garbage behind');
  assertImage(await unpack(Buffer.concat([zlib.gzipSync(image), garbage])));
  assert.match(String(await unpack(Buffer.concat([zlib.zstdCompressSync(image), garbage]))), /no zstd frame follow/);
  if (hasXz) assert.match(String(await unpack(Buffer.concat([xz(image), garbage]))), /no xz stream follow/);
});

describe('xz variants', { skip: !hasXz && 'no xz here to compress with' }, () => {
  it('several blocks, each check that kernels use, stream padding', async () => {
    assertImage(await unpack(xz(image, '--block-size=20000')));
    assertImage(await unpack(xz(image, '--check=crc64')));
    assertImage(await unpack(xz(image, '--check=none')));
    const half = image.length >> 1;
    const parts = [xz(image.subarray(0, half)), new Uint8Array(8), xz(image.subarray(half)), new Uint8Array(4)];
    assertImage(await unpack(Buffer.concat(parts)));
  });

  it('a filter that no kernel reads is named, not taken for damage', async () => {
    assert.match(String(await unpack(xz(image, '--x86', '--lzma2'))), /filter or check that is not supported/);
  });
});

it('the zstd fallback unpacks frames with a window as wide as a kernel, whatever they end with', () => {
  const { ZSTD_c_windowLog, ZSTD_c_checksumFlag, ZSTD_c_enableLongDistanceMatching } = zlib.constants;
  const part = crypto.randomBytes(600_000);
  for (const end of [Buffer.alloc(300_000), Buffer.alloc(300_001, 1), part]) {
    const wide = Buffer.concat([part, Buffer.alloc(2 << 20), end]);
    const params = { [ZSTD_c_windowLog]: 27, [ZSTD_c_checksumFlag]: 1, [ZSTD_c_enableLongDistanceMatching]: 1 };
    for (const options of [{ params }, { params, pledgedSrcSize: wide.length }]) {
      const unpacked = fallbackZstd(new Uint8Array(zlib.zstdCompressSync(wide, options)), cap);
      assert.equal(Buffer.compare(unpacked, wide), 0);
    }
  }
});

it('the zstd fallback for Node before 22.15 gives the same and the same refusals', () => {
  const packed = new Uint8Array(zlib.zstdCompressSync(image));
  assertImage(new Uint8Array(fallbackZstd(packed, cap)));
  assert.throws(() => fallbackZstd(packed.subarray(0, packed.length >> 1), cap));
  assert.throws(() => fallbackZstd(new Uint8Array(zlib.zstdCompressSync(new Uint8Array(50 << 20))), 1 << 20));
});
