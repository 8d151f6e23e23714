import { ascii, offsetsOfBytes, printableAt } from './byte-search.ts';
import type { KernelPayload } from './kernel-payload.ts';

/** `linux_banner` of init/version.c: `Linux version RELEASE (builder) (compiler, linker) #1 SMP …`. */
export function findBanner(payload: KernelPayload): string | undefined {
  for (const { bytes } of payload.sections) {
    for (const offset of offsetsOfBytes(bytes, ascii('Linux version '), 16)) {
      const text = lineAt(bytes, offset);
      if (text !== undefined && /^Linux version \d+\.\d+\S* \(/.test(text)) return text;
    }
  }
  return undefined;
}

/**
 * VERMAGIC_STRING as compiled into kernel/module (include/linux/vermagic.h), trailing space included: the release of
 * the banner, then known words, up to a NUL.
 */
export function findVermagic(payload: KernelPayload, release: string): string | undefined {
  for (const { bytes } of payload.sections) {
    for (const offset of offsetsOfBytes(bytes, ascii(`${release} `), 64)) {
      if (offset > 0 && bytes[offset - 1] !== 0) continue;
      const text = printableAt(bytes, offset, 256);
      if (
        text !== undefined &&
        /^ (?:SMP |preempt |preempt_rt |mod_unload |modversions |\S+ ?$)/.test(text.slice(release.length))
      ) {
        return text;
      }
    }
  }
  return undefined;
}

/** Printable text up to a line end or NUL, at most 1 kB. */
function lineAt(bytes: Uint8Array, start: number): string | undefined {
  let end = start;
  while (end < start + 1024 && (bytes[end] ?? 0) >= 0x20 && (bytes[end] ?? 0) < 0x7f) end++;
  const stop = bytes[end];
  return stop === 0 || stop === 0x0a ? String.fromCharCode(...bytes.subarray(start, end)) : undefined;
}
