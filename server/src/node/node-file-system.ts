import { type BigIntStats, constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ByteSource } from '../ports/byte-source.ts';
import {
  type DirectoryEntry,
  FileError,
  type FileErrorCode,
  type FileStat,
  type FileSystem,
  type FileType,
} from '../ports/file-system.ts';

/** Files of this machine, by `file:` URI. */
export class NodeFileSystem implements FileSystem {
  async stat(uri: string): Promise<FileStat | undefined> {
    const path = pathOf(uri);
    try {
      return toFileStat(await stat(path, { bigint: true }));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return await brokenLink(path, uri);
      throw toFileError(error, uri);
    }
  }

  async readDirectory(uri: string): Promise<readonly DirectoryEntry[]> {
    try {
      const entries = await readdir(pathOf(uri), { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, type: typeOf(entry) }));
    } catch (error) {
      throw toFileError(error, uri);
    }
  }

  async readFile(uri: string, maxBytes: number): Promise<Uint8Array> {
    const source = await this.open(uri);
    try {
      return source.sizeBytes === 0
        ? await readUntilEnd(source, uri, maxBytes)
        : await readWhole(source, uri, maxBytes);
    } finally {
      await source.close();
    }
  }

  async open(uri: string): Promise<ByteSource> {
    let handle: FileHandle | undefined;
    try {
      // Opening a pipe that nobody writes to would never return.
      handle = await open(pathOf(uri), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const found = await handle.stat();
      if (found.isDirectory()) throw new FileError('is-directory', uri);
      if (!found.isFile()) throw new FileError('io', uri, `${uri} is neither a file nor a directory.`);
      return new HandleByteSource(handle, found.size, uri);
    } catch (error) {
      await handle?.close().catch(() => undefined);
      throw toFileError(error, uri);
    }
  }

  async realPath(uri: string): Promise<string> {
    try {
      return pathToFileURL(await realpath(pathOf(uri))).href;
    } catch (error) {
      throw toFileError(error, uri);
    }
  }
}

/** A link that leads nowhere or in a circle is there, as a `symlink`; anything else is not. */
async function brokenLink(path: string, uri: string): Promise<FileStat | undefined> {
  try {
    const found = await lstat(path, { bigint: true });
    return found.isSymbolicLink() ? toFileStat(found) : undefined;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw toFileError(error, uri);
  }
}

class HandleByteSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #uri: string;

  constructor(handle: FileHandle, sizeBytes: number, uri: string) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
    this.#uri = uri;
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    let done = 0;
    try {
      while (done < target.length) {
        const { bytesRead } = await this.#handle.read(target, done, target.length - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    } catch (error) {
      throw toFileError(error, this.#uri);
    }
    return done;
  }

  async close(): Promise<void> {
    // Nothing was written, so nothing can be lost by a failing close.
    await this.#handle.close().catch(() => undefined);
  }
}

async function readWhole(source: ByteSource, uri: string, maxBytes: number): Promise<Uint8Array> {
  if (source.sizeBytes > maxBytes) throw tooLarge(uri, maxBytes);
  const bytes = new Uint8Array(source.sizeBytes);
  return bytes.subarray(0, await source.read(0, bytes));
}

/** Files of /proc and /sys claim to be empty: what they hold shows only by reading. */
async function readUntilEnd(source: ByteSource, uri: string, maxBytes: number): Promise<Uint8Array> {
  let bytes = new Uint8Array(64 * 1024);
  let used = 0;
  for (;;) {
    const count = await source.read(used, bytes.subarray(used));
    used += count;
    if (used > maxBytes) throw tooLarge(uri, maxBytes);
    if (used < bytes.length) return bytes.subarray(0, used);
    const larger = new Uint8Array(bytes.length * 2);
    larger.set(bytes);
    bytes = larger;
  }
}

function tooLarge(uri: string, maxBytes: number): FileError {
  return new FileError('too-large', uri, `${uri} has more than ${maxBytes} bytes.`);
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw new FileError('not-found', uri, `${uri} names no file of this machine: ${messageOf(error)}`);
  }
}

function toFileStat(found: BigIntStats): FileStat {
  return {
    type: typeOf(found),
    sizeBytes: Number(found.size),
    modifiedMs: Number(found.mtimeNs) / 1e6,
    inode: Number(found.ino),
  };
}

function typeOf(entry: BigIntStats | Dirent): FileType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

const codes: Readonly<Record<string, FileErrorCode>> = {
  ENOENT: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EISDIR: 'is-directory',
  ENOTDIR: 'not-a-directory',
  ELOOP: 'loop',
  EFBIG: 'too-large',
};

function toFileError(error: unknown, uri: string): FileError {
  if (error instanceof FileError) return error;
  return new FileError(codes[errorCode(error)] ?? 'io', uri, messageOf(error));
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
