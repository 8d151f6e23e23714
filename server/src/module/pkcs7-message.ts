import { type AsnType, fromBER } from 'asn1js';

/** What a detached PKCS#7 signature says: as much of it as the kernel and kmod look at. */
export interface Pkcs7Message {
  /** Content types by OID: of the message itself, and of what it signs. */
  readonly contentType: string;
  readonly signedContentType: string;
  /** Carries the signed data inside. */
  readonly hasContent: boolean;
  /** The first one. */
  readonly signer: Pkcs7Signer | undefined;
}

export interface Pkcs7Signer {
  readonly id: IssuerAndSerialNumber | SubjectKeyIdentifier;
  /** By OID. */
  readonly digestAlgorithm: string;
  readonly hasSignedAttributes: boolean;
  /** The signature proper. */
  readonly value: Uint8Array<ArrayBuffer>;
}

export interface IssuerAndSerialNumber {
  readonly kind: 'issuer-and-serial-number';
  /** The issuer's common name, or its last name where it has none. */
  readonly issuer: string | undefined;
  /** The issuer as it stands in the message, in DER. */
  readonly issuerBytes: Uint8Array;
  readonly serialNumber: Uint8Array;
}

/** `sign-file -k`. */
export interface SubjectKeyIdentifier {
  readonly kind: 'subject-key-identifier';
  readonly keyIdentifier: Uint8Array;
}

const commonNameOid = '2.5.4.3';
const universal = 1;
const contextSpecific = 3;
const tag = { integer: 2, octetString: 4, oid: 6, sequence: 16, set: 17 } as const;

/** The message read last: thousands of modules are signed by one key, and differ in the value at its end only. */
let last: { readonly head: Uint8Array; readonly message: Pkcs7Message; readonly signer: Pkcs7Signer } | undefined;

/** Takes what the kernel's grammar takes (crypto/asymmetric_keys/pkcs7.asn1); `undefined` for anything else. Never throws. */
export function readPkcs7Message(data: Uint8Array): Pkcs7Message | undefined {
  if (
    last !== undefined &&
    data.length === last.head.length + last.signer.value.length &&
    beginsWith(data, last.head)
  ) {
    return { ...last.message, signer: { ...last.signer, value: data.slice(last.head.length) } };
  }
  try {
    const { offset, result } = fromBER(data.slice());
    if (offset === -1) return undefined;
    const message = messageOf(result);
    remember(data, message);
    return message;
  } catch {
    return undefined;
  }
}

function remember(data: Uint8Array, message: Pkcs7Message): void {
  const { signer } = message;
  if (signer === undefined) return;
  const head = data.slice(0, data.length - signer.value.length);
  if (beginsWith(data.subarray(head.length), signer.value)) last = { head, message, signer };
}

function beginsWith(data: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, at) => data[at] === byte);
}

class NotInGrammar extends Error {}

function messageOf(result: AsnType): Pkcs7Message {
  const [type, wrapped] = partsOf(result, tag.sequence);
  const contentType = oidOf(type);
  const fields = partsOf(only(contextPart(wrapped, 0)), tag.sequence);
  expect(fields[0], tag.integer);
  const [signedType, content] = partsOf(fields[2], tag.sequence);
  const signers = fields.slice(3).find((field) => field.idBlock.tagClass === universal);
  expect(fields[1], tag.set, tag.sequence);
  const [signer] = partsOf(signers, tag.set, tag.sequence);
  return {
    contentType,
    signedContentType: oidOf(signedType),
    hasContent: content !== undefined,
    signer: signer && signerOf(signer),
  };
}

function signerOf(info: AsnType): Pkcs7Signer {
  const fields = partsOf(info, tag.sequence);
  expect(fields[0], tag.integer);
  const [algorithm] = partsOf(fields[2], tag.sequence);
  const hasSignedAttributes = fields[3]?.idBlock.tagClass === contextSpecific;
  const [encryption, value] = fields.slice(hasSignedAttributes ? 4 : 3);
  expect(encryption, tag.sequence);
  return {
    id: signerIdOf(fields[1]),
    digestAlgorithm: oidOf(algorithm),
    hasSignedAttributes,
    value: contentsOf(expect(value, tag.octetString)).slice(),
  };
}

function signerIdOf(id: AsnType | undefined): Pkcs7Signer['id'] {
  if (id?.idBlock.tagClass === contextSpecific && id.idBlock.tagNumber === 0) {
    return { kind: 'subject-key-identifier', keyIdentifier: contentsOf(id) };
  }
  const [issuer, serial] = partsOf(id, tag.sequence);
  const names = partsOf(issuer, tag.sequence).flatMap((set) => partsOf(set, tag.set));
  const named = names.map((name) => partsOf(name, tag.sequence));
  const name = named.find(([type]) => oidOf(type) === commonNameOid) ?? named.at(-1);
  return {
    kind: 'issuer-and-serial-number',
    issuer: name?.[1] && textOf(name[1]),
    issuerBytes: (issuer as AsnType).valueBeforeDecodeView,
    serialNumber: contentsOf(expect(serial, tag.integer)),
  };
}

function expect(part: AsnType | undefined, ...tags: readonly number[]): AsnType {
  if (part?.idBlock.tagClass !== universal || !tags.includes(part.idBlock.tagNumber)) throw new NotInGrammar();
  return part;
}

function partsOf(part: AsnType | undefined, ...tags: readonly number[]): readonly AsnType[] {
  return childrenOf(expect(part, ...tags));
}

function contextPart(part: AsnType | undefined, number: number): AsnType {
  const { tagClass, tagNumber } = part?.idBlock ?? {};
  if (part === undefined || tagClass !== contextSpecific || tagNumber !== number) throw new NotInGrammar();
  return part;
}

function only(part: AsnType): AsnType {
  const [child, ...more] = childrenOf(part);
  if (child === undefined || more.length > 0) throw new NotInGrammar();
  return child;
}

function childrenOf(part: AsnType): readonly AsnType[] {
  const { value } = part.valueBlock as { value?: unknown };
  return Array.isArray(value) ? (value as readonly AsnType[]) : [];
}

function oidOf(part: AsnType | undefined): string {
  return (expect(part, tag.oid).valueBlock as unknown as { toString(): string }).toString();
}

function contentsOf(part: AsnType): Uint8Array<ArrayBuffer> {
  const { valueHexView } = part.valueBlock as { valueHexView?: Uint8Array<ArrayBuffer> };
  if (valueHexView === undefined) throw new NotInGrammar();
  return valueHexView;
}

/** Of the many kinds of strings that a name may be. */
function textOf(part: AsnType): string {
  return String((part.valueBlock as { value?: unknown }).value);
}
