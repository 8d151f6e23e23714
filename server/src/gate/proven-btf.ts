import { SHT_NOBITS } from '../elf/constants.ts';
import type { ModuleBytes, SectionTable } from './module-sections.ts';

const headerBytes = 24;
/** u16 magic 0xeb9f, u8 version 1, u8 flags 0, as one little-endian word. */
const start = 0x0001_eb9f;
const mostStringBytes = 0x100_0000;

/**
 * Whether the module has no `.BTF`, or one that is laid out as pahole lays it out: a header of 24 bytes, the types, the strings
 * up to the end. Other layouts may be good as well (module/btf-header.ts has the kernel's rules); those are left in doubt.
 */
export function hasProvenBtf({ bytes }: ModuleBytes, { btf, types, offsets, sizes }: SectionTable): boolean {
  if (btf === 0) return true;
  const at = offsets[btf] as number;
  const size = sizes[btf] as number;
  if (types[btf] === SHT_NOBITS || size < headerBytes) return false;
  // It lies at any offset.
  const byte = (place: number) => bytes[at + place] as number;
  const word = (number: number) => {
    const place = number * 4;
    return (byte(place) | (byte(place + 1) << 8) | (byte(place + 2) << 16) | (byte(place + 3) << 24)) >>> 0;
  };
  if (word(0) !== start || word(1) !== headerBytes) return false;
  const [typesOffset, typesBytes, stringsOffset, stringsBytes] = [word(2), word(3), word(4), word(5)];
  if (typesOffset !== 0 || stringsOffset !== typesBytes || stringsBytes === 0) return false;
  const isWhole = typesBytes + stringsBytes === size - headerBytes;
  return isWhole && stringsBytes <= mostStringBytes && bytes[at + size - 1] === 0;
}
