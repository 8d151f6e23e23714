import type { Decompressor, Unpacked } from '../../ports/decompressor.ts';
import { branchFilters } from './branch-filters.ts';
import { crc32 } from './crc32.ts';
import { unpackGzipMember } from './gzip-member.ts';
import { unpackLegacyLz4 } from './lz4.ts';
import type { PayloadFormat, UnpackedPayload } from './payload-format.ts';
import { readXzStream, withoutFilters, type XzBlock, type XzStream } from './xz-stream.ts';
import { zstdFrame } from './zstd-frame.ts';

/**
 * Unpacks the kernel that starts at the first byte of `packed`; what follows its end is left alone.
 * Where the format says beforehand how large the result is (xz), a payload over `maxBytes` is never unpacked.
 */
export async function unpackPayload(
  decompressor: Decompressor,
  format: PayloadFormat,
  packed: Uint8Array<ArrayBuffer>,
  maxBytes: number,
): Promise<UnpackedPayload> {
  switch (format) {
    case 'gzip':
      return unpackGzipMember(packed, maxBytes);
    case 'xz':
      return unpackXz(decompressor, packed, maxBytes);
    case 'zstd': {
      const frame = zstdFrame(packed);
      if (frame === undefined) return { problem: 'The zstd data is cut off.' };
      const unpacked = await decompressor.unpack('zstd', packed.subarray(0, frame.packedBytes), maxBytes);
      return { ...unpacked, tooLarge: 'problem' in unpacked && frame.mostUnpackedBytes > maxBytes };
    }
    case 'lz4':
      return unpackLegacyLz4(packed, maxBytes);
    default:
      return {
        problem: `The kernel inside is packed with ${format}, which is not read here; unpack it with the kernel's scripts/extract-vmlinux and name the result instead.`,
      };
  }
}

async function unpackXz(decompressor: Decompressor, packed: Uint8Array, maxBytes: number): Promise<UnpackedPayload> {
  const stream = readXzStream(packed);
  if (typeof stream === 'string') return { problem: stream };
  if (stream.unpackedBytes > maxBytes) {
    const problem = `The xz data unpacks to ${stream.unpackedBytes} bytes; up to ${maxBytes} are read.`;
    return { problem, tooLarge: true };
  }
  const isPlain = stream.blocks.every((block) => block.filters.length === 0);
  if (isPlain && stream.check !== sha256Check) {
    return decompressor.unpack('xz', packed.subarray(0, stream.packedBytes), maxBytes);
  }
  return unpackXzBlocks(decompressor, packed, stream, stream.blocks);
}

/** The decoder refuses it; without the check it unpacks. */
const sha256Check = 10;

/** Unpacks some blocks of a stream, without the rest of it. A CRC-32 is verified; of other checks there is no decoder here. */
export async function unpackXzBlocks(
  decompressor: Decompressor,
  packed: Uint8Array,
  { check }: XzStream,
  blocks: readonly XzBlock[],
): Promise<Unpacked> {
  const unknown = blocks.flatMap((block) => block.filters).find((filter) => !branchFilters.has(filter.id));
  if (unknown) {
    return {
      problem: `The xz data uses filter 0x${unknown.id.toString(16)}, which is not read here; unpack it with xz and name the result instead.`,
    };
  }
  const maxBytes = blocks.reduce((sum, block) => sum + block.unpackedBytes, 0);
  const unpacked = await decompressor.unpack('xz', withoutFilters(packed, blocks), maxBytes);
  return 'problem' in unpacked ? unpacked : undoFilters(check, blocks, unpacked.bytes);
}

function undoFilters(check: number, blocks: readonly XzBlock[], bytes: Uint8Array): Unpacked {
  let at = 0;
  for (const block of blocks) {
    const part = bytes.subarray(at, at + block.unpackedBytes);
    for (const filter of block.filters.toReversed()) branchFilters.get(filter.id)?.undo(part, filter.startOffset);
    if (check === 1 && !isStored(crc32(part), block.stored)) {
      return { problem: 'The xz data is damaged: its checksum does not agree.' };
    }
    at += block.unpackedBytes;
  }
  return { bytes };
}

function isStored(crc: number, stored: Uint8Array): boolean {
  return stored.length === 4 && stored.every((byte, i) => byte === ((crc >>> (8 * i)) & 0xff));
}
