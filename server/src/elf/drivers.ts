import type { ByteSource } from '../ports/byte-source.ts';
import { RangeCache } from './range-cache.ts';
import type { Reading } from './reading.ts';

/** Reads into `target` from `offset` of an input; returns the number of bytes read, fewer only at its end. */
export type ReadInto = (offset: number, target: Uint8Array) => number;

/** Memory that consecutive readings reuse, so that a scan of thousands of files allocates once. */
export class Scratch {
  #buffer = new Uint8Array(256 * 1024);
  #used = 0;

  /** Forgets everything taken before; the bytes of the last reading become invalid. */
  reset(): void {
    this.#used = 0;
  }

  take(length: number): Uint8Array {
    if (this.#used + length > this.#buffer.length) {
      // Earlier chunks of this reading keep the old buffer alive until it ends. A giant is not kept.
      if (length > keptScratchBytes) return new Uint8Array(length);
      this.#buffer = new Uint8Array(Math.max(this.#buffer.length, length));
      this.#used = 0;
    }
    const taken = this.#buffer.subarray(this.#used, this.#used + length);
    this.#used += length;
    return taken;
  }
}

const keptScratchBytes = 4 * 1024 * 1024;

/** Runs a reading over a whole input in memory, without copying. */
export function readBytes<T>(bytes: Uint8Array, reading: Reading<T>): T {
  let step = reading.next();
  while (!step.done) {
    const start = Math.max(0, step.value.offset);
    step = reading.next(bytes.subarray(start, Math.max(start, step.value.offset + step.value.length)));
  }
  return step.value;
}

/** Runs a reading over synchronous reads, coalesced into few. What `read` throws passes through. */
export function readSync<T>(read: ReadInto, sizeBytes: number, reading: Reading<T>, scratch = new Scratch()): T {
  scratch.reset();
  const cache = new RangeCache(sizeBytes);
  let step = reading.next();
  while (!step.done) {
    let bytes = cache.find(step.value);
    if (bytes === undefined) {
      const range = cache.plan(step.value);
      const target = scratch.take(range.length);
      const count = read(range.offset, target);
      cache.add(range.offset, target.subarray(0, count));
      bytes = cache.find(step.value) ?? cut(target.subarray(0, count), range.offset, step.value.offset);
    }
    step = reading.next(bytes);
  }
  return step.value;
}

/** Runs a reading over a ByteSource. What the source throws passes through. */
export async function readAsync<T>(source: ByteSource, reading: Reading<T>): Promise<T> {
  const cache = new RangeCache(source.sizeBytes);
  let step = reading.next();
  while (!step.done) {
    let bytes = cache.find(step.value);
    if (bytes === undefined) {
      const range = cache.plan(step.value);
      const target = new Uint8Array(range.length);
      const count = await source.read(range.offset, target);
      cache.add(range.offset, target.subarray(0, count));
      bytes = cache.find(step.value) ?? cut(target.subarray(0, count), range.offset, step.value.offset);
    }
    step = reading.next(bytes);
  }
  return step.value;
}

/** What a file that shrank meanwhile still gave of a wanted range. */
function cut(read: Uint8Array, readOffset: number, wantedOffset: number): Uint8Array {
  return read.subarray(Math.min(read.length, Math.max(0, wantedOffset) - readOffset));
}
