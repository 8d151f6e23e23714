import type { Compression } from '../ports/decompressor.ts';

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** How a file is compressed, by its first (up to 6) bytes: its name may say otherwise, and kmod does not ask it either. */
export function detectCompression(start: Uint8Array): Compression {
  const match = magics.find(([, magic]) => magic.every((byte, index) => start[index] === byte));
  return match?.[0] ?? 'none';
}
