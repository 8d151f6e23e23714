import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from '../elf/elf-file.ts';
import { viewOf } from '../elf/raw-tables.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import { readRelocations } from '../elf/relocations.ts';
import { hasContents, isAllocated, sectionBytes } from '../elf/sections.ts';
import { decodeText } from '../elf/string-table.ts';

/** What modinfo does not say of a parameter: it stands in `__param`, as `struct kernel_param`. */
export interface ParameterDetails {
  /** Bytes of a `string`'s buffer, the NUL included (struct kparam_string: maxlen). */
  readonly roomBytes: number | undefined;
  /** Elements that an array takes (struct kparam_array: max). */
  readonly maxElements: number | undefined;
  /** KERNEL_PARAM_FL_UNSAFE: setting it taints the kernel. */
  readonly unsafe: boolean;
  /** KERNEL_PARAM_FL_HWPARAM: not to be set on a locked-down kernel. */
  readonly hardware: boolean;
}

/** struct kernel_param (include/linux/moduleparam.h): name, mod, ops, u16 perm, s8 level, u8 flags, then a pointer. */
const layouts = {
  32: { entryBytes: 20, ops: 8, flags: 15, value: 16 },
  64: { entryBytes: 40, ops: 16, flags: 27, value: 32 },
} as const;

const unsafeFlag = 1;
const hardwareFlag = 2;
const longestName = 256;

/** A place inside a section. */
interface Place {
  readonly section: ElfSection;
  readonly offset: number;
}

/**
 * Details of a module's parameters, by the name as the kernel compares it. Needs the relocations of `__param`, so it is
 * read only where parameters are given. What cannot be followed is left out.
 */
export function* readParameterDetails(elf: ElfFile): Reading<ReadonlyMap<string, ParameterDetails>> {
  const details = new Map<string, ParameterDetails>();
  const table = elf.sections.find((section) => section.name === '__param' && isAllocated(section));
  if (table === undefined) return details;
  const { value } = yield* readRelocations(elf, (target) => target === table);
  const relocations = value.sections.flatMap((section) => [...section.relocations]);
  const pointers = new Map(relocations.map((relocation) => [relocation.offset, relocation]));
  const bytes = (yield* sectionBytes(elf, table)).slice();
  const layout = layouts[elf.header.class];
  for (let at = 0; at + layout.entryBytes <= bytes.length; at += layout.entryBytes) {
    const pointer = (offset: number) => follow(elf, bytes, value.symbols, pointers.get(at + offset));
    const name = yield* textAt(elf, pointer(0));
    if (name === undefined || details.has(name)) continue;
    const ops = value.symbols[pointers.get(at + layout.ops)?.symbolIndex ?? 0]?.name;
    // Both structures begin with the limit, an unsigned int.
    const limit = yield* wordAt(elf, pointer(layout.value));
    const flags = bytes[at + layout.flags] ?? 0;
    details.set(name, {
      roomBytes: ops === 'param_ops_string' ? limit : undefined,
      maxElements: ops === 'param_array_ops' ? limit : undefined,
      unsafe: (flags & unsafeFlag) !== 0,
      hardware: (flags & hardwareFlag) !== 0,
    });
  }
  return details;
}

function follow(
  elf: ElfFile,
  table: Uint8Array,
  symbols: readonly ElfSymbol[],
  relocation: ElfRelocation | undefined,
): Place | undefined {
  const symbol = symbols[relocation?.symbolIndex ?? 0];
  const section = symbol === undefined ? undefined : elf.sections[symbol.sectionIndex];
  if (relocation === undefined || symbol === undefined || section === undefined || section.index === 0)
    return undefined;
  // Only 32-bit architectures have relocations without an addend of their own.
  const inPlace = relocation.offset + 4 <= table.length;
  const stored = inPlace ? viewOf(table).getInt32(relocation.offset, elf.header.endian === 'little') : 0;
  return { section, offset: symbol.value + (relocation.addend ?? stored) };
}

function* textAt(elf: ElfFile, place: Place | undefined): Reading<string | undefined> {
  const bytes = yield* contentsAt(elf, place, longestName);
  const end = bytes.indexOf(0);
  return end < 0 ? undefined : decodeText(bytes.subarray(0, end));
}

function* wordAt(elf: ElfFile, place: Place | undefined): Reading<number | undefined> {
  const bytes = yield* contentsAt(elf, place, 4);
  return bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0, elf.header.endian === 'little');
}

function* contentsAt(elf: ElfFile, place: Place | undefined, most: number): Reading<Uint8Array> {
  if (place === undefined || !hasContents(elf, place.section) || !(place.offset >= 0)) return new Uint8Array(0);
  const length = Math.min(most, place.section.size - place.offset);
  return length > 0 ? yield* bytesAt(place.section.offset + place.offset, length) : new Uint8Array(0);
}
