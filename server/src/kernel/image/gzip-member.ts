import { crc32 } from './crc32.ts';
import type { UnpackedPayload } from './payload-format.ts';

/**
 * Unpacks the gzip member at the start of `packed`, whatever follows it (in a zImage its end is known
 * only by unpacking it). What came out before the decoder complained is taken only when the
 * CRC-32 and size that end a gzip member are found for it.
 */
export async function unpackGzipMember(packed: Uint8Array<ArrayBuffer>, maxBytes: number): Promise<UnpackedPayload> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array[] = [];
  let total = 0;
  let complete = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        complete = true;
        break;
      }
      total += value.length;
      if (total > maxBytes) {
        await reader.cancel();
        return { problem: `The gzip data unpacks to more than ${maxBytes} bytes.`, tooLarge: true };
      }
      parts.push(value);
    }
  } catch {
    // Trailing bytes are an error to some decoders and none to others; the trailer decides below.
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  if (!complete && !hasTrailer(packed, bytes)) return { problem: 'The gzip data is cut off or damaged.' };
  return { bytes };
}

function hasTrailer(packed: Uint8Array, unpacked: Uint8Array): boolean {
  if (unpacked.length === 0) return false;
  const expected = new DataView(new ArrayBuffer(8));
  expected.setUint32(0, crc32(unpacked), true);
  expected.setUint32(4, unpacked.length % 2 ** 32, true);
  const trailer = new Uint8Array(expected.buffer);
  for (let at = packed.indexOf(trailer[0] ?? 0); at >= 0; at = packed.indexOf(trailer[0] ?? 0, at + 1)) {
    if (trailer.every((byte, i) => packed[at + i] === byte)) return true;
  }
  return false;
}
