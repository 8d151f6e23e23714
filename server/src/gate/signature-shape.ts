import { signatureMarker } from '../module/signature-trailer.ts';
import type { ModuleBytes } from './module-sections.ts';

/**
 * Signatures by one key differ in the last bytes only, the signature proper; all else of the message (who signed, with what
 * digest) is the same. That common part is a shape. What a shape means is found out once, by the full check.
 */
export interface SignatureShape {
  /** Bytes of the whole message. */
  readonly messageBytes: number;
  /** Bytes of the signature proper, at the end of the message. */
  readonly valueBytes: number;
  /** The message without it. With ECDSA the lengths in it vary with those of the value. */
  readonly head: Uint8Array;
}

/** The shapes met so far, by number. */
export type SignatureShapes = SignatureShape[];

export type FoundSignature =
  | { readonly kind: 'unsigned' }
  /** There is a signature, of a kind that has to be looked at by itself. */
  | { readonly kind: 'odd' }
  | { readonly kind: 'signed'; readonly elfBytes: number; readonly shape: number };

const marker = new TextEncoder().encode(signatureMarker);
const trailerBytes = 12;
const pkcs7 = 2;
/** An RSA signature has the size of its key. */
const valueSizes = [256, 384, 512];
/** Of the curves P-256 (70 to 72 bytes), P-384 and P-521 (137 to 139). */
const leastEcdsa = 64;
const mostEcdsa = 141;
const sequence = 0x30;
/** A tree is signed by a handful of keys. */
const mostShapes = 64;
const unsigned: FoundSignature = { kind: 'unsigned' };
const odd: FoundSignature = { kind: 'odd' };

export function readSignatureShape({ bytes, sizeBytes }: ModuleBytes, shapes: SignatureShapes): FoundSignature {
  const markerAt = sizeBytes - marker.length;
  if (markerAt < 0 || !endsWithMarker(bytes, markerAt)) return unsigned;
  const trailer = markerAt - trailerBytes;
  if (trailer <= 0) return odd;
  for (let i = 0; i < 8; i++) if (bytes[trailer + i] !== (i === 2 ? pkcs7 : 0)) return odd;
  const messageBytes =
    (bytes[trailer + 8] as number) * 0x100_0000 +
    (((bytes[trailer + 9] as number) << 16) | ((bytes[trailer + 10] as number) << 8) | (bytes[trailer + 11] as number));
  const elfBytes = trailer - messageBytes;
  if (messageBytes === 0 || elfBytes <= 0) return odd;
  const valueBytes =
    valueSizes.find((size) => endsInOctets(bytes, trailer, elfBytes, size)) ?? ecdsaBytes(bytes, trailer, elfBytes);
  if (valueBytes === undefined) return odd;
  for (let shape = 0; shape < shapes.length; shape++) {
    if (hasShape(bytes, elfBytes, messageBytes, valueBytes, shapes[shape] as SignatureShape)) {
      return { kind: 'signed', elfBytes, shape };
    }
  }
  if (shapes.length >= mostShapes) return odd;
  const head = new Uint8Array(bytes.subarray(elfBytes, trailer - valueBytes));
  shapes.push({ messageBytes, valueBytes, head });
  return { kind: 'signed', elfBytes, shape: shapes.length - 1 };
}

function endsWithMarker(bytes: Uint8Array, at: number): boolean {
  for (let i = marker.length - 1; i >= 0; i--) if (bytes[at + i] !== marker[i]) return false;
  return true;
}

/** The message ends in an octet string of that size (tag 4, a length of two bytes). */
function endsInOctets(bytes: Uint8Array, end: number, start: number, size: number): boolean {
  const at = end - size - 4;
  return (
    at > start &&
    bytes[at] === 4 &&
    bytes[at + 1] === 0x82 &&
    bytes[at + 2] === size >> 8 &&
    bytes[at + 3] === (size & 0xff)
  );
}

/**
 * Bytes of an ECDSA signature at the end of the message: a sequence of two numbers, whose sizes vary by a byte or two (so that one
 * key has a handful of shapes). Its lengths are written with one byte up to 127, with two from there on.
 */
function ecdsaBytes(bytes: Uint8Array, end: number, start: number): number | undefined {
  for (let size = leastEcdsa; size <= mostEcdsa; size++) {
    const at = end - size - (size < 0x80 ? 2 : 3);
    if (at <= start) return undefined;
    if (bytes[at] !== 4) continue;
    // The sequence may need one byte for its length where the octets around it need two.
    if (size < 0x80) {
      if (bytes[at + 1] === size && bytes[at + 2] === sequence && bytes[at + 3] === size - 2) return size;
    } else if (bytes[at + 1] === 0x81 && bytes[at + 2] === size && bytes[at + 3] === sequence) {
      if (size < 0x82 ? bytes[at + 4] === size - 2 : bytes[at + 4] === 0x81 && bytes[at + 5] === size - 3) return size;
    }
  }
  return undefined;
}

function hasShape(
  bytes: Uint8Array,
  start: number,
  messageBytes: number,
  valueBytes: number,
  shape: SignatureShape,
): boolean {
  if (shape.messageBytes !== messageBytes || shape.valueBytes !== valueBytes) return false;
  const { head } = shape;
  for (let i = 0; i < head.length; i++) if (bytes[start + i] !== head[i]) return false;
  return true;
}
