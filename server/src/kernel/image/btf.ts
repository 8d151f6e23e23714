import type { Parsed } from '../../ports/parsed.ts';
import { ascii, offsetsOfBytes } from './byte-search.ts';
import type { KernelPayload } from './kernel-payload.ts';

/**
 * Size in bytes that BTF gives for `struct NAME`, `undefined` when it describes none.
 * Format: include/uapi/linux/btf.h; either byte order. Every length is checked before it is used; a damaged
 * table ends the reading with a problem.
 */
export function structSizeFromBtf(bytes: Uint8Array, name: string): Parsed<number | undefined> {
  const table = tableOf(bytes);
  if (typeof table === 'string') return { value: undefined, problems: [{ message: table }] };
  const { view, littleEndian, typesAt, typesEnd, strings } = table;
  const wanted = nameOffsets(strings, name);
  for (let at = typesAt; at + 12 <= typesEnd; ) {
    const info = view.getUint32(at + 4, littleEndian);
    const kind = (info >>> 24) & 0x1f;
    const members = info & 0xffff;
    const extra = extraBytes(kind, members);
    if (extra === undefined) {
      return {
        value: undefined,
        problems: [{ message: `BTF type kind ${kind} is not known; the rest is not read.`, offset: at }],
      };
    }
    if (kind === kindStruct && wanted.has(view.getUint32(at, littleEndian))) {
      return { value: view.getUint32(at + 8, littleEndian), problems: [] };
    }
    at += 12 + extra;
  }
  return { value: undefined, problems: [] };
}

/** The BTF of a kernel: its `.BTF` section, or what looks like one in an image without section headers. */
export function findBtf(payload: KernelPayload): Uint8Array | undefined {
  if (payload.kind === 'elf') return payload.sections.find((section) => section.name === '.BTF')?.bytes;
  const magic = payload.littleEndian ? '\x9f\xeb\x01\x00\x18\x00\x00\x00' : '\xeb\x9f\x01\x00\x00\x00\x00\x18';
  for (const { bytes } of payload.sections) {
    for (const offset of offsetsOfBytes(bytes, ascii(magic), 16)) {
      const candidate = bytes.subarray(offset);
      if (typeof tableOf(candidate) !== 'string') return candidate;
    }
  }
  return undefined;
}

const kindStruct = 4;

interface Table {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly typesAt: number;
  readonly typesEnd: number;
  readonly strings: Uint8Array;
}

function tableOf(bytes: Uint8Array): Table | string {
  if (bytes.length < 24) return 'The BTF header is cut off.';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const littleEndian = bytes[0] === 0x9f;
  if (view.getUint16(0, littleEndian) !== 0xeb9f) return 'The BTF data does not start with its magic number.';
  const [headerBytes, typeOffset, typeBytes, stringOffset, stringBytes] = [4, 8, 12, 16, 20].map((at) =>
    view.getUint32(at, littleEndian),
  ) as [number, number, number, number, number];
  const typesAt = headerBytes + typeOffset;
  const stringsAt = headerBytes + stringOffset;
  if (headerBytes < 24 || typesAt + typeBytes > bytes.length || stringsAt + stringBytes > bytes.length) {
    return 'The BTF types or strings do not lie inside the BTF data: it is cut off or damaged.';
  }
  const strings = bytes.subarray(stringsAt, stringsAt + stringBytes);
  if (strings[0] !== 0 || strings.at(-1) !== 0) return 'The BTF strings do not start and end with NUL.';
  return { view, littleEndian, typesAt, typesEnd: typesAt + typeBytes, strings };
}

/** Offsets at which `name` stands as a whole string (it may also be the tail of a longer one). */
function nameOffsets(strings: Uint8Array, name: string): ReadonlySet<number> {
  return new Set(offsetsOfBytes(strings, ascii(`${name}\0`), 4096));
}

/** Bytes that follow the common 12 of a type; `undefined` for a kind that is not known (so its size is not either). */
function extraBytes(kind: number, members: number): number | undefined {
  switch (kind) {
    case 1: // INT
    case 14: // VAR
    case 17: // DECL_TAG
      return 4;
    case 3: // ARRAY
      return 12;
    case kindStruct:
    case 5: // UNION
    case 15: // DATASEC
    case 19: // ENUM64
      return members * 12;
    case 6: // ENUM
    case 13: // FUNC_PROTO
      return members * 8;
    case 2: // PTR
    case 7: // FWD
    case 8: // TYPEDEF
    case 9: // VOLATILE
    case 10: // CONST
    case 11: // RESTRICT
    case 12: // FUNC
    case 16: // FLOAT
    case 18: // TYPE_TAG
      return 0;
    default:
      return undefined;
  }
}
