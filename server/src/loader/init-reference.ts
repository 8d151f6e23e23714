import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_PPC64,
  EM_RISCV,
  EM_S390,
  EM_X86_64,
  SHF_ALLOC,
  SHT_REL,
  STT_FUNC,
  STT_OBJECT,
  STT_SECTION,
} from '../elf/constants.ts';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from '../elf/elf-file.ts';
import type { Reading } from '../elf/reading.ts';
import { readRelocations } from '../elf/relocations.ts';
import { sectionBytes } from '../elf/sections.ts';
import type { Finding } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';

/** A pointer in data that stays, to code or data that is freed when init returns. */
export interface InitReference {
  readonly fromSection: string;
  /** Offset of the pointer in that section. */
  readonly offset: number;
  /** The object that holds the pointer, if the symbol table names it. */
  readonly fromSymbol: string | undefined;
  readonly toSection: string;
  readonly toSymbol: string | undefined;
  readonly toFunction: boolean;
}

/** Types of a plain pointer: jump tables of switches use others, or point into the middle of functions. */
export const pointerTypes: Readonly<Record<number, readonly number[]>> = {
  [EM_X86_64]: [1],
  [EM_386]: [1],
  [EM_AARCH64]: [257],
  [EM_ARM]: [2],
  [EM_RISCV]: [1, 2],
  [EM_S390]: [4, 22],
  [EM_PPC64]: [38],
};

/** Data of a loaded module that outlives its init (not the tables that the kernel itself empties of init code). */
function persists(section: ElfSection): boolean {
  return (section.flags & SHF_ALLOC) !== 0 && /^\.(data|rodata|bss|lrodata|ldata)(\.|$)/.test(section.name);
}

/** Sections that the loader frees after init (kernel/module/main.c: module_init_section). */
function isFreed(section: ElfSection | undefined): section is ElfSection {
  return section?.name.startsWith('.init') === true;
}

/**
 * The check of modpost (scripts/mod/modpost.c: sectioncheck) on the finished module, and on the sources that modpost
 * leaves out: constant data, ro_after_init data and `*_ops`. Parameters and consoles hold init pointers by design.
 */
export function* readInitReferences(elf: ElfFile): Reading<readonly InitReference[]> {
  if (!elf.sections.some((section) => isFreed(section) && section.size > 0)) {
    return [];
  }
  const { value } = yield* readRelocations(elf, (target) => target !== undefined && persists(target));
  const byPlace = symbolsBySection(value.symbols);
  const found: InitReference[] = [];
  for (const { section, target, relocations } of value.sections) {
    if (target === undefined) {
      continue;
    }
    const contents = section.type === SHT_REL ? yield* sectionBytes(elf, target) : undefined;
    for (const relocation of relocations) {
      const reference = referenceOf(elf, value.symbols, byPlace, target, relocation, contents);
      if (reference !== undefined) {
        found.push(reference);
      }
    }
  }
  return found;
}

function referenceOf(
  elf: ElfFile,
  symbols: readonly ElfSymbol[],
  byPlace: ReadonlyMap<number, readonly ElfSymbol[]>,
  from: ElfSection,
  relocation: ElfRelocation,
  contents: Uint8Array | undefined,
): InitReference | undefined {
  const symbol = symbols[relocation.symbolIndex];
  const to = symbol === undefined ? undefined : elf.sections[symbol.sectionIndex];
  if (symbol === undefined || !isFreed(to) || pointerTypes[elf.header.machine]?.includes(relocation.type) !== true) {
    return undefined;
  }
  const addend = relocation.addend ?? addendInPlace(elf, contents, relocation.offset);
  if (addend === undefined) {
    return undefined;
  }
  const place = symbol.type === STT_SECTION ? addend : symbol.value + addend;
  const named = (byPlace.get(to.index) ?? []).filter((one) => one.value <= place);
  const isCode = to.name.startsWith('.init.text');
  // Into the middle of a function only jump tables point.
  const target = isCode
    ? named.find((one) => one.value === place && one.type === STT_FUNC)
    : named.findLast((one) => one.type === STT_OBJECT);
  if (isCode && target === undefined) {
    return undefined;
  }
  const holder = (byPlace.get(from.index) ?? []).findLast((one) => one.value <= relocation.offset)?.name;
  if (holder !== undefined && isByDesign(holder)) {
    return undefined;
  }
  return {
    fromSection: from.name,
    offset: relocation.offset,
    fromSymbol: holder,
    toSection: to.name,
    toSymbol: target?.name,
    toFunction: isCode,
  };
}

/** SHT_REL keeps the addend at the place that is patched: a 32-bit word on the architectures that use it. */
function addendInPlace(elf: ElfFile, contents: Uint8Array | undefined, offset: number): number | undefined {
  if (contents === undefined || offset + 4 > contents.length) {
    return undefined;
  }
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  return view.getUint32(offset, elf.header.endian === 'little');
}

/** secref_whitelist: parameters' tables, and consoles, whose setup runs while init does. */
function isByDesign(holder: string): boolean {
  return holder.startsWith('__param') || holder.includes('param_ops') || holder.endsWith('_console');
}

function symbolsBySection(symbols: readonly ElfSymbol[]): Map<number, ElfSymbol[]> {
  const result = new Map<number, ElfSymbol[]>();
  for (const symbol of symbols) {
    if ((symbol.type !== STT_FUNC && symbol.type !== STT_OBJECT) || symbol.name === '') {
      continue;
    }
    const list = result.get(symbol.sectionIndex);
    if (list === undefined) {
      result.set(symbol.sectionIndex, [symbol]);
    } else {
      list.push(symbol);
    }
  }
  for (const list of result.values()) {
    list.sort((a, b) => a.value - b.value);
  }
  return result;
}

/** Whether modpost warns about it when the module is built. */
export function modpostSees(reference: InitReference): boolean {
  const holder = reference.fromSymbol ?? '';
  return /^\.data(\.rel)?$/.test(reference.fromSection) && !holder.endsWith('_ops');
}

export function initReferenceFindings(uri: string, references: readonly InitReference[]): readonly Finding[] {
  return references.map((reference) => {
    const holder = reference.fromSymbol ?? `${reference.fromSection}+0x${reference.offset.toString(16)}`;
    const target = reference.toSymbol ?? reference.toSection;
    const kind = reference.toFunction ? 'function' : 'data';
    const mark = reference.toFunction ? '__init' : '__initdata or __initconst';
    const blind = modpostSees(reference)
      ? ''
      : ' The build does not warn about this one: modpost looks only at .data, and not at objects named *_ops.';
    return {
      rule: 'init-reference',
      severity: 'warning',
      message: `${holder} (${reference.fromSection}) keeps a pointer to the ${kind} ${target} (${reference.toSection}), whose memory is freed when the module's init returns: using it later is a use after free.${blind} Remove ${mark} from ${target}, or mark ${holder} as init data too if nothing uses it after init.`,
      where: { uri, range: fileStart },
      symbol: holder,
      actual: target,
    };
  });
}
