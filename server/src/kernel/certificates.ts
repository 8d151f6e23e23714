import { Certificate } from 'pkijs';
import { limits } from '../limits.ts';
import { FileError, type FileSystem } from '../ports/file-system.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import { joinUri, uriName } from '../ports/uri.ts';
import { type Fact, fact, type Origin } from './fact.ts';
import type { KernelConfig } from './kernel-config.ts';
import type { TrustedKey } from './target-kernel.ts';

const commonNameOid = '2.5.4.3';

/** A trusted key from one DER certificate; `undefined` when it is no X.509 certificate. */
export function trustedKey(der: Uint8Array, keyring: TrustedKey['keyring']): TrustedKey | undefined {
  const certificate = parseCertificate(der);
  if (certificate === undefined) return undefined;
  const names = certificate.subject.typesAndValues;
  const name = names.find(({ type }) => type === commonNameOid) ?? names.at(-1);
  return {
    keyring,
    certificate: der.slice(),
    subject: name && String(name.value.valueBlock.value),
    serial: colonHex(certificate.serialNumber.valueBlock.valueHexView),
  };
}

/** The certificate in exactly these DER bytes, or `undefined`. */
export function parseCertificate(der: Uint8Array): Certificate | undefined {
  try {
    return Certificate.fromBER(der.slice());
  } catch {
    return undefined;
  }
}

/** Keys of `.builtin_trusted_keys`, from the certificates compiled into a kernel. */
export function builtinKeys(list: readonly Uint8Array[]): Parsed<TrustedKey[]> {
  return keysOf(list, 'builtin');
}

/**
 * The certificates in a file: DER (one, or several back to back as in certs/x509_certificate_list) or PEM, in which anything
 * but `CERTIFICATE` blocks (such as the private key in signing_key.pem) is passed over.
 */
export function readCertificateFile(bytes: Uint8Array, keyring: TrustedKey['keyring']): Parsed<TrustedKey[]> {
  if (bytes.length > limits.certificateBytes) {
    return {
      value: [],
      problems: [{ message: `More than ${limits.certificateBytes} bytes are no certificate file.` }],
    };
  }
  if (bytes[0] === 0x30) return keysOf(derSequence(bytes), keyring);
  const text = new TextDecoder('latin1').decode(bytes);
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) {
    return { value: [], problems: [{ message: 'There is no X.509 certificate in DER or PEM form.' }] };
  }
  return keysOf(
    blocks.map((block) => fromBase64(block[1] ?? '')),
    keyring,
  );
}

/**
 * The keys that a kernel built in `folder` trusts for modules: its signing key (certs/signing_key.x509 or .pem), other
 * certs/*.x509, and the PEM file that CONFIG_SYSTEM_TRUSTED_KEYS names. `undefined` when there is none: an untouched tree says
 * nothing of its keys. Where one of them is missing the others count as `known-good`: there are more. Sources: certs/Makefile, certs/system_certificates.S.
 * @throws FileError only for what is no plain absence.
 */
export async function buildTreeKeys(
  files: FileSystem,
  folder: string,
  config: KernelConfig | undefined,
): Promise<Parsed<Fact<readonly TrustedKey[]> | undefined>> {
  const certs = joinUri(folder, 'certs');
  const names = await namesIn(files, certs);
  const uris = names.filter(isCertificate).map((name) => joinUri(certs, name));
  const trusted = config?.get('SYSTEM_TRUSTED_KEYS');
  if (trusted) uris.push(trusted.startsWith('/') ? joinUri(rootOf(folder), trusted) : joinUri(folder, trusted));
  const { value, problems } = await readCertificateFiles(files, uris, 'builtin');
  // Headers carry the configuration, but not the certificates: nothing is wrong with that.
  if (value.length === 0) return { value: undefined, problems: names.some(isCertificate) ? problems : [] };
  const isWhole = problems.length === 0 && names.some((name) => name.startsWith('signing_key.'));
  const found = isWhole ? value : value.map((key): TrustedKey => ({ ...key, keyring: 'known-good' }));
  return { value: fact(found, { label: `the certificates in ${uriName(folder)}/certs`, uri: certs }), problems };
}

/**
 * Keys of files that someone named: a machine owner key (MOK) enrolled on the target, as DER or PEM. A file that is not there is a problem.
 */
export async function readCertificateFiles(
  files: FileSystem,
  uris: readonly string[],
  keyring: TrustedKey['keyring'],
): Promise<Parsed<TrustedKey[]>> {
  const keys = new Map<string, TrustedKey>();
  const problems: Problem[] = [];
  for (const uri of uris) {
    try {
      const read = readCertificateFile(await files.readFile(uri, limits.certificateBytes), keyring);
      for (const key of read.value) keys.set(`${key.subject} ${key.serial}`, key);
      problems.push(
        ...read.problems.map((problem) => ({ ...problem, message: `${uriName(uri)}: ${problem.message}` })),
      );
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push({
        message: `The certificate file ${uriName(uri)} cannot be read (${error.code}); its key is not counted as trusted.`,
      });
    }
  }
  return { value: [...keys.values()], problems };
}

/** The origin of keys that a settings file names. */
export function keyFileOrigin(uri: string): Origin {
  return { label: uriName(uri), uri };
}

function isCertificate(name: string): boolean {
  return name.endsWith('.x509') || name === 'signing_key.pem';
}

function keysOf(list: readonly Uint8Array[], keyring: TrustedKey['keyring']): Parsed<TrustedKey[]> {
  const keys: TrustedKey[] = [];
  const problems: Problem[] = [];
  for (const [index, der] of list.slice(0, limits.certificates).entries()) {
    const key = trustedKey(der, keyring);
    if (key) keys.push(key);
    else
      problems.push({
        message: `Certificate ${index + 1} of ${list.length} is damaged; its key is not counted as trusted.`,
      });
  }
  return { value: keys, problems };
}

/** Cuts DER values that stand back to back, by their lengths. The last one reaches to the end when its length lies. */
function derSequence(bytes: Uint8Array): Uint8Array[] {
  const values: Uint8Array[] = [];
  let at = 0;
  while (bytes[at] === 0x30 && values.length < limits.certificates) {
    const first = bytes[at + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    let length = first < 0x80 ? first : 0;
    for (let i = 0; i < Math.min(lengthBytes, 4); i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
    const end = Math.min(bytes.length, at + 2 + lengthBytes + length);
    values.push(bytes.subarray(at, end));
    at = end;
  }
  return values;
}

async function namesIn(files: FileSystem, folder: string): Promise<string[]> {
  try {
    return (await files.readDirectory(folder)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof FileError && (error.code === 'not-found' || error.code === 'not-a-directory')) return [];
    throw error;
  }
}

function rootOf(uri: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(uri)?.[0] ?? '';
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replace(/\s+/g, '')), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

function colonHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
}
