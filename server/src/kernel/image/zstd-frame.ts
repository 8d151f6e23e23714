/** A block unpacks to at most this many bytes (RFC 8878, section 3.1.1.2.4). */
const largestBlockBytes = 128 * 1024;

export interface ZstdFrame {
  readonly packedBytes: number;
  readonly mostUnpackedBytes: number;
  /** Where the header of the last block lies. */
  readonly lastBlock: number;
  /** How far back a match may reach, which a decoder keeps in memory. */
  readonly windowBytes: number;
}

/**
 * Length in bytes of the zstd frame at the start of `bytes`, and a bound of what it unpacks to, found by walking its block
 * headers (RFC 8878, section 3.1.1); `undefined` when it is cut off. A decoder that wants exactly one frame can
 * then be handed one, although vmlinuz has more bytes after it.
 */
export function zstdFrame(bytes: Uint8Array): ZstdFrame | undefined {
  const descriptor = bytes[4] ?? 0;
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
  let mostUnpackedBytes = 0;
  while (at + 3 <= bytes.length) {
    const header = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    const isRunLength = ((header >> 1) & 3) === 1;
    mostUnpackedBytes += largestBlockBytes;
    const block = at;
    at += 3 + (isRunLength ? 1 : header >> 3);
    if ((header & 1) !== 0) {
      const end = at + ((descriptor & 4) !== 0 ? 4 : 0);
      if (end > bytes.length) return undefined;
      const windowBytes = singleSegment ? mostUnpackedBytes : windowOf(bytes[5] ?? 0);
      return { packedBytes: end, mostUnpackedBytes, lastBlock: block, windowBytes };
    }
  }
  return undefined;
}

/** Exponent and mantissa of the window descriptor (RFC 8878, section 3.1.1.1.2). */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
