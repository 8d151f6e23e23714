import { type Architecture, type ArchitectureName, architectures } from '../architecture.ts';
import { type PayloadFormat, payloadFormatAt } from './payload-format.ts';

/** What the first bytes of a file say that it is. */
export type ImageContainer =
  /** A vmlinux (or another ELF file). */
  | { readonly kind: 'elf' }
  /** The whole file is packed: Image.gz and its like. */
  | { readonly kind: 'packed'; readonly format: PayloadFormat }
  /** Packed data at a place that the header tells. */
  | {
      readonly kind: 'located';
      readonly name: 'bzImage' | 'EFI zboot image';
      readonly start: number;
      readonly end: number;
    }
  /** The kernel behind a header of this length, which is not part of it: U-Boot's legacy uImage. */
  | { readonly kind: 'wrapped'; readonly name: 'uImage'; readonly start: number }
  /** Packed data somewhere, and this is what comes out when it is no ELF file. */
  | {
      readonly kind: 'self-extracting';
      readonly name: 'zImage' | 's390 bzImage';
      readonly architecture: Architecture;
      readonly littleEndian: boolean;
    }
  /** The kernel itself. */
  | {
      readonly kind: 'flat';
      readonly name: 'Image';
      readonly architecture: Architecture;
      readonly littleEndian: boolean;
    };

/** Recognises a kernel image by its header; `undefined` for one that says nothing of itself. */
export function imageContainer(bytes: Uint8Array): ImageContainer | undefined {
  if (startsWith(bytes, 0, [0x7f, 0x45, 0x4c, 0x46])) return { kind: 'elf' };
  return x86(bytes) ?? zboot(bytes) ?? flat(bytes) ?? selfExtracting(bytes) ?? uImage(bytes) ?? packed(bytes);
}

/** Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, "HdrS" at 0x202, payload_offset at 0x248 since protocol 2.08. */
function x86(bytes: Uint8Array): ImageContainer | undefined {
  if (!startsWith(bytes, 0x202, [0x48, 0x64, 0x72, 0x53])) return undefined;
  const setupSectors = bytes[0x1f1] || 4;
  const start = (setupSectors + 1) * 512 + u32(bytes, 0x248);
  return { kind: 'located', name: 'bzImage', start, end: start + u32(bytes, 0x24c) };
}

/** drivers/firmware/efi/libstub/zboot-header.S: "MZ", "zimg", offset and size of the payload. */
function zboot(bytes: Uint8Array): ImageContainer | undefined {
  if (!startsWith(bytes, 0, [0x4d, 0x5a]) || !startsWith(bytes, 4, [0x7a, 0x69, 0x6d, 0x67])) return undefined;
  const start = u32(bytes, 8);
  return { kind: 'located', name: 'EFI zboot image', start, end: start + u32(bytes, 12) };
}

/** arm64 booting.rst, riscv boot-image-header.rst; loongarch has a PE header only. */
function flat(bytes: Uint8Array): ImageContainer | undefined {
  const isBig = ((bytes[0x18] ?? 0) & 1) !== 0;
  if (startsWith(bytes, 0x38, [0x41, 0x52, 0x4d, 0x64])) return flatOf('arm64', !isBig);
  if (startsWith(bytes, 0x38, [0x52, 0x53, 0x43, 0x05])) {
    return flatOf(peMachine(bytes) === 0x5032 ? 'riscv32' : 'riscv64', !isBig);
  }
  if (peMachine(bytes) === 0x6264) return flatOf('loongarch64', true);
  return undefined;
}

function selfExtracting(bytes: Uint8Array): ImageContainer | undefined {
  if (startsWith(bytes, 0x24, [0x18, 0x28, 0x6f, 0x01])) {
    // 0x04030201 at 0x30, in the kernel's own byte order (arch/arm/boot/compressed/head.S).
    const littleEndian = !startsWith(bytes, 0x30, [0x04, 0x03, 0x02, 0x01]);
    return { kind: 'self-extracting', name: 'zImage', architecture: architectures.arm, littleEndian };
  }
  if (startsWith(bytes, 0x10008, [0x53, 0x33, 0x39, 0x30, 0x45, 0x50])) {
    return { kind: 'self-extracting', name: 's390 bzImage', architecture: architectures.s390x, littleEndian: false };
  }
  return undefined;
}

function uImage(bytes: Uint8Array): ImageContainer | undefined {
  return startsWith(bytes, 0, [0x27, 0x05, 0x19, 0x56]) ? { kind: 'wrapped', name: 'uImage', start: 64 } : undefined;
}

function packed(bytes: Uint8Array): ImageContainer | undefined {
  const format = payloadFormatAt(bytes, 0);
  return format && { kind: 'packed', format };
}

function flatOf(name: ArchitectureName, littleEndian: boolean): ImageContainer {
  return { kind: 'flat', name: 'Image', architecture: architectures[name], littleEndian };
}

function peMachine(bytes: Uint8Array): number | undefined {
  const at = u32(bytes, 0x3c);
  if (!startsWith(bytes, 0, [0x4d, 0x5a]) || !startsWith(bytes, at, [0x50, 0x45, 0x00, 0x00])) return undefined;
  return (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8);
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}
