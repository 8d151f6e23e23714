import { limits } from '../limits.ts';
import { type ByteSource, MemoryByteSource } from '../ports/byte-source.ts';
import { type DirectoryEntry, FileError, type FileStat, type FileSystem } from '../ports/file-system.ts';

/** A file system of which one file at a time is held in memory: reading it again neither opens it nor finds it changed. */
export class HeldFile implements FileSystem {
  readonly #files: FileSystem;
  #held: { readonly uri: string; readonly bytes: Uint8Array } | undefined;

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** A large file, or one that cannot be read, is left to whoever opens it. */
  async hold(uri: string): Promise<void> {
    this.#held = undefined;
    try {
      this.#held = { uri, bytes: await this.#files.readFile(uri, limits.heldFileBytes) };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }

  async open(uri: string): Promise<ByteSource> {
    return this.#held?.uri === uri ? new MemoryByteSource(this.#held.bytes) : this.#files.open(uri);
  }

  stat(uri: string): Promise<FileStat | undefined> {
    return this.#files.stat(uri);
  }

  readDirectory(uri: string): Promise<readonly DirectoryEntry[]> {
    return this.#files.readDirectory(uri);
  }

  readFile(uri: string, maxBytes: number): Promise<Uint8Array> {
    return this.#files.readFile(uri, maxBytes);
  }

  realPath(uri: string): Promise<string> {
    return this.#files.realPath(uri);
  }
}
