/**
 * Reads whole module files one after the other into memory that is used again. Synchronous: it belongs into a thread
 * of its own, or into a program that has nothing else to do.
 */
export interface ModuleFileReader {
  /**
   * What was read last, at the beginning of memory that starts on a word and whose size is a multiple of 4. What follows
   * `sizeBytes` is left over from earlier files.
   */
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  /** Fields of `identity` and `read`, of the file looked at last. */
  readonly sizeBytes: number;
  /** Bytes of the file itself, milliseconds, and the number that tells a replaced file from an edited one. */
  readonly fileBytes: number;
  readonly modifiedMs: number;
  readonly inode: number;
  /** Looks at a file without reading it; a sentence when there is none. */
  identify(uri: string): string | undefined;
  /** Reads a file and unpacks it. A sentence says why it cannot be read; `too-large` that this is not the way to read it. */
  read(uri: string): string | undefined;
}
