import type { ElfFile } from '../elf/elf-file.ts';
import { viewOf } from '../elf/raw-tables.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import { findSection, hasContents } from '../elf/sections.ts';

/**
 * struct btf_header (include/uapi/linux/btf.h), in the file's byte order: u16 magic, u8 version, u8 flags, u32 hdr_len, then
 * offset and length of the types and of the strings, counted from the header's end.
 */
const headerBytes = 24;
const leadingBytes = 8;
const magic = 0xeb9f;
const mostNameBytes = 0xff_ffff;

/** What the kernel finds wrong with `.BTF`, whatever vmlinux it is held against. */
export interface BtfFault {
  /** Its words, after `BPF: `. */
  readonly text: string;
  /** The number that it fails with: EINVAL, E2BIG, or ENOTSUPP, which no program knows. */
  readonly errno: 22 | 7 | 524;
}

/**
 * The first fault of a module's `.BTF` before its types are looked at (kernel/bpf/btf.c: btf_parse_hdr, btf_check_sec_info,
 * btf_parse_str_sec); `undefined` when there is none, or no such section.
 */
export function* readBtfFault(elf: ElfFile): Reading<BtfFault | undefined> {
  const section = findSection(elf, '.BTF');
  if (section === undefined || section.size === 0 || !hasContents(elf, section)) return undefined;
  const { size } = section;
  if (size < leadingBytes) return invalid('hdr_len not found');
  const little = elf.header.endian === 'little';
  const statedBytes = viewOf(yield* bytesAt(section.offset + 4, 4)).getUint32(0, little);
  if (size < statedBytes) return invalid('btf_header not found');
  const more = statedBytes > headerBytes ? yield* bytesAt(section.offset + headerBytes, statedBytes - headerBytes) : [];
  if (more.some((byte) => byte !== 0)) return { text: 'Unsupported btf_header', errno: 7 };
  // The kernel copies as much as the header says it has; the rest stays zero.
  const header = new Uint8Array(headerBytes);
  header.set(yield* bytesAt(section.offset, Math.min(statedBytes, headerBytes)));
  const view = viewOf(header);
  if (view.getUint16(0, little) !== magic) return invalid('Invalid magic');
  if (view.getUint8(2) !== 1) return { text: 'Unsupported version', errno: 524 };
  if (view.getUint8(3) !== 0) return { text: 'Unsupported flags', errno: 524 };
  const word = (at: number) => view.getUint32(at, little);
  const types = { offset: word(8), bytes: word(12) };
  const strings = { offset: word(16), bytes: word(20) };
  const rest = size - word(4);
  const layout = layoutFault([types, strings], rest);
  if (layout !== undefined) return invalid(layout);
  if (strings.offset + strings.bytes !== rest) return invalid('String section is not at the end');
  if (strings.bytes === 0) return undefined;
  const [last] = yield* bytesAt(section.offset + size - 1, 1);
  if (strings.bytes - 1 > mostNameBytes || last !== 0) return invalid('Invalid string section');
  return types.offset % 4 === 0 ? undefined : invalid('Unaligned type_off');
}

interface Part {
  readonly offset: number;
  readonly bytes: number;
}

/** The parts have to follow each other without gap and overlap, up to the end. */
function layoutFault(parts: readonly Part[], rest: number): string | undefined {
  let total = 0;
  for (const { offset, bytes } of [...parts].sort((a, b) => a.offset - b.offset)) {
    if (rest < offset) return 'Invalid section offset';
    if (total < offset) return 'Unsupported section found';
    if (total > offset) return 'Section overlap found';
    if (rest - total < bytes) return 'Total section length too long';
    total += bytes;
  }
  return total === rest ? undefined : 'Unsupported section found';
}

function invalid(text: string): BtfFault {
  return { text, errno: 22 };
}
