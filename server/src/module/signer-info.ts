import type { Problem } from '../ports/parsed.ts';
import { hex } from './hex.ts';
import type { ModuleSignature } from './kernel-module.ts';

/** What a signature says of its signer, worded as kmod's modinfo words it. */
export interface SignerInfoText {
  readonly signer?: string | undefined;
  readonly keyId?: string | undefined;
  readonly hash?: string | undefined;
  /** The signature itself, as the signer's key made it. */
  readonly value?: Uint8Array | undefined;
  readonly problems: readonly Problem[];
}

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
export function readSignerInfo(signature: Pick<ModuleSignature, 'trailer' | 'message'>): SignerInfoText {
  const { trailer } = signature;
  if (trailer.idType !== idTypePkcs7) {
    return {
      problems: [{ message: `The signature's id type is ${trailer.idType}; kernels verify only type 2 (PKCS#7).` }],
    };
  }
  const { message } = signature;
  if (message === undefined) return { problems: [{ message: 'The signature is not a readable PKCS#7 message.' }] };
  const { signer } = message;
  if (signer === undefined) return { problems: [{ message: 'The PKCS#7 message of the signature names no signer.' }] };
  const hash = hashNames[signer.digestAlgorithm] ?? signer.digestAlgorithm;
  const { id, value } = signer;
  return id.kind === 'subject-key-identifier'
    ? { keyId: hex(id.keyIdentifier), hash, value, problems: [] }
    : { signer: id.issuer, keyId: hex(id.serialNumber), hash, value, problems: [] };
}
