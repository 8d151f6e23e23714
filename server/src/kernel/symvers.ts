import { counted } from '../findings/counted.ts';
import { limits } from '../limits.ts';
import type { Decompressor } from '../ports/decompressor.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import type { Origin } from './fact.ts';
import { type SymversLine, type SymversText, TextSymvers } from './symvers-text.ts';

/** At most this many broken lines are reported one by one. */
const reportedLines = 20;

/**
 * Reads Module.symvers text (scripts/mod/modpost.c: read_dump, write_dump): tab-separated CRC, symbol, module,
 * export type, namespace. All generations are taken: 4 columns (up to 5.3), namespace before the module (early 5.4 and
 * 5.5), namespace last (5.6 on), and the export types of old kernels; the field that looks like an export
 * type decides. Lines are only located here; each becomes an object when it is asked for.
 */
export function parseSymvers(text: string, origin: Origin): Parsed<SymversText> {
  const problems: Problem[] = [];
  const source = text.length > limits.symversBytes ? text.slice(0, limits.symversBytes) : text;
  if (source.length < text.length) {
    problems.push({ message: `The file is longer than ${limits.symversBytes} bytes; the rest is not read.` });
  }
  const lines = new Map<string, SymversLine>();
  let broken = 0;
  let hasKernelSymbols = false;
  let hasModuleSymbols = false;
  let hasCrcs = false;
  let namespaceFirst: boolean | undefined;
  let line = 0;
  for (let start = source.charCodeAt(0) === 0xfeff ? 1 : 0; start < source.length; line++) {
    let end = source.indexOf('\n', start);
    if (end === -1) end = source.length;
    // CRC digits are checked by their place: "0x" and 8 digits, then a tab.
    const tab = source.indexOf('\t', start);
    const symbolEnd = tab === -1 || tab >= end ? -1 : source.indexOf('\t', tab + 1);
    if (symbolEnd > tab + 1 && symbolEnd < end && isHex(source, start, tab)) {
      const symbol = source.slice(tab + 1, symbolEnd);
      lines.set(symbol, start);
      if (!hasCrcs) hasCrcs = !allZero(source, start + 2, tab);
      namespaceFirst ??= /^[^\t\n]*\t[^\t\n]*\tEXPORT_/.test(source.slice(symbolEnd + 1, end));
      const exporterAt = namespaceFirst ? source.indexOf('\t', symbolEnd + 1) + 1 : symbolEnd + 1;
      if (!hasKernelSymbols || !hasModuleSymbols) {
        if (source.startsWith('vmlinux\t', exporterAt)) hasKernelSymbols = true;
        else hasModuleSymbols = true;
      }
    } else if (source.slice(start, end).trim() !== '') {
      broken++;
      if (broken <= reportedLines)
        problems.push({
          message: 'Not a Module.symvers line: expected CRC, symbol, module and export type, separated by tabs.',
          line,
        });
    }
    start = end + 1;
  }
  if (broken > reportedLines)
    problems.push({ message: `${counted(broken - reportedLines, 'more line is', 'more lines are')} broken.` });
  const kind = { hasKernelSymbols, hasModuleSymbols, hasCrcs };
  return { value: new TextSymvers(source, lines, origin, kind), problems };
}

/** `0x` and 1 to 8 (16 on old 64-bit trees) hexadecimal digits. */
function isHex(text: string, start: number, end: number): boolean {
  if (
    end - start < 3 ||
    end - start > 18 ||
    text.charCodeAt(start) !== 48 ||
    (text.charCodeAt(start + 1) | 32) !== 120
  ) {
    return false;
  }
  for (let at = start + 2; at < end; at++) {
    const code = text.charCodeAt(at) | 32;
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false;
  }
  return true;
}

function allZero(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== 48) return false;
  return true;
}

/** Unpacks (by its leading bytes: gzip, xz, zstd or plain) and reads a Module.symvers. */
export async function readSymvers(
  bytes: Uint8Array,
  origin: Origin,
  decompressor: Decompressor,
): Promise<Parsed<SymversText>> {
  const format = compressionOf(bytes);
  if (format === 'none') return parseSymvers(new TextDecoder().decode(bytes), origin);
  const unpacked = await decompressor.unpack(format, bytes, limits.symversBytes);
  if ('problem' in unpacked) {
    return { value: parseSymvers('', origin).value, problems: [{ message: `${origin.label}: ${unpacked.problem}` }] };
  }
  return parseSymvers(new TextDecoder().decode(unpacked.bytes), origin);
}

function compressionOf(bytes: Uint8Array): 'none' | 'gzip' | 'xz' | 'zstd' {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes[0] === 0xfd && bytes[1] === 0x37 && bytes[2] === 0x7a) return 'xz';
  if (bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd) return 'zstd';
  return 'none';
}
