import { fromBER } from 'asn1js';
import { type Certificate, createECDSASignatureFromCMS } from 'pkijs';
import type { ModuleSignature } from '../module/kernel-module.ts';
import type { Pkcs7Message, Pkcs7Signer } from '../module/pkcs7-message.ts';
import { parseCertificate } from './certificates.ts';
import type { TrustedKey } from './target-kernel.ts';
import { knowsAllKeys } from './trusted-keys.ts';

/**
 * What the kernel's mod_verify_sig would give, and why.
 * `bad-digest` is any refusal with EKEYREJECTED that no setting avoids; `unsupported` is ENOPKG; `unknown`: it cannot be
 * decided here, because keys or algorithms are missing on our side.
 */
export interface SignatureVerification {
  readonly result: 'valid' | 'unknown-key' | 'bad-digest' | 'unsupported' | 'malformed' | 'unknown';
  /** One sentence for a person. */
  readonly reason: string;
  /** What the kernel prints while verifying, without level; the text of the gate itself is not part of it. */
  readonly dmesg: readonly string[];
  /** The trusted key that the signature names. */
  readonly key?: TrustedKey;
  /** Whom the signature names: the issuer's common name and the certificate's serial number, or the subject key id. */
  readonly signer?: string | undefined;
  readonly keyId?: string | undefined;
}

const dataOid = '1.2.840.113549.1.7.1';
const signedDataOid = '1.2.840.113549.1.7.2';
const subjectKeyIdOid = '2.5.29.14';
const rsaOid = '1.2.840.113549.1.1.1';
const ecOid = '1.2.840.10045.2.1';

/** Digest algorithms that the kernel's parser knows (crypto/asymmetric_keys/pkcs7_parser.c: pkcs7_sig_note_digest_algo). */
const digests: Readonly<Record<string, { readonly name: string; readonly webCrypto?: string }>> = {
  '1.3.14.3.2.26': { name: 'sha1', webCrypto: 'SHA-1' },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', webCrypto: 'SHA-256' },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', webCrypto: 'SHA-384' },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', webCrypto: 'SHA-512' },
  '2.16.840.1.101.3.4.2.4': { name: 'sha224' },
  '2.16.840.1.101.3.4.2.8': { name: 'sha3-256', webCrypto: 'SHA3-256' },
  '2.16.840.1.101.3.4.2.9': { name: 'sha3-384', webCrypto: 'SHA3-384' },
  '2.16.840.1.101.3.4.2.10': { name: 'sha3-512', webCrypto: 'SHA3-512' },
  '1.2.156.10197.1.401': { name: 'sm3' },
  '1.2.643.7.1.1.2.2': { name: 'streebog256' },
  '1.2.643.7.1.1.2.3': { name: 'streebog512' },
};

const curves: Readonly<Record<string, { readonly name: string; readonly pointBytes: number }>> = {
  '1.2.840.10045.3.1.7': { name: 'P-256', pointBytes: 32 },
  '1.3.132.0.34': { name: 'P-384', pointBytes: 48 },
  '1.3.132.0.35': { name: 'P-521', pointBytes: 66 },
};

/**
 * Verifies an appended module signature as the kernel does: kernel/module_signature.c:mod_check_sig, then
 * crypto/asymmetric_keys/pkcs7_parser.c, pkcs7_verify.c and pkcs7_trust.c. The message is detached, holds no certificates and is
 * matched to a trusted key by issuer and serial number or by subject key id. Validity dates are not looked at: the kernel
 * ignores them for modules.
 * @param signedBytes the unpacked module up to `signature.offset`.
 * @param trustedKeys `undefined` when the target's keys are not known.
 * @param seen of the same trusted keys: of thousands of modules by one key only the first message is taken apart.
 */
export async function verifyModuleSignature(
  signedBytes: Uint8Array,
  signature: ModuleSignature,
  trustedKeys: readonly TrustedKey[] | undefined,
  seen = new SeenMessages(),
): Promise<SignatureVerification> {
  const broken = checkTrailer(signature);
  if (broken) return broken;
  const known = seen.find(signature.data);
  if (known) return known.verify(signedBytes, signature.data.slice(-known.valueBytes));
  const prepared = prepare(signature.message, trustedKeys);
  if ('result' in prepared) return prepared;
  const { value, verify } = prepared;
  seen.add(signature.data, value, verify);
  return verify(signedBytes, value);
}

type Verify = (signedBytes: Uint8Array, value: Uint8Array<ArrayBuffer>) => Promise<SignatureVerification>;

/** What was made of a message, for those that differ from it in nothing but the signature proper, their last bytes. */
export class SeenMessages {
  readonly #messages: { readonly head: Uint8Array; readonly valueBytes: number; readonly verify: Verify }[] = [];

  find(message: Uint8Array): { readonly valueBytes: number; readonly verify: Verify } | undefined {
    return this.#messages.find(
      ({ head, valueBytes }) =>
        head.length + valueBytes === message.length && head.every((byte, at) => message[at] === byte),
    );
  }

  /** Keeps a message that ends in its signature proper, `value`. */
  add(message: Uint8Array, value: Uint8Array, verify: Verify): void {
    const start = message.length - value.length;
    if (this.#messages.length >= mostMessages || !value.every((byte, at) => message[start + at] === byte)) return;
    this.#messages.push({ head: message.slice(0, start), valueBytes: value.length, verify });
  }
}

/** A tree is signed by a handful of keys. */
const mostMessages = 64;

/** All that can be said of a message without the file; or how to verify a file with it. */
function prepare(
  message: Pkcs7Message | undefined,
  trustedKeys: readonly TrustedKey[] | undefined,
): SignatureVerification | { readonly value: Uint8Array<ArrayBuffer>; readonly verify: Verify } {
  const parsed = checkMessage(message);
  if ('result' in parsed) return parsed;
  const { signer, sid } = parsed;
  const digest = digests[signer.digestAlgorithm];
  const named = { signer: sid.issuer, keyId: sid.keyId };
  if (digest === undefined) {
    const reason = `No kernel knows the signature's digest algorithm ${signer.digestAlgorithm}.`;
    return { result: 'unsupported', reason, dmesg: [], ...named };
  }
  if (trustedKeys === undefined) {
    return { result: 'unknown', reason: 'The keys that the target trusts are not known.', dmesg: [], ...named };
  }
  const key = trustedKeys.find((candidate) => sid.matches(candidate));
  if (key === undefined) {
    const isOpen = !knowsAllKeys(trustedKeys);
    const reason = isOpen
      ? 'Only some of the keys that the target trusts are known, and the signature names another one.'
      : 'No key that the target trusts is the one that the signature names.';
    return { result: isOpen ? 'unknown' : 'unknown-key', reason, dmesg: [], ...named };
  }
  const certificate = key.certificate && parseCertificate(key.certificate);
  if (certificate === undefined) {
    const reason =
      'The target trusts the key that the signature names, but its certificate is not at hand to verify with.';
    return { result: 'unknown', reason, dmesg: [], key, ...named };
  }
  const verifies = verifierOf(certificate, digest);
  return {
    value: signer.value,
    verify: async (bytes, value) => ({ ...(await verifies(bytes, value)), key, ...named }),
  };
}

function checkTrailer({ trailer, data, offset }: ModuleSignature): SignatureVerification | undefined {
  if (data.length === 0 || trailer.signatureLength !== data.length || offset === 0) {
    return malformed('The signature trailer announces a length that the file does not have.');
  }
  if (trailer.idType !== 2) {
    const dmesg = ['module: not signed with expected PKCS#7 message'];
    const reason = `The signature is of type ${trailer.idType}; kernels verify only type 2 (PKCS#7).`;
    return { result: 'unsupported', reason, dmesg };
  }
  const { algorithm, hash, signerLength, keyIdLength, padding } = trailer;
  if ([algorithm, hash, signerLength, keyIdLength, ...padding].some((field) => field !== 0)) {
    const dmesg = ['module: PKCS#7 signature info has unexpected non-zero params'];
    return { ...malformed('Fields of the signature trailer that must be zero are not.'), dmesg };
  }
  return undefined;
}

interface SignerId {
  readonly issuer: string | undefined;
  readonly keyId: string | undefined;
  matches(key: TrustedKey): boolean;
}

function checkMessage(
  message: Pkcs7Message | undefined,
): { signer: Pkcs7Signer; sid: SignerId } | SignatureVerification {
  if (message?.contentType !== signedDataOid) return malformed('The signature is no readable PKCS#7 message.');
  const { signer } = message;
  if (signer === undefined) return malformed('The PKCS#7 message of the signature names no signer.');
  if (message.hasContent) {
    return {
      ...malformed('The PKCS#7 message contains data of its own instead of signing the file.'),
      dmesg: ['PKCS#7 signature with non-detached data'],
    };
  }
  if (message.signedContentType !== dataOid) {
    return rejected('The PKCS#7 message is not about plain data.', 'PKCS7: Invalid module sig (not pkcs7-data)');
  }
  if (signer.hasSignedAttributes) {
    return rejected(
      'The signature has signed attributes, which modules must not have (sign-file makes none).',
      'PKCS7: Invalid module sig (has authattrs)',
    );
  }
  return { signer, sid: signerId(signer) };
}

function signerId({ id }: Pkcs7Signer): SignerId {
  if (id.kind === 'issuer-and-serial-number') {
    const serial = colonHex(id.serialNumber);
    const issuer = id.issuerBytes.slice().buffer;
    return {
      issuer: id.issuer,
      keyId: serial,
      matches(key) {
        if (key.serial !== serial) return false;
        const certificate = key.certificate && parseCertificate(key.certificate);
        return certificate === undefined || certificate.issuer.isEqual(issuer);
      },
    };
  }
  const keyId = colonHex(id.keyIdentifier);
  return {
    issuer: undefined,
    keyId,
    matches: (key) => key.certificate !== undefined && subjectKeyId(key.certificate) === keyId,
  };
}

function subjectKeyId(der: Uint8Array): string | undefined {
  const extension = parseCertificate(der)?.extensions?.find(({ extnID }) => extnID === subjectKeyIdOid);
  const block = (extension?.parsedValue as { valueBlock?: { valueHexView?: Uint8Array } } | undefined)?.valueBlock;
  return block?.valueHexView && colonHex(block.valueHexView);
}

type Outcome = Pick<SignatureVerification, 'result' | 'reason' | 'dmesg'>;

/** Verifies files with the public key of a certificate, which is imported once. */
function verifierOf(
  certificate: Certificate,
  digest: { readonly name: string; readonly webCrypto?: string },
): (signedBytes: Uint8Array, value: Uint8Array<ArrayBuffer>) => Promise<Outcome> {
  const { webCrypto } = digest;
  const algorithm = webCrypto === undefined ? undefined : algorithmOf(certificate, webCrypto);
  if (algorithm === undefined) return async () => notHere(digest.name);
  let importing: Promise<CryptoKey> | undefined;
  return async (signedBytes, value) => {
    let isValid: boolean;
    try {
      importing ??= crypto.subtle.importKey(
        'spki',
        certificate.subjectPublicKeyInfo.toSchema().toBER(),
        algorithm.importParameters,
        false,
        ['verify'],
      );
      const proper = signatureValue(value, algorithm.pointBytes);
      isValid =
        proper !== undefined &&
        (await crypto.subtle.verify(
          algorithm.verifyParameters,
          await importing,
          proper,
          signedBytes as Uint8Array<ArrayBuffer>,
        ));
    } catch {
      return notHere(digest.name);
    }
    return isValid ? verified : otherFile;
  };
}

const verified: Outcome = {
  result: 'valid',
  reason: 'A key that the target trusts verifies the signature.',
  dmesg: [],
};
const otherFile: Outcome = {
  result: 'bad-digest',
  reason: 'The signature is by a key that the target trusts, but the file is not the one that was signed.',
  dmesg: [],
};

interface WebCryptoAlgorithm {
  readonly importParameters: RsaHashedImportParams | EcKeyImportParams;
  readonly verifyParameters: AlgorithmIdentifier | EcdsaParams;
  /** Bytes of each half of an ECDSA signature. */
  readonly pointBytes?: number;
}

function algorithmOf(certificate: Certificate, hash: string): WebCryptoAlgorithm | undefined {
  const { algorithm } = certificate.subjectPublicKeyInfo;
  if (algorithm.algorithmId === rsaOid) {
    return { importParameters: { name: 'RSASSA-PKCS1-v1_5', hash }, verifyParameters: 'RSASSA-PKCS1-v1_5' };
  }
  const curve = curves[String((algorithm.algorithmParams as { valueBlock?: unknown } | undefined)?.valueBlock)];
  if (algorithm.algorithmId !== ecOid || curve === undefined) return undefined;
  return {
    importParameters: { name: 'ECDSA', namedCurve: curve.name },
    verifyParameters: { name: 'ECDSA', hash },
    pointBytes: curve.pointBytes,
  };
}

/** RSA's is taken as it is; ECDSA's is a DER pair of numbers, which WebCrypto wants one after the other. */
function signatureValue(
  value: Uint8Array<ArrayBuffer>,
  pointBytes: number | undefined,
): Uint8Array<ArrayBuffer> | undefined {
  if (pointBytes === undefined) return value;
  const { offset, result } = fromBER(value);
  return offset === -1 ? undefined : new Uint8Array(createECDSASignatureFromCMS(result, pointBytes));
}

function malformed(reason: string): SignatureVerification {
  return { result: 'malformed', reason, dmesg: [] };
}

function rejected(reason: string, line: string): SignatureVerification {
  return { result: 'bad-digest', reason, dmesg: [line] };
}

function notHere(hash: string): Outcome {
  return {
    result: 'unknown',
    reason: `The signature's algorithm (${hash} with the key's own) cannot be computed here; the kernel may know it.`,
    dmesg: [],
  };
}

function colonHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
}
