import { copyBytes, viewOf } from '../elf/raw-tables.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import type { Problem } from '../ports/parsed.ts';
import type { ModuleSignature, SignatureTrailer } from './kernel-module.ts';
import { type Pkcs7Message, readPkcs7Message } from './pkcs7-message.ts';
import { readSignerInfo, type SignerInfoText } from './signer-info.ts';

/** The last bytes of a signed module (include/linux/module_signature.h: MODULE_SIG_STRING). */
export const signatureMarker = '~Module signature appended~\n';
const markerBytes = new TextEncoder().encode(signatureMarker);
/** `struct module_signature`. */
const trailerBytes = 12;

/**
 * Reads an appended signature, whose parts end at the end of the file: PKCS#7 data, trailer, marker.
 * @returns `undefined` when the file does not end in the marker: then it is not signed.
 */
export function* readSignature(sizeBytes: number): Reading<ModuleSignature | undefined> {
  // module_sig_check takes a file that is nothing but the marker for an unsigned one.
  if (sizeBytes <= signatureMarker.length) return undefined;
  const tailBytes = trailerBytes + signatureMarker.length;
  const tail = yield* bytesAt(Math.max(0, sizeBytes - tailBytes), Math.min(sizeBytes, tailBytes));
  const markerAt = tail.length - signatureMarker.length;
  if (markerAt < 0 || !markerBytes.every((byte, index) => tail[markerAt + index] === byte)) return undefined;
  const trailer = decodeTrailer(tail.subarray(0, markerAt));
  const end = sizeBytes - tailBytes;
  if (trailer === undefined || trailer.signatureLength > end) {
    const message =
      trailer === undefined
        ? 'The file ends in the signature marker but has no room for the signature trailer before it.'
        : `The signature trailer announces ${trailer.signatureLength} bytes of signature; only ${end} precede it.`;
    const offset = Math.max(0, end);
    return new AppendedSignature(offset, new Uint8Array(0), trailer ?? emptyTrailer, [{ message, offset }]);
  }
  const offset = end - trailer.signatureLength;
  const data = copyBytes(yield* bytesAt(offset, trailer.signatureLength));
  return new AppendedSignature(offset, data, trailer, []);
}

const emptyTrailer: SignatureTrailer = {
  algorithm: 0,
  hash: 0,
  idType: 0,
  signerLength: 0,
  keyIdLength: 0,
  padding: [0, 0, 0],
  signatureLength: 0,
};

function decodeTrailer(bytes: Uint8Array): SignatureTrailer | undefined {
  if (bytes.length !== trailerBytes) return undefined;
  const view = viewOf(bytes);
  return {
    algorithm: view.getUint8(0),
    hash: view.getUint8(1),
    idType: view.getUint8(2),
    signerLength: view.getUint8(3),
    keyIdLength: view.getUint8(4),
    padding: [view.getUint8(5), view.getUint8(6), view.getUint8(7)],
    // Big-endian on every architecture.
    signatureLength: view.getUint32(8, false),
  };
}

/** Decodes the message only when someone asks: a scan of thousands of modules rarely does. */
class AppendedSignature implements ModuleSignature {
  readonly offset: number;
  readonly data: Uint8Array;
  readonly trailer: SignatureTrailer;
  readonly #trailerProblems: readonly Problem[];
  #info: SignerInfoText | undefined;
  #message: { readonly read: Pkcs7Message | undefined } | undefined;

  constructor(offset: number, data: Uint8Array, trailer: SignatureTrailer, problems: readonly Problem[]) {
    this.offset = offset;
    this.data = data;
    this.trailer = trailer;
    this.#trailerProblems = problems;
  }

  get message(): Pkcs7Message | undefined {
    this.#message ??= { read: readPkcs7Message(this.data) };
    return this.#message.read;
  }

  get signer(): string | undefined {
    return this.#read().signer;
  }

  get keyId(): string | undefined {
    return this.#read().keyId;
  }

  get hash(): string | undefined {
    return this.#read().hash;
  }

  get value(): Uint8Array | undefined {
    return this.#read().value;
  }

  get problems(): readonly Problem[] {
    return [...this.#trailerProblems, ...this.#read().problems];
  }

  #read(): SignerInfoText {
    this.#info ??= this.#trailerProblems.length > 0 ? { problems: [] } : readSignerInfo(this);
    return this.#info;
  }
}
