import type { ByteSource } from '../../ports/byte-source.ts';
import { type DirectoryEntry, FileError, type FileStat, type FileSystem } from '../../ports/file-system.ts';
import { joinUri, uriPath } from '../../ports/uri.ts';
import type { TarEntry } from './tar.ts';

/** As many links as Linux follows in one path (MAXSYMLINKS). */
const mostLinks = 40;

/** A tar archive as a read-only file system, its contents read in place. Links stay within it. */
export class ArchiveFileSystem implements FileSystem {
  readonly #root: string;
  readonly #source: ByteSource;
  readonly #entries = new Map<string, TarEntry>();
  readonly #children = new Map<string, Map<string, DirectoryEntry>>();

  /** @param root the URI of the archive's top, such as `deb://NAME`. */
  constructor(root: string, source: ByteSource, entries: readonly TarEntry[]) {
    this.#root = root;
    this.#source = source;
    this.#children.set('', new Map());
    for (const entry of entries) this.#add(entry);
  }

  async stat(uri: string): Promise<FileStat | undefined> {
    const path = this.#resolve(uri);
    if (path === 'loop') return { type: 'symlink', sizeBytes: 0, modifiedMs: 0 };
    if (path === undefined) {
      const own = this.#entries.get(pathOf(uri));
      return own?.type === 'symlink' ? { type: 'symlink', sizeBytes: 0, modifiedMs: own.modifiedMs } : undefined;
    }
    const entry = this.#entries.get(path);
    if (entry === undefined) return { type: 'directory', sizeBytes: 0, modifiedMs: 0 };
    return { type: entry.type, sizeBytes: entry.sizeBytes, modifiedMs: entry.modifiedMs };
  }

  async readDirectory(uri: string): Promise<readonly DirectoryEntry[]> {
    const children = this.#children.get(this.#existing(uri));
    if (children === undefined) throw new FileError('not-a-directory', uri);
    return [...children.values()];
  }

  async readFile(uri: string, maxBytes: number): Promise<Uint8Array> {
    const entry = this.#file(uri);
    if (entry.sizeBytes > maxBytes) throw new FileError('too-large', uri);
    const bytes = new Uint8Array(entry.sizeBytes);
    await this.#source.read(entry.offset, bytes);
    return bytes;
  }

  async open(uri: string): Promise<ByteSource> {
    return new MemberSource(this.#source, this.#file(uri));
  }

  async realPath(uri: string): Promise<string> {
    return joinUri(this.#root, this.#existing(uri));
  }

  #add(entry: TarEntry): void {
    this.#entries.set(entry.path, entry);
    if (entry.type === 'directory' && !this.#children.has(entry.path)) this.#children.set(entry.path, new Map());
    let { path, type } = { path: entry.path, type: entry.type as DirectoryEntry['type'] };
    while (path !== '') {
      const [parent, name] = split(path);
      const siblings = this.#children.get(parent);
      if (siblings) {
        siblings.set(name, { name, type });
        return;
      }
      this.#children.set(parent, new Map([[name, { name, type }]]));
      path = parent;
      type = 'directory';
    }
  }

  #file(uri: string): TarEntry {
    const entry = this.#entries.get(this.#existing(uri));
    if (entry?.type !== 'file') throw new FileError('is-directory', uri);
    return entry;
  }

  #existing(uri: string): string {
    const path = this.#resolve(uri);
    if (path === 'loop') throw new FileError('loop', uri);
    if (path === undefined) throw new FileError('not-found', uri);
    return path;
  }

  /** The path that `uri` leads to with all links followed; `undefined` when nothing is there. */
  #resolve(uri: string): string | 'loop' | undefined {
    let rest = segments(pathOf(uri));
    let path = '';
    for (let links = 0; rest.length > 0; ) {
      const [name = '', ...after] = rest;
      rest = after;
      const next = path === '' ? name : `${path}/${name}`;
      const entry = this.#entries.get(next);
      if (entry?.type === 'symlink') {
        if (++links > mostLinks) return 'loop';
        const base = entry.target.startsWith('/') ? [] : segments(path);
        rest = [...normalised([...base, ...entry.target.split('/')]), ...rest];
        path = '';
      } else if (entry === undefined && !this.#children.has(next)) return undefined;
      else path = next;
    }
    return path;
  }
}

class MemberSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  readonly #offset: number;

  constructor(source: ByteSource, entry: TarEntry) {
    this.#source = source;
    this.#offset = entry.offset;
    this.sizeBytes = entry.sizeBytes;
  }

  read(offset: number, target: Uint8Array): Promise<number> {
    const length = Math.max(0, Math.min(target.length, this.sizeBytes - offset));
    return this.#source.read(this.#offset + offset, target.subarray(0, length));
  }

  async close(): Promise<void> {}
}

function pathOf(uri: string): string {
  return normalised(uriPath(uri).split('/')).join('/');
}

function segments(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

function normalised(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return kept;
}

function split(path: string): [parent: string, name: string] {
  const at = path.lastIndexOf('/');
  return at < 0 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}
