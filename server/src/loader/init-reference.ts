import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_PPC64,
  EM_RISCV,
  EM_S390,
  EM_X86_64,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_REL,
  STT_FUNC,
  STT_OBJECT,
  STT_SECTION,
} from '../elf/constants.ts';
import type { ElfFile, ElfRelocation, ElfSection, ElfSymbol } from '../elf/elf-file.ts';
import type { Reading } from '../elf/reading.ts';
import { readRelocations } from '../elf/relocations.ts';
import { sectionBytes } from '../elf/sections.ts';
import { type HeldObject, usedOnlyByInit } from './init-holder.ts';

/**
 * `pointer`: data that stays points to what is freed. `code`: code that stays calls or reads what is freed. `exit`: something
 * refers to exit code or data, which is left out when the driver is built in.
 */
export type InitReferenceKind = 'pointer' | 'code' | 'exit';

/** A reference to code or data whose memory goes before what refers to it. */
export interface InitReference {
  readonly kind: InitReferenceKind;
  readonly fromSection: string;
  /** Offset of the reference in that section. */
  readonly offset: number;
  /** The object or function that refers, if the symbol table names it. */
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

/** Relocations that x86 counts from the end of the instruction's four bytes. */
const fromNextByte: Readonly<Record<number, readonly number[]>> = { [EM_X86_64]: [2, 4], [EM_386]: [2, 4] };

/** Data of a loaded module that outlives its init (not the tables that the kernel itself empties of init code). */
function staysAsData(name: string): boolean {
  return /^\.(data|rodata|bss|lrodata|ldata)(\.|$)/.test(name);
}

/** modpost's TEXT_SECTIONS. */
function staysAsCode(name: string): boolean {
  return /^\.(text|sched\.text|kprobes\.text|cpuidle\.text|noinstr\.text|ltext|spinlock\.text)(\.|$)/.test(name);
}

function isExit(name: string): boolean {
  return name.startsWith('.exit.');
}

/** Sections that the loader frees after init (kernel/module/main.c: module_init_section). */
function isFreed(name: string): boolean {
  return name.startsWith('.init');
}

/** Whether references out of this section may be of one of the kinds. */
function mayRefer({ flags, name }: ElfSection): boolean {
  return (
    (flags & SHF_ALLOC) !== 0 &&
    (staysAsData(name) || staysAsCode(name) || isExit(name) || /^\.init\.(text|data|rodata)$/.test(name))
  );
}

function kindOf(from: string, to: string): InitReferenceKind | undefined {
  if (isFreed(to)) return staysAsData(from) ? 'pointer' : staysAsCode(from) || isExit(from) ? 'code' : undefined;
  return isExit(to) && !isExit(from) ? 'exit' : undefined;
}

/**
 * The check of modpost (scripts/mod/modpost.c: sectioncheck) on the finished module, and on the sources that modpost
 * leaves out: constant data, ro_after_init data and `*_ops`. Parameters and consoles hold init pointers by design, and so
 * do constant tables that only init code looks at, unless they are operations.
 */
export function* readInitReferences(elf: ElfFile): Reading<readonly InitReference[]> {
  const vanishing = (section: ElfSection) => section.size > 0 && (isFreed(section.name) || isExit(section.name));
  const isVanishing = elf.sections.map(vanishing);
  if (!isVanishing.includes(true)) {
    return [];
  }
  const { value } = yield* readRelocations(
    elf,
    (target) => target !== undefined && mayRefer(target),
    ({ sectionIndex }) => isVanishing[sectionIndex] === true,
  );
  const byPlace = symbolsBySection(value.symbols);
  const found: { readonly reference: InitReference; readonly holder: HeldObject | undefined }[] = [];
  for (const part of value.sections) {
    const contents = part.section.type === SHT_REL && part.target ? yield* sectionBytes(elf, part.target) : undefined;
    for (const relocation of part.relocations) {
      const to = elf.sections[value.symbols[relocation.symbolIndex]?.sectionIndex ?? 0];
      if (to === undefined || part.target === undefined) {
        continue;
      }
      const one = referenceOf(elf, value.symbols, byPlace, part.target, to, relocation, contents);
      if (one !== undefined) {
        found.push(one);
      }
    }
  }
  const isTable = ({ reference, holder }: (typeof found)[number]) =>
    holder !== undefined &&
    reference.kind === 'pointer' &&
    reference.fromSection.startsWith('.rodata') &&
    !isOperations(reference.fromSymbol ?? '');
  if (!found.some(isTable)) {
    return found.map(({ reference }) => reference);
  }
  const tables = new Set(found.flatMap((one) => (isTable(one) ? [one.holder?.section] : [])));
  const all = yield* readRelocations(
    elf,
    (target) => ((target?.flags ?? 0) & SHF_ALLOC) !== 0,
    ({ sectionIndex }) => tables.has(sectionIndex),
  );
  return found
    .filter((one) => {
      const table = isTable(one) ? one.holder : undefined;
      return table === undefined || !usedOnlyByInit(table, all.value.symbols, all.value.sections);
    })
    .map(({ reference }) => reference);
}

function referenceOf(
  elf: ElfFile,
  symbols: readonly ElfSymbol[],
  byPlace: ReadonlyMap<number, readonly ElfSymbol[]>,
  from: ElfSection,
  to: ElfSection,
  relocation: ElfRelocation,
  contents: Uint8Array | undefined,
): { reference: InitReference; holder: HeldObject | undefined } | undefined {
  const symbol = symbols[relocation.symbolIndex];
  const kind = kindOf(from.name, to.name);
  const { machine } = elf.header;
  const isCode = (from.flags & SHF_EXECINSTR) !== 0;
  const isPointer = pointerTypes[machine]?.includes(relocation.type) === true;
  if (symbol === undefined || kind === undefined || (!isCode && !isPointer)) {
    return undefined;
  }
  const addend = relocation.addend ?? addendInPlace(elf, contents, relocation.offset);
  if (addend === undefined) {
    return undefined;
  }
  const bias = fromNextByte[machine]?.includes(relocation.type) === true ? 4 : 0;
  const place = symbol.type === STT_SECTION ? addend + bias : symbol.value + (isCode ? 0 : addend);
  const named = (byPlace.get(to.index) ?? []).filter((one) => one.value <= place);
  const toFunction = /^\.(init|exit)\.text(\.|$)/.test(to.name);
  const exactly = named.find((one) => one.value === place && one.type === STT_FUNC);
  // Into the middle of a function only jump tables point.
  if (toFunction && !isCode && exactly === undefined) {
    return undefined;
  }
  const target = toFunction
    ? (exactly ?? named.findLast((one) => one.type === STT_FUNC))
    : named.findLast((one) => one.type === STT_OBJECT);
  const holder = (byPlace.get(from.index) ?? []).findLast((one) => one.value <= relocation.offset);
  if (holder !== undefined && isByDesign(kind, holder.name)) {
    return undefined;
  }
  const reference: InitReference = {
    kind,
    fromSection: from.name,
    offset: relocation.offset,
    fromSymbol: holder?.name,
    toSection: to.name,
    toSymbol: target?.name,
    toFunction,
  };
  return { reference, holder: holder && { section: from.index, offset: holder.value, size: holder.size } };
}

/** SHT_REL keeps the addend at the place that is patched: a 32-bit word on the architectures that use it. */
function addendInPlace(elf: ElfFile, contents: Uint8Array | undefined, offset: number): number | undefined {
  if (contents === undefined || offset + 4 > contents.length) {
    return undefined;
  }
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  return view.getInt32(offset, elf.header.endian === 'little');
}

/**
 * secref_whitelist: parameters' tables; consoles, whose setup runs while init does; specialised copies that gcc makes; and a driver's
 * remove function, which is never called where exit code is left out.
 */
function isByDesign(kind: InitReferenceKind, holder: string): boolean {
  switch (kind) {
    case 'pointer':
      return holder.startsWith('__param') || holder.includes('param_ops') || holder.endsWith('_console');
    case 'code':
      return holder.includes('.constprop.');
    case 'exit':
      return /(driver|_ops|_probe|_probe_one|_console|_template|_timer|_sht)$/.test(holder);
  }
}

/** Operations are handed to the kernel by init, which keeps them: that only init names them says nothing. */
function isOperations(holder: string): boolean {
  return /(ops|operations)$/.test(holder);
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

/** Whether modpost warns about it when the module is built (its whitelist of 6.1). */
export function modpostSees(reference: InitReference): boolean {
  const holder = reference.fromSymbol ?? '';
  if (reference.kind !== 'pointer' && !staysAsData(reference.fromSection)) {
    return true;
  }
  return /^\.data(\.rel)?$/.test(reference.fromSection) && !/(_ops|_probe|_probe_one|_console)$/.test(holder);
}
