import { limits } from '../../limits.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { Parsed, Problem } from '../../ports/parsed.ts';

export interface TarEntry {
  /** Without leading `./` and `/`, without `.` and `..`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Range of the contents in the archive. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of a symlink, as written. */
  readonly target: string;
}

const blockBytes = 512;

/**
 * Lists a tar archive in place, reading its headers only: ustar, GNU long names, pax `path`, `linkpath` and `size`. Hard links are
 * listed as their first name's contents. Stops before the end when `enough` says so of an entry.
 */
export async function readTar(
  source: ByteSource,
  enough: (entry: TarEntry) => boolean = () => false,
): Promise<Parsed<readonly TarEntry[]>> {
  const entries = new Map<string, TarEntry>();
  const problems: Problem[] = [];
  const header = new Uint8Array(blockBytes);
  let pax = new Map<string, string>();
  for (let at = 0; at + blockBytes <= source.sizeBytes; ) {
    await source.read(at, header);
    if (header.every((byte) => byte === 0)) break;
    if (!hasValidChecksum(header)) {
      problems.push({
        message: 'The tar archive in the package is damaged: a header has a wrong checksum.',
        offset: at,
      });
      break;
    }
    const sizeBytes = Number(pax.get('size') ?? octal(header, 124, 12));
    const offset = at + blockBytes;
    if (!(sizeBytes >= 0 && offset + sizeBytes <= source.sizeBytes)) {
      problems.push({ message: 'The tar archive in the package is cut off.', offset: at });
      break;
    }
    at = offset + Math.ceil(sizeBytes / blockBytes) * blockBytes;
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === 'x' || kind === 'L' || kind === 'K') {
      const text = await textAt(source, offset, Math.min(sizeBytes, limits.tarExtensionBytes));
      if (kind === 'x') pax = new Map([...pax, ...paxRecords(text)]);
      else pax.set(kind === 'L' ? 'path' : 'linkpath', text.replace(/\0.*$/s, ''));
      continue;
    }
    if (kind !== 'g') {
      const entry = entryOf(header, kind, offset, sizeBytes, pax, entries);
      entries.set(entry.path, entry);
      if (enough(entry)) break;
      if (entries.size >= limits.archiveEntries) {
        problems.push({ message: `Only the first ${limits.archiveEntries} files of the package are read.` });
        break;
      }
    }
    pax = new Map();
  }
  return { value: [...entries.values()], problems };
}

function entryOf(
  header: Uint8Array,
  kind: string,
  offset: number,
  sizeBytes: number,
  pax: ReadonlyMap<string, string>,
  earlier: ReadonlyMap<string, TarEntry>,
): TarEntry {
  const prefix = field(header, 257, 5) === 'ustar' && header[262] === 0 ? field(header, 345, 155) : '';
  const name = pax.get('path') ?? (prefix === '' ? field(header, 0, 100) : `${prefix}/${field(header, 0, 100)}`);
  const target = pax.get('linkpath') ?? field(header, 157, 100);
  const common = { path: cleanPath(name), modifiedMs: (octal(header, 136, 12) || 0) * 1000 };
  const first = kind === '1' ? earlier.get(cleanPath(target)) : undefined;
  if (first) return { ...first, ...common };
  const types = { '0': 'file', '\0': 'file', '7': 'file', '5': 'directory', '2': 'symlink' } as const;
  const type = types[kind as keyof typeof types] ?? 'other';
  return { ...common, type, offset, sizeBytes, target: type === 'symlink' ? target : '' };
}

/** POSIX: the sum of all bytes, those of the checksum itself counted as spaces. */
function hasValidChecksum(header: Uint8Array): boolean {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  return sum === octal(header, 148, 8);
}

/** Octal text, or base 256 where the top bit is set (GNU, for sizes over 8 GB: those fail the bounds check). */
function octal(header: Uint8Array, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) return Number.NaN;
  const text = field(header, at, length).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

/** Records `LENGTH KEY=VALUE\n`, LENGTH counting the whole record in bytes. */
function paxRecords(text: string): Map<string, string> {
  const records = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = /^\d+ ([^=]+)=(.*)$/.exec(line);
    if (found?.[1] !== undefined) records.set(found[1], found[2] ?? '');
  }
  return records;
}

function cleanPath(name: string): string {
  const kept: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  return kept.join('/');
}

function field(header: Uint8Array, at: number, length: number): string {
  const bytes = header.subarray(at, at + length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

async function textAt(source: ByteSource, offset: number, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  await source.read(offset, bytes);
  return new TextDecoder().decode(bytes);
}
