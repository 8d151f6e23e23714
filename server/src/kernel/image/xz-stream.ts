import { crc32 } from './crc32.ts';

/**
 * The outline of one .xz stream, read without unpacking: where it ends, how large it unpacks to, and
 * its filters. Format: the .xz specification (version 1.1.0) and, for LZMA2 chunk headers,
 * Documentation of liblzma's container.
 */
export interface XzStream {
  /** Length in bytes of header, blocks, index and footer. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** 0 none, 1 CRC-32, 4 CRC-64, 10 SHA-256. */
  readonly check: number;
  readonly blocks: readonly XzBlock[];
}

export interface XzBlock {
  /** Range of the LZMA2 data, its end marker included. */
  readonly start: number;
  readonly end: number;
  readonly unpackedBytes: number;
  /** Property byte of LZMA2: the size of its dictionary. */
  readonly dictionary: number;
  /** Filters applied before LZMA2, in the order of compression. */
  readonly filters: readonly { readonly id: number; readonly startOffset: number }[];
  /** The stored check, empty for none. */
  readonly stored: Uint8Array;
}

const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] as const;
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;
const lzma2 = 0x21;

/** The outline of the stream that starts at `start`, or in one sentence why there is none. */
export function readXzStream(bytes: Uint8Array, start = 0): XzStream | string {
  if (magic.some((byte, i) => bytes[start + i] !== byte)) return 'It is no xz stream.';
  if (crc32(bytes, start + 6, start + 8) !== u32(bytes, start + 8)) return 'The xz header is damaged.';
  const check = (bytes[start + 7] ?? 0) & 0x0f;
  const blocks: XzBlock[] = [];
  let unpackedBytes = 0;
  let at = start + 12;
  while (at < bytes.length && bytes[at] !== 0) {
    const block = readBlock(bytes, at, checkBytes[check] ?? 0);
    if (typeof block === 'string') return block;
    blocks.push(block);
    unpackedBytes += block.unpackedBytes;
    at = padded(block.end - at) + at + block.stored.length;
  }
  const end = endOfIndex(bytes, at);
  if (end === undefined) return 'The xz data is cut off.';
  return { packedBytes: end - start, unpackedBytes, check, blocks };
}

/** These blocks alone, as a stream that a decoder without branch filters and checks can unpack. */
export function withoutFilters(bytes: Uint8Array, blocks: readonly XzBlock[]): Uint8Array {
  const parts: Uint8Array[] = [withCrc([0x00, 0x00], [...magic])];
  const records: number[] = [];
  for (const block of blocks) {
    const header = withCrc([0x02, 0x00, lzma2, 0x01, block.dictionary, 0, 0, 0]);
    const data = bytes.subarray(block.start, block.end);
    parts.push(header, data, new Uint8Array(padded(data.length) - data.length));
    records.push(...variableLength(header.length + data.length), ...variableLength(block.unpackedBytes));
  }
  const index = [0x00, ...variableLength(blocks.length), ...records];
  while (index.length % 4 !== 0) index.push(0);
  const packedIndex = withCrc(index);
  const backward = packedIndex.length / 4 - 1;
  const footer = [backward & 0xff, (backward >> 8) & 0xff, (backward >> 16) & 0xff, (backward >> 24) & 0xff, 0, 0];
  const footerCrc = crc32(Uint8Array.from(footer));
  parts.push(packedIndex, Uint8Array.from([...littleEndian(footerCrc), ...footer, 0x59, 0x5a]));
  return concatenated(parts);
}

function readBlock(bytes: Uint8Array, at: number, checkLength: number): XzBlock | string {
  const headerLength = ((bytes[at] ?? 0) + 1) * 4;
  const crcAt = at + headerLength - 4;
  if (crcAt + 4 > bytes.length) return 'The xz data is cut off.';
  if (crc32(bytes, at, crcAt) !== u32(bytes, crcAt)) return 'An xz block header is damaged.';
  const flags = bytes[at + 1] ?? 0;
  const cursor = { at: at + 2, end: crcAt };
  if (flags & 0x40) readVariableLength(bytes, cursor);
  if (flags & 0x80) readVariableLength(bytes, cursor);
  const filters: { id: number; startOffset: number }[] = [];
  let dictionary: number | undefined;
  for (let i = 0; i <= (flags & 3); i++) {
    const id = readVariableLength(bytes, cursor);
    const length = readVariableLength(bytes, cursor);
    if (id === undefined || length === undefined || cursor.at + length > crcAt) return 'An xz block header is damaged.';
    if (i === (flags & 3)) {
      if (id !== lzma2 || length !== 1) return 'An xz block is not packed with LZMA2.';
      dictionary = bytes[cursor.at] ?? 0;
    } else filters.push({ id, startOffset: length === 4 ? u32(bytes, cursor.at) : 0 });
    cursor.at += length;
  }
  const chunks = walkChunks(bytes, at + headerLength);
  if (chunks === undefined) return 'The xz data is cut off or damaged.';
  const storedAt = at + padded(chunks.end - at);
  return {
    start: at + headerLength,
    end: chunks.end,
    unpackedBytes: chunks.unpackedBytes,
    dictionary: dictionary ?? 0,
    filters,
    stored: bytes.subarray(storedAt, storedAt + checkLength),
  };
}

/** LZMA2 says before each chunk how long it is packed and unpacked. */
function walkChunks(bytes: Uint8Array, start: number): { end: number; unpackedBytes: number } | undefined {
  let unpackedBytes = 0;
  let at = start;
  while (at < bytes.length) {
    const control = bytes[at] ?? 0;
    if (control === 0) return { end: at + 1, unpackedBytes };
    const size = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    if (control >= 0x80) {
      unpackedBytes += (((control & 0x1f) << 16) | size) + 1;
      const packed = (((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)) + 1;
      at += (control >= 0xc0 ? 6 : 5) + packed;
    } else if (control <= 2) {
      unpackedBytes += size + 1;
      at += 3 + size + 1;
    } else return undefined;
  }
  return undefined;
}

/** The end of index and footer, the index starting at `start`. */
function endOfIndex(bytes: Uint8Array, start: number): number | undefined {
  if (bytes[start] !== 0) return undefined;
  const cursor = { at: start + 1, end: bytes.length };
  const count = readVariableLength(bytes, cursor) ?? -1;
  for (let i = 0; i < count * 2; i++) if (readVariableLength(bytes, cursor) === undefined) return undefined;
  const footer = start + padded(cursor.at - start) + 4;
  return count < 0 || bytes[footer + 10] !== 0x59 || bytes[footer + 11] !== 0x5a ? undefined : footer + 12;
}

function readVariableLength(bytes: Uint8Array, cursor: { at: number; readonly end: number }): number | undefined {
  let value = 0;
  for (let factor = 1; cursor.at < cursor.end && factor <= 2 ** 49; factor *= 128) {
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  return undefined;
}

function variableLength(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

function withCrc(content: readonly number[], prefix: readonly number[] = []): Uint8Array {
  return Uint8Array.from([...prefix, ...content, ...littleEndian(crc32(Uint8Array.from(content)))]);
}

function littleEndian(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}
