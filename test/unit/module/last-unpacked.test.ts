import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastUnpacked } from '../../../server/src/module/last-unpacked.ts';
import type { Decompressor } from '../../../server/src/ports/decompressor.ts';

/** "Unpacks" by doubling every byte, and counts. */
function doubler(): Decompressor & { calls: number } {
  return {
    calls: 0,
    async unpack(_format, packed, maxBytes) {
      this.calls++;
      const bytes = Uint8Array.from([...packed, ...packed]);
      return bytes.length > maxBytes ? { problem: 'too large' } : { bytes };
    },
  };
}

test('what was just unpacked is not unpacked again, and what differs in one byte is', async () => {
  const inner = doubler();
  const decompressor = new LastUnpacked(inner);
  const first = Uint8Array.of(1, 2, 3);
  assert.deepEqual(await decompressor.unpack('xz', first, 100), { bytes: Uint8Array.of(1, 2, 3, 1, 2, 3) });
  assert.deepEqual(await decompressor.unpack('xz', first.slice(), 100), { bytes: Uint8Array.of(1, 2, 3, 1, 2, 3) });
  assert.equal(inner.calls, 1);
  assert.deepEqual(await decompressor.unpack('xz', Uint8Array.of(1, 2, 4), 100), {
    bytes: Uint8Array.of(1, 2, 4, 1, 2, 4),
  });
  assert.equal(inner.calls, 2);
});

test('a smaller limit is asked anew', async () => {
  const decompressor = new LastUnpacked(doubler());
  const packed = Uint8Array.of(1, 2, 3);
  assert.ok('bytes' in (await decompressor.unpack('xz', packed, 100)));
  assert.deepEqual(await decompressor.unpack('xz', packed, 5), { problem: 'too large' });
});
