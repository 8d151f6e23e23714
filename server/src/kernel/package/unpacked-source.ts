import { limits } from '../../limits.ts';
import { type ByteSource, MemoryByteSource } from '../../ports/byte-source.ts';
import type { Compression, Decompressor } from '../../ports/decompressor.ts';
import { FileError } from '../../ports/file-system.ts';
import { unpackXzBlocks } from '../image/unpack-payload.ts';
import { readXzStream, type XzBlock, type XzStream } from '../image/xz-stream.ts';

/**
 * The unpacked contents of packed bytes, as a file that is read at any place. xz data in several blocks (as dpkg-deb
 * writes it) is unpacked block by block when it is needed; anything else at once.
 * @returns in one sentence why it cannot be read.
 */
export async function unpackedSource(
  decompressor: Decompressor,
  format: Compression,
  packed: Uint8Array,
): Promise<ByteSource | string> {
  if (format === 'none') return new MemoryByteSource(packed);
  if (format === 'xz') {
    const stream = readXzStream(packed);
    if (typeof stream === 'string') return stream;
    if (stream.packedBytes === packed.length && stream.blocks.length > 1) {
      const largest = Math.max(...stream.blocks.map((block) => block.unpackedBytes));
      if (largest <= limits.archiveBlockBytes) return new XzBlockSource(decompressor, packed, stream);
    }
    if (stream.unpackedBytes > limits.unpackedBytes) {
      return `It unpacks to ${stream.unpackedBytes} bytes; up to ${limits.unpackedBytes} are read.`;
    }
  }
  const unpacked = await decompressor.unpack(format, packed, limits.unpackedBytes);
  return 'problem' in unpacked ? unpacked.problem : new MemoryByteSource(unpacked.bytes);
}

class XzBlockSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #decompressor: Decompressor;
  readonly #packed: Uint8Array;
  readonly #stream: XzStream;
  /** Unpacked offset of each block. */
  readonly #starts: readonly number[];
  /** The blocks used last; a file may straddle two. */
  readonly #recent = new Map<XzBlock, Promise<Uint8Array>>();

  constructor(decompressor: Decompressor, packed: Uint8Array, stream: XzStream) {
    this.#decompressor = decompressor;
    this.#packed = packed;
    this.#stream = stream;
    this.sizeBytes = stream.unpackedBytes;
    let start = 0;
    this.#starts = stream.blocks.map((block) => {
      start += block.unpackedBytes;
      return start - block.unpackedBytes;
    });
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    const end = Math.min(this.sizeBytes, offset + target.length);
    let at = offset;
    while (at < end) {
      const index = this.#starts.findLastIndex((start) => start <= at);
      const block = this.#stream.blocks[index];
      const start = this.#starts[index];
      if (block === undefined || start === undefined) break;
      const bytes = await this.#unpacked(block);
      const part = bytes.subarray(at - start, end - start);
      if (part.length === 0) break;
      target.set(part, at - offset);
      at += part.length;
    }
    return Math.max(0, at - offset);
  }

  async close(): Promise<void> {
    this.#recent.clear();
  }

  #unpacked(block: XzBlock): Promise<Uint8Array> {
    const known = this.#recent.get(block);
    if (known) return known;
    const [oldest] = this.#recent.keys();
    if (this.#recent.size >= 2 && oldest) this.#recent.delete(oldest);
    const bytes = this.#unpack(block);
    this.#recent.set(block, bytes);
    return bytes;
  }

  async #unpack(block: XzBlock): Promise<Uint8Array> {
    const unpacked = await unpackXzBlocks(this.#decompressor, this.#packed, this.#stream, [block]);
    if ('problem' in unpacked) throw new FileError('io', 'data.tar.xz', unpacked.problem);
    return unpacked.bytes;
  }
}
