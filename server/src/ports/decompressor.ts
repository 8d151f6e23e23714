export type Compression = 'none' | 'gzip' | 'xz' | 'zstd';

/** The result of unpacking: the bytes, or in one sentence why there are none. */
export type Unpacked = { readonly bytes: Uint8Array } | { readonly problem: string };

/** Unpacks whole compressed files. Stops as soon as the output would exceed `maxBytes`. */
export interface Decompressor {
  unpack(format: Exclude<Compression, 'none'>, packed: Uint8Array, maxBytes: number): Promise<Unpacked>;
}
