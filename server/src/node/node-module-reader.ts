import fs from 'node:fs';
import zlib from 'node:zlib';
import { detectCompression } from '../elf/compression.ts';
import { loadXz, type XzUnpacker } from '../elf/unpack-xz.ts';
import type { ModuleFileReader } from '../ports/module-file-reader.ts';
import { pathOf } from './path-of.ts';

/** Read whole up to this size; the few larger ones are read in parts by the full check. */
const largestBytes = 24 * 1024 * 1024;
/** Unpacked: what is larger is left to the full check, so that the memory, which is kept, stays small. */
const largestUnpackedBytes = 64 * 1024 * 1024;
/** The system gives memory as it is touched: a few modules of a tree are larger than a megabyte. */
const firstBytes = largestBytes + 8;

/** Whole files by plain system calls into one buffer. */
export class NodeModuleReader implements ModuleFileReader {
  bytes = new Uint8Array(new ArrayBuffer(firstBytes));
  words = new Uint32Array(this.bytes.buffer);
  sizeBytes = 0;
  fileBytes = 0;
  modifiedMs = 0;
  inode = 0;
  #xz: XzUnpacker | undefined;

  /** Has to be called before the first .xz file, which is left alone otherwise. */
  async prepareXz(): Promise<void> {
    this.#xz ??= await loadXz();
  }

  identify(uri: string): string | undefined {
    try {
      this.#note(fs.statSync(pathOf(uri)));
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  read(uri: string): string | undefined {
    let file: number | undefined;
    try {
      file = fs.openSync(pathOf(uri), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
      const stat = fs.fstatSync(file);
      if (!stat.isFile()) return 'it is no file';
      this.#note(stat);
      if (stat.size > largestBytes) return 'too-large';
      this.#reserve(stat.size);
      this.sizeBytes = readUpTo(file, this.bytes, stat.size);
      if (this.sizeBytes !== stat.size) return 'it changed while it was read';
    } catch (error) {
      return reasonOf(error);
    } finally {
      if (file !== undefined) fs.closeSync(file);
    }
    return this.#unpack();
  }

  #unpack(): string | undefined {
    const packed = this.bytes.subarray(0, this.sizeBytes);
    const format = detectCompression(packed);
    if (format === 'none') return undefined;
    if (format === 'xz') return this.#unpackXz(new Uint8Array(packed));
    const unpacked = this.#unpacked(format, packed);
    // What this way cannot unpack, the full check looks at.
    if (unpacked === undefined) return 'too-large';
    this.#reserve(unpacked.length);
    this.bytes.set(unpacked);
    this.sizeBytes = unpacked.length;
    return undefined;
  }

  /** Straight into the memory of all modules: thousands of intermediate copies would wait for the collector. */
  #unpackXz(packed: Uint8Array): string | undefined {
    let size = 0;
    const unpacked = this.#xz?.(packed, largestUnpackedBytes, (part) => {
      this.#reserve(size + part.length);
      this.bytes.set(part, size);
      size += part.length;
    });
    if (unpacked === undefined || 'problem' in unpacked) return 'too-large';
    this.sizeBytes = size;
    return undefined;
  }

  #unpacked(format: 'gzip' | 'zstd', packed: Uint8Array): Uint8Array | undefined {
    try {
      if (format === 'gzip') return zlib.gunzipSync(packed, { maxOutputLength: largestUnpackedBytes });
      // Only one frame is unpacked: a file with several is left to the full check.
      return typeof zlib.zstdDecompressSync === 'function' ? singleFrame(packed) : undefined;
    } catch {
      return undefined;
    }
  }

  #reserve(size: number): void {
    if (size + 8 <= this.bytes.length) return;
    const bytes = new Uint8Array(new ArrayBuffer(Math.ceil((size * 1.25 + 8) / 4) * 4));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer);
  }

  #note(stat: fs.Stats): void {
    this.fileBytes = stat.size;
    this.modifiedMs = stat.mtimeMs;
    this.inode = stat.ino;
  }
}

function singleFrame(packed: Uint8Array): Uint8Array | undefined {
  const { buffer, engine } = zlib.zstdDecompressSync(packed, {
    maxOutputLength: largestUnpackedBytes,
    info: true,
  } as zlib.ZstdOptions) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
  return engine.bytesWritten === packed.length ? buffer : undefined;
}

function readUpTo(file: number, target: Uint8Array, size: number): number {
  let done = 0;
  while (done < size) {
    const count = fs.readSync(file, target, done, size - done, null);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return 'it vanished during the scan, or is a link that leads nowhere';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ELOOP':
      return 'its links go in a circle';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
