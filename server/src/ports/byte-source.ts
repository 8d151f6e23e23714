/** Random access to the bytes of one file, of which only the ranges asked for are ever read. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * Reads into `target` from `offset`; resolves to the number of bytes read, which is
   * smaller than `target.length` only at the end of the file.
   * @throws FileError when the file vanished or cannot be read.
   */
  read(offset: number, target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A file held in memory. */
export class MemoryByteSource implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    const part = this.#bytes.subarray(offset, offset + target.length);
    target.set(part);
    return part.length;
  }

  async close(): Promise<void> {}
}
