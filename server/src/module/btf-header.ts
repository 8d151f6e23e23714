import type { ElfFile } from '../elf/elf-file.ts';
import { viewOf } from '../elf/raw-tables.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import { findSection, hasContents } from '../elf/sections.ts';

/** struct btf_header (include/uapi/linux/btf.h): u16 magic, u8 version, u8 flags, u32 hdr_len, in the file's byte order. */
const magic = 0xeb9f;
const leadingBytes = 8;

/**
 * What is wrong with the start of a module's `.BTF`, in the kernel's words (kernel/bpf/btf.c: btf_parse_hdr);
 * `undefined` when nothing is, or when there is no such section.
 */
export function* readBtfFault(elf: ElfFile): Reading<string | undefined> {
  const section = findSection(elf, '.BTF');
  if (section === undefined || section.size === 0 || !hasContents(elf, section)) return undefined;
  if (section.size < leadingBytes) return 'hdr_len not found';
  const view = viewOf(yield* bytesAt(section.offset, leadingBytes));
  const little = elf.header.endian === 'little';
  if (view.byteLength < leadingBytes || section.size < view.getUint32(4, little)) return 'btf_header not found';
  return view.getUint16(0, little) === magic ? undefined : 'Invalid magic';
}
