import { Integer, ObjectIdentifier, OctetString, Primitive, Utf8String } from 'asn1js';
import {
  Attribute,
  AttributeTypeAndValue,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { ModuleSignature } from '../../../server/src/module/kernel-module.ts';
import { readPkcs7Message } from '../../../server/src/module/pkcs7-message.ts';

/** Throw-away keys, certificates and detached signatures as scripts/sign-file makes them, in memory. */
export interface MadeCertificate {
  readonly certificate: Certificate;
  readonly der: Uint8Array<ArrayBuffer>;
  readonly privateKey: CryptoKey;
}

const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' };
const dataType = '1.2.840.113549.1.7.1';
let serial = 0x1000;

export async function makeCertificate(commonName: string, curve?: 'P-256' | 'P-384'): Promise<MadeCertificate> {
  const algorithm = curve ? { name: 'ECDSA', namedCurve: curve } : rsa;
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: serial++ });
  const name = () => new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: commonName }) });
  certificate.issuer.typesAndValues.push(name());
  certificate.subject.typesAndValues.push(name());
  certificate.notBefore.value = new Date(0);
  // Long expired: the kernel does not mind.
  certificate.notAfter.value = new Date(1_000_000_000_000);
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  const keyId = await crypto.subtle.digest(
    'SHA-1',
    certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView as Uint8Array<ArrayBuffer>,
  );
  const extnValue = new OctetString({ valueHex: keyId }).toBER();
  certificate.extensions = [new Extension({ extnID: '2.5.29.14', critical: false, extnValue })];
  await certificate.sign(pair.privateKey, 'SHA-256');
  return { certificate, der: new Uint8Array(certificate.toSchema(true).toBER()), privateKey: pair.privateKey };
}

export interface SigningOptions {
  readonly hash?: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
  /** `sign-file -k`: name the key by its subject key id. */
  readonly bySubjectKeyId?: boolean;
  readonly withAttributes?: boolean;
}

/** The PKCS#7 message over `bytes`. */
export async function signDetached(
  bytes: Uint8Array<ArrayBuffer>,
  signer: MadeCertificate,
  { hash = 'SHA-256', bySubjectKeyId = false, withAttributes = false }: SigningOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { certificate } = signer;
  const keyId = certificate.extensions?.[0]?.parsedValue as OctetString;
  const sid = bySubjectKeyId
    ? new Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: keyId.valueBlock.valueHexView.slice().buffer })
    : new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber });
  const info = new SignerInfo({ version: bySubjectKeyId ? 3 : 1, sid });
  if (withAttributes) {
    const valueHex = await crypto.subtle.digest(hash, bytes);
    const attributes = [
      new Attribute({ type: '1.2.840.113549.1.9.3', values: [new ObjectIdentifier({ value: dataType })] }),
      new Attribute({ type: '1.2.840.113549.1.9.4', values: [new OctetString({ valueHex })] }),
    ];
    info.signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes });
  }
  const message = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: dataType }),
    signerInfos: [info],
  });
  const key = signer.privateKey.algorithm.name.startsWith('RSA')
    ? await withHash(signer.privateKey, hash)
    : signer.privateKey;
  await message.sign(key, 0, hash, bytes);
  const content = new ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: message.toSchema(true) });
  return new Uint8Array(content.toSchema().toBER());
}

/** As the module reader hands a signature on. */
export function signatureOf(data: Uint8Array, offset: number): ModuleSignature {
  const trailer = {
    algorithm: 0,
    hash: 0,
    idType: 2,
    signerLength: 0,
    keyIdLength: 0,
    padding: [0, 0, 0] as const,
    signatureLength: data.length,
  };
  return {
    offset,
    data,
    trailer,
    message: readPkcs7Message(data),
    signer: undefined,
    keyId: undefined,
    hash: undefined,
    problems: [],
  } as unknown as ModuleSignature;
}

async function withHash(key: CryptoKey, hash: string): Promise<CryptoKey> {
  const bytes = await crypto.subtle.exportKey('pkcs8', key);
  return crypto.subtle.importKey('pkcs8', bytes, { name: 'RSASSA-PKCS1-v1_5', hash }, true, ['sign']);
}
