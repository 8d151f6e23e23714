import type { ByteRange } from './reading.ts';

interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Files up to this size are read whole: one read costs less than the three or four it replaces. */
const wholeFileBytes = 128 * 1024;
/** Around each range of a larger file this much is read too: tables that belong together lie together. */
const marginBytes = 8 * 1024;

/** The ranges of one input that were read so far, and which range to read next for a wanted one. */
export class RangeCache {
  readonly #sizeBytes: number;
  #chunks: Chunk[] = [];

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  /** The wanted bytes (cut at the end of the input), or `undefined` when they have to be read first. */
  find(wanted: ByteRange): Uint8Array | undefined {
    const start = Math.max(0, wanted.offset);
    const end = Math.min(this.#sizeBytes, wanted.offset + wanted.length);
    if (!(start < end)) return new Uint8Array(0);
    for (const chunk of this.#chunks) {
      if (start >= chunk.offset && end <= chunk.offset + chunk.bytes.length) {
        return chunk.bytes.subarray(start - chunk.offset, end - chunk.offset);
      }
    }
    return undefined;
  }

  /** What to read so that `find(wanted)` succeeds: never less than wanted, never beyond the input. */
  plan(wanted: ByteRange): ByteRange {
    if (this.#sizeBytes <= wholeFileBytes) return { offset: 0, length: this.#sizeBytes };
    const start = Math.max(0, wanted.offset - marginBytes);
    const end = Math.min(this.#sizeBytes, wanted.offset + wanted.length + marginBytes);
    return { offset: start, length: end - start };
  }

  add(offset: number, bytes: Uint8Array): void {
    this.#chunks.push({ offset, bytes });
  }
}
