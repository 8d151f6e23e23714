import type { Problem } from '../ports/parsed.ts';
import { decodeHeader, type ElfLayout, headerBytes, sectionHeaderBytes } from './raw-tables.ts';

/** `layout` is `undefined` where no class and byte order can be told, or the header does not fit into the file. */
export interface FoundLayout {
  readonly layout: ElfLayout | undefined;
  readonly problem: Problem | undefined;
}

const layouts: readonly ElfLayout[] = [
  { class: 64, endian: 'little' },
  { class: 32, endian: 'little' },
  { class: 64, endian: 'big' },
  { class: 32, endian: 'big' },
];

/**
 * The class and byte order of a file that starts with these bytes (up to 64). They stand in e_ident, which the loaders
 * of most architectures never look at (elf_check_arch compares e_machine): where another layout fits the header and
 * that of e_ident does not, the other one is how a kernel reads the file.
 */
export function layoutOf(start: Uint8Array): FoundLayout {
  const [elfClass, data] = [start[4], start[5]];
  const stated = layouts.find((one) => classByte(one) === elfClass && dataByte(one) === data);
  if (stated !== undefined && start.length < headerBytes(stated.class)) {
    return { layout: undefined, problem: cutOff(start, headerBytes(stated.class)) };
  }
  if (stated !== undefined && fits(start, stated)) return { layout: stated, problem: undefined };
  const fitting = layouts.filter((one) => start.length >= headerBytes(one.class) && fits(start, one));
  const [other] = fitting;
  const problem = wrongIdent(elfClass, data);
  if (other === undefined || fitting.length > 1) {
    // Then e_shentsize is wrong in every layout; what e_ident says is as good as any.
    return { layout: stated, problem: stated === undefined ? problem : undefined };
  }
  const read = `e_ident says ${stated === undefined ? 'neither' : `${stated.class}-bit, ${stated.endian}-endian`}, the header is ${other.class}-bit, ${other.endian}-endian, and is read so.`;
  return { layout: other, problem: problem ?? { message: read, offset: 4 } };
}

function classByte(layout: ElfLayout): number {
  return layout.class === 64 ? 2 : 1;
}

function dataByte(layout: ElfLayout): number {
  return layout.endian === 'little' ? 1 : 2;
}

/** e_shentsize, which the loader compares, is the size of a section header of this class. */
function fits(start: Uint8Array, layout: ElfLayout): boolean {
  return decodeHeader(start, layout).shentsize === sectionHeaderBytes(layout.class);
}

function cutOff(start: Uint8Array, needed: number): Problem {
  return {
    message: `The file ends inside the ELF header: ${start.length} of ${needed} bytes.`,
    offset: start.length,
  };
}

function wrongIdent(elfClass: number | undefined, data: number | undefined): Problem | undefined {
  if (elfClass === undefined || data === undefined) {
    return { message: 'The file ends inside the ELF header.', offset: 4 };
  }
  if (elfClass !== 1 && elfClass !== 2) {
    return { message: `The ELF class byte is ${elfClass}; it must be 1 (32-bit) or 2 (64-bit).`, offset: 4 };
  }
  return data === 1 || data === 2
    ? undefined
    : { message: `The ELF data byte is ${data}; it must be 1 (little-endian) or 2 (big-endian).`, offset: 5 };
}
