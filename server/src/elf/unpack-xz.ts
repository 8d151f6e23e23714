import * as xzDecompress from 'xz-decompress';
import type { Unpacked } from '../ports/decompressor.ts';

/**
 * The WebAssembly instance inside xz-decompress (xz-embedded: the decoder that the kernel has too). The package's
 * own stream cannot be run synchronously, serializes all files and hands out small parts one promise at a time; its
 * exports do what is needed synchronously. The exact version is pinned, and
 * `test/unit/node/node-decompressor.test.ts` fails if they change.
 */
interface XzExports {
  readonly memory: WebAssembly.Memory;
  create_context(): number;
  destroy_context(context: number): void;
  supply_input(context: number, byteCount: number): void;
  get_next_output(context: number): number;
}

interface XzLibrary {
  _getModuleInstance(): Promise<void>;
  readonly _moduleInstance?: { readonly exports: XzExports };
}

/** `enum xz_ret` of xz-embedded. */
const XZ_OK = 0;
const XZ_STREAM_END = 1;
const XZ_UNSUPPORTED_CHECK = 2;
const reasons: Readonly<Record<number, string>> = {
  3: 'there is not enough memory for it',
  4: 'its dictionary is larger than supported',
  // A file that starts with the magic bytes gets here by what follows its last stream.
  5: 'bytes that are no xz stream follow it',
  6: 'it uses a filter or check that is not supported',
  7: 'its contents do not match its checksums',
  8: 'it is cut off: the file is incomplete',
};

// The context's words, as xz-decompress lays it out.
const bufferBytesWord = 0;
const inStartWord = 1;
const inPositionWord = 2;
const inSizeWord = 3;
const outStartWord = 4;
const outPositionWord = 5;

/** With `take` the parts are handed to it one by one, valid until it returns; the result is empty then. */
export type XzUnpacker = (packed: Uint8Array, maxBytes: number, take?: (part: Uint8Array) => void) => Unpacked;

/** Compiles the decoder, once per process or worker; then unpacking is synchronous. */
export async function loadXz(): Promise<XzUnpacker> {
  const { XzReadableStream: library } = packageExports();
  if (library._moduleInstance === undefined) await library._getModuleInstance();
  const xz = library._moduleInstance?.exports;
  if (xz === undefined) throw new Error('xz-decompress has no WebAssembly instance.');
  return (packed, maxBytes, take) => unpackFile(xz, packed, maxBytes, take);
}

/** Node gives a CommonJS package's exports as `default`; a bundler may give them directly. */
function packageExports(): { readonly XzReadableStream: XzLibrary } {
  const direct = xzDecompress as unknown as { XzReadableStream: XzLibrary; default?: { XzReadableStream: XzLibrary } };
  return direct.default ?? direct;
}

/**
 * Unpacks an .xz file: any number of blocks and of concatenated streams with padding, as kmod accepts them.
 * What follows the last stream and is none is an error, for kmod too.
 */
function unpackFile(
  xz: XzExports,
  packed: Uint8Array,
  maxBytes: number,
  take: ((part: Uint8Array) => void) | undefined,
): Unpacked {
  const parts: Uint8Array[] = [];
  let total = 0;
  const file = new XzFile(xz, packed);
  try {
    while (!file.ended) {
      const part = file.next();
      if (typeof part === 'string') return { problem: `The xz data cannot be unpacked: ${part}.` };
      total += part.length;
      if (total > maxBytes) return { problem: `The xz data unpacks to more than ${maxBytes} bytes.` };
      if (take !== undefined) take(part);
      else if (part.length > 0) parts.push(part.slice());
    }
  } finally {
    file.close();
  }
  return { bytes: join(parts, take === undefined ? total : 0) };
}

class XzFile {
  ended = false;
  readonly #xz: XzExports;
  readonly #packed: Uint8Array;
  readonly #context: number;
  #supplied = 0;

  constructor(xz: XzExports, packed: Uint8Array) {
    this.#xz = xz;
    this.#packed = packed;
    this.#context = xz.create_context();
  }

  /** The next unpacked bytes, valid until the next call, or what is wrong. */
  next(): Uint8Array | string {
    if (this.#word(inPositionWord) === this.#word(inSizeWord)) {
      // Supplying nothing says that the file ends: the decoder then reports XZ_STREAM_END, or XZ_BUF_ERROR.
      this.#supply(Math.min(this.#word(bufferBytesWord), this.#packed.length - this.#supplied));
    }
    const result = this.#xz.get_next_output(this.#context);
    if (result !== XZ_OK && result !== XZ_STREAM_END && result !== XZ_UNSUPPORTED_CHECK) {
      return reasons[result] ?? `error ${result}`;
    }
    const outBytes = this.#word(outPositionWord);
    const part = new Uint8Array(this.#xz.memory.buffer, this.#word(outStartWord), outBytes);
    this.#words()[outPositionWord] = 0;
    this.ended = result === XZ_STREAM_END;
    return part;
  }

  #supply(size: number): void {
    const input = new Uint8Array(this.#xz.memory.buffer, this.#word(inStartWord), size);
    input.set(this.#packed.subarray(this.#supplied, this.#supplied + size));
    this.#xz.supply_input(this.#context, size);
    this.#supplied += size;
  }

  close(): void {
    this.#xz.destroy_context(this.#context);
  }

  #word(index: number): number {
    return this.#words()[index] as number;
  }

  /** The memory may have grown, which detaches older views. */
  #words(): Uint32Array {
    return new Uint32Array(this.#xz.memory.buffer, this.#context, 6);
  }
}

function join(parts: readonly Uint8Array[], total: number): Uint8Array {
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
