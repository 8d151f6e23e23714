import type { UnpackedPayload } from './payload-format.ts';

/** Largest unpacked block of the legacy container (`lz4 -l`), which the kernel's build uses. */
const legacyBlockBytes = 8 * 1024 * 1024;

/**
 * Unpacks LZ4 data in its legacy container: a magic number, then blocks, each after its length (32 bits,
 * little-endian). It has no end marker: a length that does not fit is the end, as in the kernel's
 * lib/decompress_unlz4.c, where the unpacked size follows the last block.
 */
export function unpackLegacyLz4(packed: Uint8Array, maxBytes: number): UnpackedPayload {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const blocks: Uint8Array[] = [];
  const scratch = new Uint8Array(legacyBlockBytes);
  let total = 0;
  let at = 4;
  while (at + 4 <= packed.length) {
    const length = view.getUint32(at, true);
    if (length === 0 || length > packed.length - at - 4) break;
    const written = unpackBlock(packed.subarray(at + 4, at + 4 + length), scratch);
    if (written === undefined) {
      return { problem: `The LZ4 block at byte ${at} is damaged.` };
    }
    total += written;
    if (total > maxBytes) return { problem: `The LZ4 data unpacks to more than ${maxBytes} bytes.`, tooLarge: true };
    blocks.push(scratch.slice(0, written));
    at += 4 + length;
  }
  if (blocks.length === 0) return { problem: 'The LZ4 data is cut off.' };
  const bytes = new Uint8Array(total);
  let to = 0;
  for (const block of blocks) {
    bytes.set(block, to);
    to += block.length;
  }
  return { bytes };
}

/** One raw LZ4 block: literals and back-references. Returns the bytes written, `undefined` when the block is damaged. */
function unpackBlock(block: Uint8Array, target: Uint8Array): number | undefined {
  let from = 0;
  let to = 0;
  const extended = (nibble: number): number => {
    let length = nibble;
    if (nibble !== 15) return length;
    for (let byte = 255; byte === 255 && from < block.length; length += byte) byte = block[from++] ?? 0;
    return length;
  };
  while (from < block.length) {
    const token = block[from++] ?? 0;
    const literals = extended(token >> 4);
    if (from + literals > block.length || to + literals > target.length) return undefined;
    target.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= block.length) return to;
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8);
    from += 2;
    const length = extended(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > target.length) return undefined;
    if (distance >= length) target.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) target[to + i] = target[to + i - distance] ?? 0;
    to += length;
  }
  return to;
}
