import { EM_AARCH64, EM_X86_64, SHF_EXECINSTR, SHN_ABS, SHN_UNDEF, SHT_REL, STB_WEAK } from '../elf/constants.ts';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from '../elf/elf-file.ts';
import type { Reading } from '../elf/reading.ts';
import { type RelocationSection, readRelocations } from '../elf/relocations.ts';
import { isAllocated, sectionBytes } from '../elf/sections.ts';
import { absoluteField, holdsAddresses } from './absolute-fields.ts';
import type { RelocatedValue, RelocationFact } from './module-evidence.ts';

const SHF_RELA_LIVEPATCH = 0x0010_0000;

/**
 * What the relocations that the loader applies ask of it (apply_relocations: targets that are not allocated, and those
 * of livepatches, are passed over), each kind once for each section, in the order in which the kernel comes to them.
 */
export function* readRelocationFacts(elf: ElfFile): Reading<readonly RelocationFact[]> {
  const { value } = yield* readRelocations(
    elf,
    (target, { flags }) => target !== undefined && isAllocated(target) && (flags & SHF_RELA_LIVEPATCH) === 0,
  );
  const values = new RelocatedValues(elf, value.symbols, value.sections);
  const facts: RelocationFact[] = [];
  for (const section of value.sections) {
    const ordered = elf.header.machine === EM_AARCH64 ? branchesFirst(section, value.symbols) : section.relocations;
    const places = yield* readPatchedPlaces(elf, section.target);
    const seen = new Set<number | string>();
    for (const relocation of ordered) {
      const { type } = relocation;
      const stored = values.of(relocation, places);
      const targetNotZero = places.isFilled(relocation);
      const rel = section.section.type === SHT_REL ? ({ rel: true } as const) : {};
      const key = stored === undefined && !targetNotZero ? type : JSON.stringify([type, targetNotZero, stored]);
      if (seen.has(key)) continue;
      seen.add(key);
      facts.push({
        type,
        section: section.target?.name ?? '',
        ...rel,
        ...(targetNotZero ? { targetNotZero } : {}),
        ...(stored === undefined ? {} : { value: stored }),
      });
    }
  }
  return facts;
}

const R_X86_64_PLT32 = 4;
const R_AARCH64_JUMP26 = 282;
const R_AARCH64_CALL26 = 283;

function isBranch(machine: number, type: number): boolean {
  return machine === EM_X86_64
    ? type === R_X86_64_PLT32
    : machine === EM_AARCH64 && (type === R_AARCH64_JUMP26 || type === R_AARCH64_CALL26);
}

/** Tells of a relocation what it stores, where that may make it fail. */
class RelocatedValues {
  readonly #elf: ElfFile;
  readonly #symbols: readonly ElfSymbol[];
  /** Undefined symbols that are branched to; and those that are used in another way. */
  readonly #branchedTo = new Set<number>();
  readonly #otherwiseUsed = new Set<number>();

  constructor(elf: ElfFile, symbols: readonly ElfSymbol[], sections: readonly RelocationSection[]) {
    this.#elf = elf;
    this.#symbols = symbols;
    for (const { relocations } of sections) {
      for (const { type, symbolIndex } of relocations) {
        if (symbols[symbolIndex]?.sectionIndex !== SHN_UNDEF) continue;
        (isBranch(elf.header.machine, type) ? this.#branchedTo : this.#otherwiseUsed).add(symbolIndex);
      }
    }
  }

  /** `undefined` where nothing can go wrong with the value. */
  of(relocation: ElfRelocation, places: PatchedPlaces): RelocatedValue | undefined {
    const { machine } = this.#elf.header;
    const field = absoluteField(machine, relocation.type);
    const symbol = this.#symbols[relocation.symbolIndex];
    if (symbol === undefined) return undefined;
    const value = signed(symbol.value) + (relocation.addend ?? 0);
    if (symbol.sectionIndex === SHN_UNDEF) {
      const isCalled = this.#branchedTo.has(symbol.index) || places.isCall(relocation);
      const weak = symbol.binding === STB_WEAK;
      const onlyCalled = weak && isCalled && !this.#otherwiseUsed.has(symbol.index);
      const mayFail = field !== undefined && (weak || !holdsAddresses(machine, field));
      return mayFail || (onlyCalled && isBranch(machine, relocation.type))
        ? { kind: 'import', symbol: symbol.name, weak, isCalled, onlyCalled, ifNowhere: value }
        : undefined;
    }
    if (field === undefined) return undefined;
    if (symbol.sectionIndex === SHN_ABS) return { kind: 'fixed', value };
    if (holdsAddresses(machine, field)) return undefined;
    const section = this.#elf.sections[symbol.sectionIndex]?.name;
    return { kind: section === '.data..percpu' ? 'per-cpu' : 'module' };
  }
}

/** A 64-bit number that was read without its sign, and rounded: a small negative one must not become 0. */
function signed(value: number): number {
  return value >= 2 ** 63 ? Math.min(-1, value - 2 ** 64) : value;
}

/** Bytes that the x86-64 loader adds to, by type; it refuses to where they are not zero. */
export const patchedBytes: Readonly<Record<number, number>> = { 1: 8, 2: 4, 4: 4, 10: 4, 11: 4, 24: 8 };

/** What stands in a section at the places to be patched. */
interface PatchedPlaces {
  /** x86-64: there is a value already. */
  isFilled(relocation: ElfRelocation): boolean;
  /** x86-64: the operand of a call. */
  isCall(relocation: ElfRelocation): boolean;
}

const opcodeCall = 0xe8;
/** Arithmetic with an immediate operand; `e8` behind it is no opcode. */
const opcodeArithmetic = 0x81;

function* readPatchedPlaces(elf: ElfFile, target: ElfSection | undefined): Reading<PatchedPlaces> {
  if (elf.header.machine !== EM_X86_64 || target === undefined) return { isFilled: () => false, isCall: () => false };
  const bytes = yield* sectionBytes(elf, target);
  return {
    isFilled({ type, offset }) {
      const end = Math.min(bytes.length, offset + (patchedBytes[type] ?? 0));
      for (let at = offset; at < end; at++) if (bytes[at] !== 0) return true;
      return false;
    },
    isCall({ offset }) {
      const isCode = (target.flags & SHF_EXECINSTR) !== 0;
      return isCode && bytes[offset - 1] === opcodeCall && bytes[offset - 2] !== opcodeArithmetic;
    },
  };
}

/**
 * arm64 moves branches out of a code section to the front of its relocations, by swapping, before it applies any
 * (arch/arm64/kernel/module-plts.c: partition_branch_plt_relas). With that another unknown type may come first.
 */
function branchesFirst(
  { target, relocations }: RelocationSection,
  symbols: readonly ElfSymbol[],
): Iterable<ElfRelocation> {
  if (target === undefined || (target.flags & SHF_EXECINSTR) === 0) return relocations;
  const leavesSection = ({ type, symbolIndex }: ElfRelocation) =>
    isBranch(EM_AARCH64, type) && symbols[symbolIndex]?.sectionIndex !== target.index;
  const ordered = [...relocations];
  let front = 0;
  let back = ordered.length - 1;
  while (front < back) {
    const [first, last] = [ordered[front], ordered[back]];
    if (first === undefined || last === undefined) break;
    if (leavesSection(first)) front++;
    else if (leavesSection(last)) [ordered[front], ordered[back]] = [last, first];
    else back--;
  }
  return ordered;
}
