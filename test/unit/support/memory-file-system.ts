import { type ByteSource, MemoryByteSource } from '../../../server/src/ports/byte-source.ts';
import {
  type DirectoryEntry,
  FileError,
  type FileStat,
  type FileSystem,
} from '../../../server/src/ports/file-system.ts';
import { fileUri, uriPath } from '../../../server/src/ports/uri.ts';

export type AccessKind = 'stat' | 'readDirectory' | 'readFile' | 'open' | 'realPath';

interface Access {
  readonly kind: AccessKind;
  readonly uri: string;
}

type Node = FileNode | DirectoryNode | LinkNode;
interface FileNode {
  readonly type: 'file';
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
}
interface DirectoryNode {
  readonly type: 'directory';
  readonly entries: Map<string, Node>;
}
interface LinkNode {
  readonly type: 'symlink';
  readonly target: string;
}

/**
 * A FileSystem in memory that records its calls, so that a test can say how often the disk is touched.
 * Paths may be given as `/a/b` or `file:///a/b`; links as `symlink(path, target)`.
 */
export class MemoryFileSystem implements FileSystem {
  readonly accesses: Access[] = [];
  readonly #root: DirectoryNode = { type: 'directory', entries: new Map() };
  readonly #denied = new Set<string>();
  #clockMs = 1_700_000_000_000;

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  write(path: string, content: string | Uint8Array = ''): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.#put(path, { type: 'file', bytes, modifiedMs: this.#clockMs++ });
  }

  mkdir(path: string): void {
    this.#directory(segmentsOf(path));
  }

  symlink(path: string, target: string): void {
    this.#put(path, { type: 'symlink', target });
  }

  remove(path: string): void {
    const segments = segmentsOf(path);
    const name = segments.pop();
    if (name !== undefined) this.#directory(segments).entries.delete(name);
  }

  /** Every later access to exactly this path fails with `no-permission`. */
  deny(path: string): void {
    this.#denied.add(uriPath(fileUri(path)));
  }

  /** The different files and directories that were touched since the last `forget()`. */
  get touched(): ReadonlySet<string> {
    return new Set(this.accesses.map((access) => access.uri));
  }

  count(kind: AccessKind, path?: string): number {
    const uri = path === undefined ? undefined : fileUri(path);
    return this.accesses.filter((access) => access.kind === kind && (uri === undefined || access.uri === uri)).length;
  }

  forget(): void {
    this.accesses.length = 0;
  }

  async stat(uri: string): Promise<FileStat | undefined> {
    this.#record('stat', uri);
    const found = this.#find(uri);
    if (found === 'loop') return { type: 'symlink', sizeBytes: 0, modifiedMs: 0 };
    if (found === undefined) {
      return this.#find(uri, false) === undefined ? undefined : { type: 'symlink', sizeBytes: 0, modifiedMs: 0 };
    }
    const { node } = found;
    if (node.type === 'file') return { type: 'file', sizeBytes: node.bytes.length, modifiedMs: node.modifiedMs };
    return { type: 'directory', sizeBytes: 0, modifiedMs: 0 };
  }

  async readDirectory(uri: string): Promise<readonly DirectoryEntry[]> {
    this.#record('readDirectory', uri);
    const node = this.#mustFind(uri);
    if (node.type !== 'directory') throw new FileError('not-a-directory', uri);
    return [...node.entries].map(([name, entry]) => ({ name, type: entry.type }));
  }

  async readFile(uri: string, maxBytes: number): Promise<Uint8Array> {
    this.#record('readFile', uri);
    const { bytes } = this.#mustFindFile(uri);
    if (bytes.length > maxBytes) throw new FileError('too-large', uri);
    return bytes;
  }

  async open(uri: string): Promise<ByteSource> {
    this.#record('open', uri);
    return new MemoryByteSource(this.#mustFindFile(uri).bytes);
  }

  async realPath(uri: string): Promise<string> {
    this.#record('realPath', uri);
    const found = this.#find(uri);
    if (found === 'loop') throw new FileError('loop', uri);
    if (found === undefined) throw new FileError('not-found', uri);
    return fileUri(`/${found.path.join('/')}`);
  }

  #record(kind: AccessKind, uri: string): void {
    this.accesses.push({ kind, uri: fileUri(uri) });
    if (this.#denied.has(uriPath(uri))) throw new FileError('no-permission', uri);
  }

  #mustFind(uri: string): FileNode | DirectoryNode {
    const found = this.#find(uri);
    if (found === 'loop') throw new FileError('loop', uri);
    if (found === undefined || found.node.type === 'symlink') throw new FileError('not-found', uri);
    return found.node;
  }

  #mustFindFile(uri: string): FileNode {
    const node = this.#mustFind(uri);
    if (node.type !== 'file') throw new FileError('is-directory', uri);
    return node;
  }

  /** Walks from the root, following links (the last one only on demand), at most 40 as Linux does. */
  #find(uri: string, followLast = true): { node: Node; path: string[] } | 'loop' | undefined {
    let rest = segmentsOf(uri);
    let path: string[] = [];
    let node: Node = this.#root;
    let links = 0;
    while (rest.length > 0) {
      if (node.type !== 'directory') return undefined;
      const [name = '', ...after] = rest;
      rest = after;
      const next: Node | undefined = node.entries.get(name);
      if (next === undefined) return undefined;
      if (next.type === 'symlink' && (rest.length > 0 || followLast)) {
        links += 1;
        if (links > 40) return 'loop';
        const base = next.target.startsWith('/') ? [] : path;
        rest = [...normalise([...base, ...next.target.split('/')]), ...rest];
        path = [];
        node = this.#root;
        continue;
      }
      node = next;
      path.push(name);
    }
    return { node, path };
  }

  #put(path: string, node: Node): void {
    const segments = segmentsOf(path);
    const name = segments.pop();
    if (name === undefined) throw new Error(`not a file path: ${path}`);
    this.#directory(segments).entries.set(name, node);
  }

  #directory(segments: readonly string[]): DirectoryNode {
    let node = this.#root;
    for (const name of segments) {
      let next = node.entries.get(name);
      if (next?.type !== 'directory') {
        next = { type: 'directory', entries: new Map() };
        node.entries.set(name, next);
      }
      node = next;
    }
    return node;
  }
}

function segmentsOf(pathOrUri: string): string[] {
  return normalise(uriPath(fileUri(pathOrUri)).split('/'));
}

function normalise(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of segments) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return kept;
}
