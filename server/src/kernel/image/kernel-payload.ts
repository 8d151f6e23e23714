import { SHF_ALLOC, SHT_NOBITS } from '../../elf/constants.ts';
import { readAsync } from '../../elf/drivers.ts';
import type { ElfFile } from '../../elf/elf-file.ts';
import { readElf } from '../../elf/read-elf.ts';
import { limits } from '../../limits.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { Parsed, Problem } from '../../ports/parsed.ts';
import { type Architecture, architectures } from '../architecture.ts';

/** A stretch of the kernel's memory as it lies in the image. */
export interface PayloadSection {
  /** '' in an image without section headers. */
  readonly name: string;
  /** The low 32 bits of its link address (of its offset, in an image without headers): no kernel is larger than 2 GiB. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The kernel itself, unpacked: an ELF vmlinux with sections, or its memory as one block. */
export interface KernelPayload {
  readonly kind: 'elf' | 'flat';
  readonly architecture: Architecture | undefined;
  readonly littleEndian: boolean;
  readonly wordBytes: 4 | 8;
  readonly sections: readonly PayloadSection[];
}

/** A kernel whose memory lies in the image as it will lie in memory (arm64 Image, the inside of a zImage). */
export function flatPayload(bytes: Uint8Array, architecture: Architecture, littleEndian: boolean): KernelPayload {
  const wordBytes = architecture.class === 64 ? 8 : 4;
  return { kind: 'flat', architecture, littleEndian, wordBytes, sections: [{ name: '', address: 0, bytes }] };
}

/** Reads the allocated sections of a vmlinux; debug sections, often hundreds of megabytes, are left alone. */
export async function elfPayload(source: ByteSource): Promise<Parsed<KernelPayload | undefined>> {
  const { value: elf, problems: elfProblems } = await readAsync(source, readElf(source.sizeBytes));
  if (elf === undefined) return { value: undefined, problems: elfProblems };
  const problems: Problem[] = [...elfProblems];
  const littleEndian = elf.header.endian === 'little';
  const addresses = await lowAddresses(source, elf, littleEndian);
  const sections: PayloadSection[] = [];
  let total = 0;
  for (const section of elf.sections) {
    if ((section.flags & SHF_ALLOC) === 0 || section.type === SHT_NOBITS || section.size === 0) continue;
    if (!(section.offset + section.size <= source.sizeBytes)) {
      problems.push({ message: `Section ${section.name} does not lie inside the file: the file is cut off.` });
      continue;
    }
    total += section.size;
    if (total > limits.kernelImageBytes) {
      problems.push({ message: `The kernel has more than ${limits.kernelImageBytes} bytes; the rest is not read.` });
      break;
    }
    const bytes = new Uint8Array(section.size);
    await source.read(section.offset, bytes);
    sections.push({ name: section.name, address: addresses[section.index] ?? 0, bytes });
  }
  const wordBytes = elf.header.class === 64 ? 8 : 4;
  const architecture = architectureOf(elf);
  return { value: { kind: 'elf', architecture, littleEndian, wordBytes, sections }, problems };
}

export function sectionNamed(payload: KernelPayload, name: string): PayloadSection | undefined {
  return payload.sections.find((section) => section.name === name);
}

export function viewOfSection(section: PayloadSection): DataView {
  return new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.length);
}

function architectureOf(elf: ElfFile): Architecture | undefined {
  const { machine, class: elfClass } = elf.header;
  return Object.values(architectures).find((known) => known.machine === machine && known.class === elfClass);
}

/** `sh_addr` modulo 2^32: kernel addresses exceed what a JS number holds exactly. */
async function lowAddresses(source: ByteSource, elf: ElfFile, littleEndian: boolean): Promise<number[]> {
  const wide = elf.header.class === 64;
  const entryBytes = wide ? 64 : 40;
  const at = wide ? (littleEndian ? 16 : 20) : 12;
  const table = new Uint8Array(elf.sections.length * entryBytes);
  await source.read(elf.header.shoff, table);
  const view = new DataView(table.buffer);
  return elf.sections.map((_, index) => view.getUint32(index * entryBytes + at, littleEndian));
}
