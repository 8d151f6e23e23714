import { printableAt } from './byte-search.ts';
import { type KernelPayload, type PayloadSection, sectionNamed, viewOfSection } from './kernel-payload.ts';

/** One entry of the kernel's symbol tables, in table order. */
export interface KernelExport {
  readonly symbol: string;
  /** `undefined`: no CRC table (CONFIG_MODVERSIONS=n), or no CRC was made for it. */
  readonly crc: number | undefined;
  readonly gplOnly: boolean;
  /** '' for none. */
  readonly namespace: string;
}

/**
 * How `struct kernel_symbol` is stored (include/linux/export.h, asm-generic/export.h): with
 * CONFIG_HAVE_ARCH_PREL32_RELOCATIONS as 32-bit distances from the field itself, else as addresses. The third field,
 * the namespace, exists since 5.4.
 */
export interface EntryLayout {
  readonly relative: boolean;
  readonly fields: 2 | 3;
}

/** Longest exported name: KSYM_NAME_LEN is 512 since 6.1. */
export const nameBytes = 512;

const layouts: readonly EntryLayout[] = [
  { relative: true, fields: 3 },
  { relative: false, fields: 3 },
  { relative: true, fields: 2 },
  { relative: false, fields: 2 },
];

/**
 * The classes of exports up to 7.1, by section suffix. Up to 5.10 a GPL_FUTURE symbol still resolves for every module (with a
 * warning), so it is not GPL-only (kernel/module.c:check_exported_symbol).
 */
const classes = [
  { suffix: '', gplOnly: false },
  { suffix: '_gpl', gplOnly: true },
  { suffix: '_unused', gplOnly: false },
  { suffix: '_unused_gpl', gplOnly: true },
  { suffix: '_gpl_future', gplOnly: false },
] as const;

/** Reads the exports of a vmlinux by its sections; `undefined` when it has no `__ksymtab`. */
export function readKsymtab(payload: KernelPayload): KernelExport[] | undefined {
  const strings = sectionNamed(payload, '__ksymtab_strings');
  const tables = classes.flatMap(({ suffix, gplOnly }) => {
    const table = sectionNamed(payload, `__ksymtab${suffix}`);
    return table ? [{ table, gplOnly, crcs: sectionNamed(payload, `__kcrctab${suffix}`) }] : [];
  });
  const [first] = tables;
  if (strings === undefined || first === undefined) return undefined;
  const layout = layouts.find((candidate) => fits(payload, first.table, strings, candidate));
  if (layout === undefined) return undefined;
  const flags = sectionNamed(payload, '__kflagstab')?.bytes;
  const entryBytes = bytesOfEntry(payload, layout);
  return tables.flatMap(({ table, gplOnly, crcs }) => {
    const count = Math.floor(table.bytes.length / entryBytes);
    const crcOf = crcReader(payload, crcs, count);
    const exports: KernelExport[] = [];
    for (let index = 0; index < count; index++) {
      const { name, namespace } = entryAt(payload, table, index, layout);
      const symbol = textAt(strings, name);
      if (symbol === undefined || symbol === '') continue;
      exports.push({
        symbol,
        crc: crcOf(index) || undefined,
        gplOnly: flags ? ((flags[index] ?? 0) & 1) !== 0 : gplOnly,
        namespace: namespace === undefined ? '' : (textAt(strings, namespace) ?? ''),
      });
    }
    return exports;
  });
}

/** Whether every sampled entry points at names in the string section. */
function fits(payload: KernelPayload, table: PayloadSection, strings: PayloadSection, layout: EntryLayout): boolean {
  const count = Math.floor(table.bytes.length / bytesOfEntry(payload, layout));
  const step = Math.max(1, Math.floor(count / 64));
  for (let index = 0; index < count; index += step) {
    const { name, namespace } = entryAt(payload, table, index, layout);
    if (!textAt(strings, name)) return false;
    if (namespace !== undefined && textAt(strings, namespace) === undefined) return false;
  }
  return count > 0;
}

function bytesOfEntry(payload: KernelPayload, layout: EntryLayout): number {
  return layout.fields * (layout.relative ? 4 : payload.wordBytes);
}

/** Addresses (low 32 bits) of an entry's name and namespace; no namespace when the field is 0 (5.4 and 5.5). */
function entryAt(
  payload: KernelPayload,
  table: PayloadSection,
  index: number,
  layout: EntryLayout,
): { name: number; namespace: number | undefined } {
  const view = viewOfSection(table);
  const width = layout.relative ? 4 : payload.wordBytes;
  const field = (number: number): number | undefined => {
    const at = (index * layout.fields + number) * width;
    const low = view.getUint32(width === 8 && !payload.littleEndian ? at + 4 : at, payload.littleEndian);
    if (low === 0) return undefined;
    return layout.relative ? (table.address + at + low) >>> 0 : low;
  };
  return { name: field(1) ?? 0, namespace: layout.fields === 3 ? field(2) : undefined };
}

function textAt(strings: PayloadSection, address: number): string | undefined {
  const at = (address - strings.address) >>> 0;
  return at < strings.bytes.length ? printableAt(strings.bytes, at, nameBytes) : undefined;
}

/**
 * CRCs are 32 bits each; old 64-bit kernels store them as long. With CONFIG_MODULE_REL_CRCS (powerpc, s390 up to 5.18) the
 * table holds distances to them, which are all short, as no 32 real CRCs are.
 */
function crcReader(
  payload: KernelPayload,
  crcs: PayloadSection | undefined,
  count: number,
): (index: number) => number | undefined {
  if (crcs === undefined || count === 0) return () => undefined;
  const view = viewOfSection(crcs);
  const { littleEndian } = payload;
  if (crcs.bytes.length >= count * 8) {
    return (index) => view.getUint32(index * 8 + (littleEndian ? 0 : 4), littleEndian);
  }
  if (crcs.bytes.length < count * 4) return () => undefined;
  let distances = count >= 32;
  for (let index = 0; index < count && distances; index++) {
    distances = Math.abs(view.getInt32(index * 4, littleEndian)) < 2 ** 27;
  }
  if (!distances) return (index) => view.getUint32(index * 4, littleEndian);
  return (index) => {
    const address = (crcs.address + index * 4 + view.getUint32(index * 4, littleEndian)) >>> 0;
    const section = payload.sections.find((one) => (address - one.address) >>> 0 <= one.bytes.length - 4);
    return section && viewOfSection(section).getUint32((address - section.address) >>> 0, littleEndian);
  };
}
