/**
 * The inverse of xz's branch/call/jump filters, which turn relative branch targets into absolute ones
 * before compression. The kernel's build applies the one of its architecture to vmlinuz
 * (scripts/xz_wrap.sh); small xz decoders leave them out. Format: the .xz specification, section 5.3.2.
 * Each decodes `bytes` in place, which must be one whole block.
 */
export type BranchFilter = (bytes: Uint8Array, startOffset: number) => void;

/** By filter id of the .xz format. RISC-V (0x0B) and IA-64 (0x06) are not here. */
export const branchFilters: ReadonlyMap<number, { readonly name: string; readonly undo: BranchFilter }> = new Map([
  [0x04, { name: 'x86', undo: undoX86 }],
  [0x05, { name: 'powerpc', undo: undoPowerpc }],
  [0x07, { name: 'arm', undo: undoArm }],
  [0x08, { name: 'armthumb', undo: undoArmThumb }],
  [0x09, { name: 'sparc', undo: undoSparc }],
  [0x0a, { name: 'arm64', undo: undoArm64 }],
]);

/** For the 3-bit history of possible opcodes before an E8/E9: whether it may be converted, and which byte decides. */
const allowedHistory = [true, true, true, false, true, false, false, false] as const;
const decidingByte = [0, 1, 2, 2, 3, 3, 3, 3] as const;

function undoX86(bytes: Uint8Array, startOffset: number): void {
  const isSignByte = (byte: number) => byte === 0x00 || byte === 0xff;
  let history = 0;
  let previous = -1;
  for (let i = 0; i < bytes.length - 4; i++) {
    if (((bytes[i] ?? 0) & 0xfe) !== 0xe8) continue;
    const distance = i - previous;
    previous = i;
    if (distance > 3) history = 0;
    else {
      history = (history << (distance - 1)) & 7;
      if (history !== 0) {
        const byte = bytes[i + 4 - (decidingByte[history] ?? 0)] ?? 0;
        if (!allowedHistory[history] || isSignByte(byte)) {
          history = (history << 1) | 1;
          continue;
        }
      }
    }
    if (!isSignByte(bytes[i + 4] ?? 0)) {
      history = (history << 1) | 1;
      continue;
    }
    const target = relativeTarget(readU32(bytes, i + 1), startOffset + i + 5, history, isSignByte);
    writeU32(bytes, i + 1, (target & 0x01ffffff) | -(target & 0x01000000));
    i += 4;
  }
}

function relativeTarget(
  absolute: number,
  next: number,
  history: number,
  isSignByte: (byte: number) => boolean,
): number {
  let source = absolute;
  for (;;) {
    const target = (source - next) >>> 0;
    if (history === 0) return target;
    const shift = (decidingByte[history] ?? 0) * 8;
    if (!isSignByte((target >>> (24 - shift)) & 0xff)) return target;
    source = (target ^ (2 ** (32 - shift) - 1)) >>> 0;
  }
}

/** BL, condition "always": 24-bit word offset, the pc being 8 ahead. */
function undoArm(bytes: Uint8Array, startOffset: number): void {
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    if (bytes[i + 3] !== 0xeb) continue;
    const word = readU32(bytes, i);
    const target = ((word & 0xffffff) << 2) - (startOffset + i + 8);
    writeU32(bytes, i, 0xeb000000 | ((target >>> 2) & 0xffffff));
  }
}

/** BL as a pair of 16-bit instructions, the pc being 4 ahead. */
function undoArmThumb(bytes: Uint8Array, startOffset: number): void {
  for (let i = 0; i + 4 <= bytes.length; i += 2) {
    const high = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8);
    const low = (bytes[i + 2] ?? 0) | ((bytes[i + 3] ?? 0) << 8);
    if ((high & 0xf800) !== 0xf000 || (low & 0xf800) !== 0xf800) continue;
    const absolute = ((high & 0x7ff) << 12) | ((low & 0x7ff) << 1);
    const target = (absolute - (startOffset + i + 4)) >>> 1;
    writeU32(bytes, i, 0xf000 | ((target >>> 11) & 0x7ff) | ((0xf800 | (target & 0x7ff)) << 16));
    i += 2;
  }
}

/** BL (26-bit word offset) and ADRP (21-bit page offset within ±512 MiB). */
function undoArm64(bytes: Uint8Array, startOffset: number): void {
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const word = readU32(bytes, i);
    const pc = (startOffset + i) >>> 0;
    if (word >>> 26 === 0x25) {
      writeU32(bytes, i, 0x94000000 | ((word - (pc >>> 2)) & 0x03ffffff));
    } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      const page = ((word >>> 29) & 3) | ((word >>> 3) & 0x001ffffc);
      if (((page + 0x00020000) & 0x001c0000) !== 0) continue;
      const target = page - (pc >>> 12);
      writeU32(
        bytes,
        i,
        (word & 0x9000001f) |
          ((target & 3) << 29) |
          ((target & 0x0003fffc) << 3) |
          (-(target & 0x00020000) & 0x00e00000),
      );
    }
  }
}

/** `bl`, big-endian, AA=0 LK=1. */
function undoPowerpc(bytes: Uint8Array, startOffset: number): void {
  const view = viewOf(bytes);
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const word = view.getUint32(i);
    if ((word & 0xfc000003) >>> 0 !== 0x48000001) continue;
    view.setUint32(i, 0x48000001 | (((word & 0x03fffffc) - (startOffset + i)) & 0x03fffffc));
  }
}

/** `call`, big-endian, 30-bit word offset whose top bits all equal its sign. */
function undoSparc(bytes: Uint8Array, startOffset: number): void {
  const view = viewOf(bytes);
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const word = view.getUint32(i);
    if (word >>> 22 !== 0x100 && word >>> 22 !== 0x1ff) continue;
    const target = ((word << 2) - (startOffset + i)) >>> 2;
    view.setUint32(i, ((0x40000000 - (target & 0x400000)) | 0x40000000 | (target & 0x3fffff)) >>> 0);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
