import type { ByteSource } from './byte-source.ts';

export type FileType = 'file' | 'directory' | 'symlink' | 'other';

export interface FileStat {
  /** What the path leads to, links followed; `symlink` only for a link that leads nowhere or in a circle. */
  readonly type: FileType;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
  /** Tells a replaced file from an edited one where the platform has such a number. */
  readonly inode?: number;
}

export interface DirectoryEntry {
  readonly name: string;
  /** The entry itself, links not followed. */
  readonly type: FileType;
}

export type FileErrorCode =
  | 'not-found'
  | 'no-permission'
  | 'is-directory'
  | 'not-a-directory'
  | 'too-large'
  | 'loop'
  | 'io';

/** The only error a FileSystem throws. */
export class FileError extends Error {
  readonly code: FileErrorCode;
  readonly uri: string;

  constructor(code: FileErrorCode, uri: string, detail?: string) {
    super(detail ?? `${uri}: ${code}`);
    this.name = 'FileError';
    this.code = code;
    this.uri = uri;
  }
}

/** The outside world's files, by URI. Every method throws FileError and nothing else. */
export interface FileSystem {
  /** `undefined` when there is no such file. */
  stat(uri: string): Promise<FileStat | undefined>;
  readDirectory(uri: string): Promise<readonly DirectoryEntry[]>;
  /** The whole file; `too-large` when it has more than `maxBytes`. */
  readFile(uri: string, maxBytes: number): Promise<Uint8Array>;
  open(uri: string): Promise<ByteSource>;
  /** The URI a link finally leads to; the URI itself when it is no link. */
  realPath(uri: string): Promise<string>;
}
