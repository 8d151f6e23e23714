import { ContentInfo, IssuerAndSerialNumber, SignedData } from 'pkijs';
import type { Problem } from '../ports/parsed.ts';
import { hex } from './hex.ts';
import type { SignatureTrailer } from './kernel-module.ts';

/** What a signature says of its signer, worded as kmod's modinfo words it. */
export interface SignerInfoText {
  readonly signer?: string | undefined;
  readonly keyId?: string | undefined;
  readonly hash?: string | undefined;
  /** The signature itself, as the signer's key made it. */
  readonly value?: Uint8Array | undefined;
  readonly problems: readonly Problem[];
}

const commonNameOid = '2.5.4.3';
const idTypePkcs7 = 2;

const hashNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.4': 'md4',
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.8': 'sha3-256',
  '2.16.840.1.101.3.4.2.9': 'sha3-384',
  '2.16.840.1.101.3.4.2.10': 'sha3-512',
  '1.2.156.10197.1.401': 'sm3',
  '1.2.643.7.1.1.2.2': 'streebog256',
  '1.2.643.7.1.1.2.3': 'streebog512',
};

/**
 * Reads the first SignerInfo of a module's PKCS#7 message as kmod does
 * (libkmod/libkmod-signature.c: fill_pkcs7): the issuer's common name, or its last name where it has none;
 * the serial number of the certificate; the digest algorithm.
 */
export function readSignerInfo(trailer: SignatureTrailer, data: Uint8Array): SignerInfoText {
  if (trailer.idType !== idTypePkcs7) {
    return {
      problems: [{ message: `The signature's id type is ${trailer.idType}; kernels verify only type 2 (PKCS#7).` }],
    };
  }
  try {
    return fromMessage(data);
  } catch {
    return { problems: [{ message: 'The signature is not a readable PKCS#7 message.' }] };
  }
}

function fromMessage(data: Uint8Array): SignerInfoText {
  const message = new SignedData({ schema: ContentInfo.fromBER(new Uint8Array(data)).content });
  const info = message.signerInfos[0];
  if (info === undefined) return { problems: [{ message: 'The PKCS#7 message of the signature names no signer.' }] };
  const hash = hashNames[info.digestAlgorithm.algorithmId] ?? info.digestAlgorithm.algorithmId;
  const value = new Uint8Array(info.signature.valueBlock.valueHexView);
  if (!(info.sid instanceof IssuerAndSerialNumber)) {
    // sign-file -k: the signer is named by its subject key id.
    return { keyId: hex(keyIdentifier(info.sid)), hash, value, problems: [] };
  }
  const names = info.sid.issuer.typesAndValues;
  const named = names.find((name) => name.type === commonNameOid) ?? names.at(-1);
  return {
    signer: named === undefined ? undefined : String(named.value.valueBlock.value),
    keyId: hex(info.sid.serialNumber.valueBlock.valueHexView),
    hash,
    value,
    problems: [],
  };
}

function keyIdentifier(sid: unknown): Uint8Array {
  const block = sid as { valueBlock?: { valueHexView?: Uint8Array } };
  return block.valueBlock?.valueHexView ?? new Uint8Array(0);
}
