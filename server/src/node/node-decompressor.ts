import zlib from 'node:zlib';
import { Decompress as FallbackZstd, decompress as fallbackFrame } from 'fzstd';
import { detectCompression } from '../elf/compression.ts';
import { loadXz } from '../elf/unpack-xz.ts';
import { type ZstdFrame, zstdFrame } from '../kernel/image/zstd-frame.ts';
import type { Compression, Decompressor, Unpacked } from '../ports/decompressor.ts';

type Packed = Exclude<Compression, 'none'>;

/** Unpacks with what Node has (gzip; zstd from 22.15 on) and with libraries for the rest. */
export class NodeDecompressor implements Decompressor {
  async unpack(format: Packed, packed: Uint8Array, maxBytes: number): Promise<Unpacked> {
    if (format === 'xz') return (await loadXz())(packed, maxBytes);
    try {
      return { bytes: await unpackers[format](packed, maxBytes) };
    } catch (error) {
      return { problem: explain(format, error, maxBytes) };
    }
  }
}

const unpackers: Readonly<Record<'gzip' | 'zstd', (packed: Uint8Array, maxBytes: number) => Promise<Uint8Array>>> = {
  gzip: gunzip,
  zstd: async (packed, maxBytes) =>
    typeof zlib.zstdDecompress === 'function' ? nativeZstd(packed, maxBytes) : fallbackZstd(packed, maxBytes),
};

/** Bytes behind the last member that are no gzip are passed over, as gzip and zlib's gzread do. */
async function gunzip(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await run((done) => zlib.gunzip(packed, { maxOutputLength: maxBytes }, done));
  } catch (error) {
    const firstBytes = deflateOffset(packed);
    const trailing = error instanceof Error && error.message === 'incorrect header check' && firstBytes !== undefined;
    if (!trailing) throw error;
    // Node takes what follows for another member. Deflate data ends by itself: measure the first member with it.
    const options = { maxOutputLength: maxBytes, info: true };
    const first = await run<Uint8Array>((done) => zlib.inflateRaw(packed.subarray(firstBytes), options, done));
    const { engine } = first as unknown as { engine: { bytesWritten: number } };
    const memberBytes = firstBytes + engine.bytesWritten + gzipTrailerBytes;
    return await run((done) => zlib.gunzip(packed.subarray(0, memberBytes), { maxOutputLength: maxBytes }, done));
  }
}

const gzipTrailerBytes = 8;

/** Where the compressed data of a gzip member starts, behind its header's optional fields (RFC 1952, 2.3). */
function deflateOffset(packed: Uint8Array): number | undefined {
  const flags = packed[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (packed[at] ?? 0) + (packed[at + 1] ?? 0) * 256;
  for (const field of [8, 16]) {
    if (!(flags & field)) continue;
    const end = packed.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  return flags & 2 ? at + 2 : at;
}

function run<T>(start: (done: (error: Error | null, result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
}

/** Node unpacks the first frame only; a file may have several. What follows and is none is an error, as in kmod. */
async function nativeZstd(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  let at = 0;
  while (at < packed.length) {
    const rest = packed.subarray(at);
    if (detectCompression(rest) !== 'zstd') throw new Error(`bytes that are no zstd frame follow it at ${at}`);
    const frame = await nativeFrame(rest, maxBytes - total);
    parts.push(frame.bytes);
    total += frame.bytes.length;
    at += frame.packedBytes;
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, total);
}

async function nativeFrame(packed: Uint8Array, maxBytes: number): Promise<{ bytes: Uint8Array; packedBytes: number }> {
  // With `info` the result is the buffer and the engine, which knows how much it took.
  const options = { maxOutputLength: Math.max(1, maxBytes), info: true };
  const result = await run<unknown>((done) => zlib.zstdDecompress(packed, options, done));
  const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return { bytes: buffer, packedBytes: engine.bytesWritten };
}

/** fzstd's stream moves the whole window for each block of 128 KiB; kernels are packed with windows of 128 MiB. */
const largeWindowBytes = 8 * 1024 * 1024;

/** For Node before 22.15. Fed in small parts, so that a bomb is noticed before it fills memory. */
export function fallbackZstd(packed: Uint8Array, maxBytes: number): Uint8Array {
  const frame = zstdFrame(packed);
  if (
    frame !== undefined &&
    frame.packedBytes === packed.length &&
    frame.windowBytes > largeWindowBytes &&
    frame.mostUnpackedBytes <= maxBytes
  ) {
    return fallbackAtOnce(packed, frame);
  }
  const parts: Uint8Array[] = [];
  let total = 0;
  let ended = false;
  const stream = new FallbackZstd((part, final) => {
    total += part.length;
    if (total > maxBytes) throw new OutputTooLarge();
    parts.push(part);
    ended ||= final === true;
  });
  const stepBytes = 16 * 1024;
  for (let at = 0; at < packed.length; at += stepBytes) {
    stream.push(packed.subarray(at, at + stepBytes), at + stepBytes >= packed.length);
  }
  if (!ended) throw new Error('unexpected end of data');
  return Buffer.concat(parts, total);
}

/** fzstd does not say how much it unpacked into a given buffer; a block of our own behind the last marks the end. */
function fallbackAtOnce(packed: Uint8Array, { lastBlock, mostUnpackedBytes }: ZstdFrame): Uint8Array {
  const [endMark, lastFlag] = [1, 1];
  const blocks = packed.length - ((packed[4] ?? 0) & checksumFlag ? checksumBytes : 0);
  const marked = Buffer.concat([packed.subarray(0, blocks), Uint8Array.of(lastFlag | (1 << 3), 0, 0, endMark)]);
  marked[4] = (marked[4] ?? 0) & ~checksumFlag;
  marked[lastBlock] = (marked[lastBlock] ?? 0) & ~lastFlag;
  // fzstd compares the buffer with a number, and JavaScript would write all its bytes down as text for that.
  const buffer = Object.assign(new Uint8Array(mostUnpackedBytes + 1), { toString: () => '' });
  const unpacked = fallbackFrame(marked, buffer);
  return unpacked.subarray(0, unpacked.lastIndexOf(endMark));
}

const checksumFlag = 4;
const checksumBytes = 4;

class OutputTooLarge extends Error {}

function explain(format: Packed, error: unknown, maxBytes: number): string {
  if (error instanceof OutputTooLarge || (error instanceof RangeError && 'code' in error)) {
    return `The ${format} data unpacks to more than ${maxBytes} bytes.`;
  }
  const detail = error instanceof Error ? error.message : String(error);
  return /unexpected end|EOF|truncated/i.test(detail)
    ? `The ${format} data is cut off: the file is incomplete.`
    : `The ${format} data is damaged: ${detail}.`;
}
