import type { Unpacked } from '../../ports/decompressor.ts';

/** How a kernel image's payload can be packed (CONFIG_KERNEL_GZIP and its siblings). */
export type PayloadFormat = 'gzip' | 'xz' | 'zstd' | 'lz4' | 'lzma' | 'bzip2' | 'lzo';

/** `tooLarge`: the attempt produced, or would produce, more than allowed. */
export type UnpackedPayload = Unpacked & { readonly tooLarge?: boolean };

const magics: readonly { readonly format: PayloadFormat; readonly magic: readonly number[] }[] = [
  { format: 'gzip', magic: [0x1f, 0x8b, 0x08] },
  { format: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { format: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { format: 'lz4', magic: [0x02, 0x21, 0x4c, 0x18] },
  { format: 'lzma', magic: [0x5d, 0x00, 0x00] },
  { format: 'bzip2', magic: [0x42, 0x5a, 0x68] },
  { format: 'lzo', magic: [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a] },
];

/** The format whose magic number stands at `offset`. */
export function payloadFormatAt(bytes: Uint8Array, offset: number): PayloadFormat | undefined {
  return magics.find(({ magic }) => magic.every((byte, i) => bytes[offset + i] === byte))?.format;
}

/**
 * Offsets where packed data may start in an image whose header does not say. Short magic numbers occur by chance
 * in code, so the fields after them are looked at too; more than `limit` places are not tried.
 */
export function payloadCandidates(bytes: Uint8Array, limit: number): { offset: number; format: PayloadFormat }[] {
  const found: { offset: number; format: PayloadFormat }[] = [];
  for (let offset = 0; offset + 16 <= bytes.length && found.length < limit; offset++) {
    switch (bytes[offset]) {
      case 0x1f:
      case 0xfd:
      case 0x28:
      case 0x02:
      case 0x5d:
      case 0x42:
      case 0x89: {
        const format = payloadFormatAt(bytes, offset);
        if (format && isPlausible(bytes, offset, format)) found.push({ offset, format });
      }
    }
  }
  return found;
}

function isPlausible(bytes: Uint8Array, offset: number, format: PayloadFormat): boolean {
  switch (format) {
    case 'gzip':
      // FLG without reserved bits; the kernel's build stores no name, and XFL 0, 2 or 4.
      return ((bytes[offset + 3] ?? 0) & 0xe0) === 0 && [0, 2, 4].includes(bytes[offset + 8] ?? 1);
    case 'lzma':
      // Dictionary a power of two or three of them, then a size that is unknown (all ones) or below 2^32.
      return (
        (bytes[offset + 3] ?? 1) % 16 === 0 &&
        (allEqual(bytes, offset + 5, 8, 0xff) || allEqual(bytes, offset + 9, 4, 0x00)) &&
        bytes[offset + 13] === 0
      );
    case 'bzip2':
      // "BZh", level, then the digits of pi that start a block.
      return bytes[offset + 4] === 0x31 && bytes[offset + 5] === 0x41 && bytes[offset + 6] === 0x59;
    default:
      return true;
  }
}

function allEqual(bytes: Uint8Array, start: number, length: number, value: number): boolean {
  for (let i = start; i < start + length; i++) if (bytes[i] !== value) return false;
  return true;
}
