/** Offset of `needle` in `haystack` at or after `from`, or -1. */
export function indexOfBytes(haystack: Uint8Array, needle: Uint8Array, from = 0): number {
  const first = needle[0];
  if (first === undefined) return from;
  const last = haystack.length - needle.length;
  for (let at = haystack.indexOf(first, from); at >= 0 && at <= last; at = haystack.indexOf(first, at + 1)) {
    let i = 1;
    while (i < needle.length && haystack[at + i] === needle[i]) i++;
    if (i === needle.length) return at;
  }
  return -1;
}

/** Offsets of `needle`, at most `limit` of them. */
export function offsetsOfBytes(haystack: Uint8Array, needle: Uint8Array, limit: number): number[] {
  const found: number[] = [];
  for (let at = indexOfBytes(haystack, needle); at >= 0 && found.length < limit; ) {
    found.push(at);
    at = indexOfBytes(haystack, needle, at + 1);
  }
  return found;
}

/** The bytes of an ASCII string. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** The text from `start` up to a NUL, or `undefined` when there is none within `maxBytes` or a byte is not printable ASCII. */
export function printableAt(bytes: Uint8Array, start: number, maxBytes: number): string | undefined {
  let text = '';
  for (let i = start; i < start + maxBytes; i++) {
    const byte = bytes[i];
    if (byte === 0) return text;
    if (byte === undefined || byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return undefined;
}
