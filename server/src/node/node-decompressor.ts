import zlib from 'node:zlib';
import { Decompress as FallbackZstd } from 'fzstd';
import { loadXz } from '../elf/unpack-xz.ts';
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
  gzip: (packed, maxBytes) =>
    new Promise((resolve, reject) => {
      zlib.gunzip(packed, { maxOutputLength: maxBytes }, (error, bytes) => (error ? reject(error) : resolve(bytes)));
    }),
  zstd: async (packed, maxBytes) =>
    typeof zlib.zstdDecompress === 'function' ? nativeZstd(packed, maxBytes) : fallbackZstd(packed, maxBytes),
};

function nativeZstd(packed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zlib.zstdDecompress(packed, { maxOutputLength: maxBytes }, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    );
  });
}

/** For Node before 22.15. Fed in small parts, so that a bomb is noticed before it fills memory. */
export function fallbackZstd(packed: Uint8Array, maxBytes: number): Uint8Array {
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
