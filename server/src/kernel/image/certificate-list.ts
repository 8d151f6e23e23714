import type { KernelPayload, PayloadSection } from './kernel-payload.ts';
import { viewOfSection } from './kernel-payload.ts';

/**
 * The DER certificates compiled into the kernel as `system_certificate_list` (certs/system_certificates.S): those of
 * `.builtin_trusted_keys`. They stand back to back; after padding (and room reserved by
 * CONFIG_SYSTEM_EXTRA_CERTIFICATE) follows `system_certificate_list_size`, a long with exactly their total length, by which the
 * list is told from other certificates in the image. `undefined` when no such list is found.
 */
export function findCertificateList(payload: KernelPayload): readonly Uint8Array[] | undefined {
  const lists: { certificates: Uint8Array[]; hasModuleKey: boolean }[] = [];
  for (const section of payload.sections) {
    const { bytes } = section;
    for (let at = 0; at + 512 <= bytes.length; at += 4) {
      if (bytes[at] !== 0x30 || bytes[at + 1] !== 0x82 || !isCertificateStart(bytes, at)) continue;
      const certificates = chainAt(bytes, at);
      const end = certificates.reduce((sum, certificate) => sum + certificate.length, at);
      const sizeAt = findLength(payload, section, end, end - at);
      if (sizeAt === undefined) continue;
      lists.push({ certificates, hasModuleKey: hasModuleKeySize(payload, section, sizeAt, certificates) });
      at = end - (end % 4);
    }
  }
  // The list of revoked certificates is stored likewise, but without the size of the module key after it.
  return (lists.find((list) => list.hasModuleKey) ?? lists[0])?.certificates;
}

/** Real lists hold a handful; distributions with many vendor keys, some dozens. */
const mostCertificates = 256;
/** `.align 8` means 256 bytes on ARM; CONFIG_SYSTEM_EXTRA_CERTIFICATE_SIZE is 4096 by default. */
const paddingBytes = 256 + 4096 + 16;

/** SEQUENCE { SEQUENCE { [0] version 3, INTEGER … */
function isCertificateStart(bytes: Uint8Array, at: number): boolean {
  const inner = bytes[at + 5] === 0x82 ? at + 8 : at + 7;
  return (
    bytes[at + 4] === 0x30 &&
    (bytes[at + 5] === 0x82 || bytes[at + 5] === 0x81) &&
    [0xa0, 0x03, 0x02, 0x01, 0x02, 0x02].every((byte, i) => bytes[inner + i] === byte)
  );
}

function chainAt(bytes: Uint8Array, start: number): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  let at = start;
  while (certificates.length < mostCertificates && bytes[at] === 0x30 && bytes[at + 1] === 0x82) {
    const end = at + 4 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (end > bytes.length) break;
    certificates.push(bytes.slice(at, end));
    at = end;
  }
  return certificates;
}

/** Offset of the word `length` in the padding after `end`. */
function findLength(payload: KernelPayload, section: PayloadSection, end: number, length: number): number | undefined {
  const last = Math.min(end + paddingBytes, section.bytes.length - payload.wordBytes);
  for (let at = end + ((4 - (end % 4)) % 4); at <= last; at += 4) {
    if (wordAt(payload, section, at) === length) return at;
  }
  return undefined;
}

/** `module_cert_size` comes next: the length of the first certificate, or 0 when that is not the modules' own. */
function hasModuleKeySize(
  payload: KernelPayload,
  section: PayloadSection,
  sizeAt: number,
  certificates: readonly Uint8Array[],
): boolean {
  return [8, 4, 256].some((distance) => {
    const value = wordAt(payload, section, sizeAt + distance);
    return value !== undefined && value === certificates[0]?.length;
  });
}

function wordAt(payload: KernelPayload, section: PayloadSection, at: number): number | undefined {
  const { littleEndian, wordBytes } = payload;
  if (at + wordBytes > section.bytes.length) return undefined;
  const view = viewOfSection(section);
  if (wordBytes === 4) return view.getUint32(at, littleEndian);
  const high = view.getUint32(littleEndian ? at + 4 : at, littleEndian);
  return high === 0 ? view.getUint32(littleEndian ? at : at + 4, littleEndian) : undefined;
}
