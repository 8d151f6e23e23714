import { limits } from '../limits.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const toleratedOverlongNames = 8;

/** Bytes as UTF-8 text; what is no UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/**
 * NUL-terminated strings addressed by byte offset. The table is decoded once and names are cut from
 * that text: far cheaper than decoding each, since a module has thousands.
 */
export class StringTable {
  readonly #bytes: Uint8Array;
  readonly #text: string;
  /** False when a multi-byte character moved text offsets away from byte offsets. */
  readonly #aligned: boolean;
  #overlongNames = 0;

  /** `bytes` must stay unchanged as long as the table is used. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#text = decodeText(bytes);
    this.#aligned = this.#text.length === bytes.length;
  }

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** The string at a byte offset, up to the next NUL, the table's end or the longest name read (`limits.elfNameBytes`); `undefined` when it starts outside. */
  at(offset: number): string | undefined {
    if (offset >= this.#bytes.length) return undefined;
    if (this.#aligned) return this.#cut(offset);
    const rest = this.#bytes.subarray(offset, offset + limits.elfNameBytes);
    const end = rest.indexOf(0);
    return decodeText(end < 0 ? rest : rest.subarray(0, end));
  }

  #cut(offset: number): string {
    const text = this.#text;
    // A table without NULs must not be walked once per name: after a few overlong ones, cut before searching.
    if (this.#overlongNames > toleratedOverlongNames) {
      const rest = text.slice(offset, offset + limits.elfNameBytes);
      const nul = rest.indexOf('\0');
      return nul < 0 ? rest : rest.slice(0, nul);
    }
    const nul = text.indexOf('\0', offset);
    const end = nul < 0 ? text.length : nul;
    if (end - offset <= limits.elfNameBytes) return text.slice(offset, end);
    this.#overlongNames++;
    return text.slice(offset, offset + limits.elfNameBytes);
  }

  /** Whether the string at a byte offset starts with `prefix` (ASCII), found without making a string. */
  startsWith(offset: number, prefix: string): boolean {
    if (this.#aligned) return this.#text.startsWith(prefix, offset);
    for (let i = 0; i < prefix.length; i++) {
      if (this.#bytes[offset + i] !== prefix.charCodeAt(i)) return false;
    }
    return true;
  }
}
