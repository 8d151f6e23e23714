import { limits } from '../../limits.ts';
import { indexOfBytes } from './byte-search.ts';
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
    let listEnd = 0;
    for (let at = indexOfBytes(bytes, version3); at >= 0; at = indexOfBytes(bytes, version3, at + 1)) {
      const start = certificateStart(bytes, at);
      if (start === undefined || start < listEnd) continue;
      const certificates = chainAt(bytes, start);
      const end = certificates.reduce((sum, certificate) => sum + certificate.length, start);
      const sizeAt = findLength(payload, section, end, end - start);
      if (sizeAt === undefined) continue;
      lists.push({ certificates, hasModuleKey: hasModuleKeySize(payload, section, sizeAt, certificates) });
      listEnd = end;
    }
  }
  // The list of revoked certificates is stored likewise, but without the size of the module key after it.
  return (lists.find((list) => list.hasModuleKey) ?? lists[0])?.certificates;
}

/** `.align 8` means 256 bytes on ARM; CONFIG_SYSTEM_EXTRA_CERTIFICATE_SIZE is 4096 by default. */
const paddingBytes = 256 + 4096 + 16;

/** `[0] { INTEGER 2 }, INTEGER`: version 3 and the serial number, with which a certificate's contents begin. */
const version3 = Uint8Array.of(0xa0, 0x03, 0x02, 0x01, 0x02, 0x02);

/** Where the certificate starts whose version stands at `at`: two SEQUENCE headers before it, aligned as in the list. */
function certificateStart(bytes: Uint8Array, at: number): number | undefined {
  for (const [distance, inner] of [
    [8, 0x82],
    [7, 0x81],
  ] as const) {
    const start = at - distance;
    const isCertificate =
      bytes[start] === 0x30 && bytes[start + 1] === 0x82 && bytes[start + 4] === 0x30 && bytes[start + 5] === inner;
    if (isCertificate && start % 4 === 0) return start;
  }
  return undefined;
}

function chainAt(bytes: Uint8Array, start: number): Uint8Array[] {
  const certificates: Uint8Array[] = [];
  let at = start;
  while (certificates.length < limits.certificates && bytes[at] === 0x30 && bytes[at + 1] === 0x82) {
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
