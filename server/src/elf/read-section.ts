import { layoutOf } from './layout.ts';
import { headerBytes, sectionHeaderBytes, uint64, viewOf } from './raw-tables.ts';
import type { Reading } from './reading.ts';

/** More sections than e_shnum can say are numbered in another way. */
const fewSections = 0xff00;
/** Names of real modules' sections take some hundred bytes. */
const mostNameBytes = 1024 * 1024;

/**
 * The bytes of the one section of that name, by the few ranges that lead to it. `undefined` for whatever is not quite regular (no
 * such section, two of them, numbers that lead out of the file): the reading of the whole module tells what it is.
 * @param name ASCII.
 */
export function* readSection(name: string, mostBytes: number): Reading<Uint8Array | undefined> {
  const start = yield { offset: 0, length: 64 };
  if (start.length < 64 || viewOf(start).getUint32(0) !== 0x7f454c46) return undefined;
  const { layout, problem } = layoutOf(start);
  if (layout === undefined || problem !== undefined) return undefined;
  const wide = layout.class === 64;
  const little = layout.endian === 'little';
  const header = viewOf(start);
  const entryBytes = sectionHeaderBytes(layout.class);
  const tail = headerBytes(layout.class) - 6;
  const count = header.getUint16(tail + 2, little);
  const namesIndex = header.getUint16(tail + 4, little);
  if (header.getUint16(tail, little) !== entryBytes || count >= fewSections || namesIndex >= count) return undefined;
  const tableAt = wide ? uint64(header, 40, little) : header.getUint32(32, little);
  const table = yield { offset: tableAt, length: count * entryBytes };
  if (table.length < count * entryBytes) return undefined;
  const view = viewOf(table);
  const word = (index: number, at32: number) => {
    const at = index * entryBytes + (wide ? at32 * 2 - 8 : at32);
    return wide ? uint64(view, at, little) : view.getUint32(at, little);
  };
  const offsetOf = (index: number) => word(index, 16);
  const sizeOf = (index: number) => word(index, 20);
  if (sizeOf(namesIndex) > mostNameBytes) return undefined;
  const names = yield { offset: offsetOf(namesIndex), length: sizeOf(namesIndex) };
  if (names.length < sizeOf(namesIndex)) return undefined;
  let found = 0;
  for (let index = 1; index < count; index++) {
    if (!isNamed(names, view.getUint32(index * entryBytes, little), name)) continue;
    if (found !== 0) return undefined;
    found = index;
  }
  if (found === 0 || sizeOf(found) > mostBytes) return undefined;
  const bytes = yield { offset: offsetOf(found), length: sizeOf(found) };
  return bytes.length === sizeOf(found) ? bytes : undefined;
}

function isNamed(names: Uint8Array, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (names[at + i] !== name.charCodeAt(i)) return false;
  return names[at + name.length] === 0;
}
