import { viewOf } from '../elf/raw-tables.ts';
import { StringTable } from '../elf/string-table.ts';
import type { Problem } from '../ports/parsed.ts';
import type { SymbolVersion } from './kernel-module.ts';

/** `struct modversion_info` (include/linux/module.h) has this size on every architecture. */
const classicRecordBytes = 64;

export interface VersionsTable {
  readonly format: 'classic' | 'flexible';
  readonly entries: readonly SymbolVersion[];
}

/** Reads a `__versions` section, whichever of its two record formats it has. */
export function parseVersions(
  bytes: Uint8Array,
  elfClass: 32 | 64,
  little: boolean,
  problems: Problem[],
): VersionsTable {
  const flexible = parseFlexible(bytes, little);
  return flexible !== undefined
    ? { format: 'flexible', entries: flexible }
    : { format: 'classic', entries: parseClassic(bytes, elfClass, little, problems) };
}

/** Records of an `unsigned long` CRC and a name that fills the rest of 64 bytes. */
function parseClassic(bytes: Uint8Array, elfClass: 32 | 64, little: boolean, problems: Problem[]): SymbolVersion[] {
  const view = viewOf(bytes);
  const names = new StringTable(bytes);
  const crcBytes = elfClass / 8;
  const crcAt = elfClass === 64 && !little ? 4 : 0;
  const entries: SymbolVersion[] = [];
  const whole = bytes.length - (bytes.length % classicRecordBytes);
  let unterminated = 0;
  for (let at = 0; at < whole; at += classicRecordBytes) {
    // The kernel compares the whole unsigned long: a number above 32 bits equals no CRC.
    const high = elfClass === 64 ? view.getUint32(at + 4 - crcAt, little) : 0;
    const crc = high * 2 ** 32 + view.getUint32(at + crcAt, little);
    let symbol = names.at(at + crcBytes) ?? '';
    if (bytes[at + classicRecordBytes - 1] !== 0) {
      unterminated++;
      symbol = new StringTable(bytes.subarray(at + crcBytes, at + classicRecordBytes)).at(0) ?? '';
    }
    entries.push({ symbol, crc });
  }
  if (unterminated > 0) {
    problems.push({ message: `${unterminated} records of __versions hold a name that does not end.` });
  }
  if (whole !== bytes.length) {
    problems.push({
      message: `__versions has ${bytes.length} bytes, which is no multiple of ${classicRecordBytes}: its last record is cut off.`,
    });
  }
  return entries;
}

/**
 * Ubuntu's records of 6.8 and 6.11: u32 offset of the next record, u32 CRC, name padded with NUL to a
 * multiple of 4; the end is a record whose offset is 0. `undefined` unless every byte fits that: a classic
 * table would need a CRC that equals its own name's length.
 */
function parseFlexible(bytes: Uint8Array, little: boolean): SymbolVersion[] | undefined {
  const view = viewOf(bytes);
  const names = new StringTable(bytes);
  const entries: SymbolVersion[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const next = view.getUint32(at, little);
    const crc = view.getUint32(at + 4, little);
    if (next === 0) {
      const restIsPadding = crc === 0 && bytes.subarray(at).every((byte) => byte === 0);
      return restIsPadding && bytes.length - at < classicRecordBytes ? entries : undefined;
    }
    if (next < 12 || next % 4 !== 0 || at + next > bytes.length) return undefined;
    const nul = bytes.indexOf(0, at + 8);
    const nameBytes = nul - (at + 8);
    if (nul < 0 || nameBytes === 0 || next !== 8 + Math.ceil((nameBytes + 1) / 4) * 4) return undefined;
    entries.push({ symbol: names.at(at + 8) ?? '', crc });
    at += next;
  }
  return undefined;
}

/** As the loader counts: each CRC needs a name that ends. More names than CRCs do no harm. */
export function hasMoreCrcsThanNames(crcs: Uint8Array, names: Uint8Array): boolean {
  let named = 0;
  for (const byte of names) if (byte === 0) named++;
  return Math.floor(crcs.length / 4) > named;
}

/**
 * The tables of CONFIG_EXTENDED_MODVERSIONS (6.14 and later): u32 CRCs, and as many NUL-terminated names
 * in the same order (scripts/mod/modpost.c:add_extended_versions).
 */
export function parseExtendedVersions(
  crcs: Uint8Array,
  names: Uint8Array,
  little: boolean,
  problems: Problem[],
): SymbolVersion[] {
  const view = viewOf(crcs);
  const table = new StringTable(names);
  const entries: SymbolVersion[] = [];
  let nameAt = 0;
  let at = 0;
  for (; at + 4 <= crcs.length && nameAt < names.length; at += 4) {
    entries.push({ symbol: table.at(nameAt) ?? '', crc: view.getUint32(at, little) });
    const nul = names.indexOf(0, nameAt);
    nameAt = nul < 0 ? names.length : nul + 1;
  }
  if (at !== crcs.length || nameAt !== names.length) {
    problems.push({ message: '__version_ext_crcs and __version_ext_names do not have the same number of entries.' });
  }
  return entries;
}
