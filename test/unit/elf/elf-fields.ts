import type { SectionSpec, SymbolSpec } from './elf-builder.ts';

/** Offsets of strings in a NUL-led string table. */
export class StringPool {
  #text = '\0';

  add(name: string): number {
    const at = this.#text.length;
    this.#text += `${name}\0`;
    return at;
  }

  bytes(): Uint8Array {
    return ascii(this.#text);
  }
}

/** Encodes the records of one class and byte order. */
export class FieldWriter {
  readonly wordBytes: 4 | 8;
  readonly #little: boolean;

  constructor(wordSize: 32 | 64, endian: 'little' | 'big') {
    this.wordBytes = wordSize === 64 ? 8 : 4;
    this.#little = endian === 'little';
  }

  u16(value: number): Uint8Array {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, this.#little);
    return bytes;
  }

  u32(value: number): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, this.#little);
    return bytes;
  }

  word(value: number): Uint8Array {
    if (this.wordBytes === 4) return this.u32(value);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), this.#little);
    return bytes;
  }

  header(type: number, machine: number, shoff: number, count: number): Uint8Array {
    const wide = this.wordBytes === 8;
    const ident = Uint8Array.of(
      0x7f,
      0x45,
      0x4c,
      0x46,
      wide ? 2 : 1,
      this.#little ? 1 : 2,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    return concat([
      ident,
      this.u16(type),
      this.u16(machine),
      this.u32(1),
      this.word(0),
      this.word(0),
      this.word(shoff),
      this.u32(0),
      ...[wide ? 64 : 52, 0, 0, wide ? 64 : 40, count, count - 1].map((value) => this.u16(value)),
    ]);
  }

  section(name: number, spec: SectionSpec, offset: number, length: number): Uint8Array {
    return concat([
      this.u32(name),
      this.u32(spec.type ?? 1),
      this.word(spec.flags ?? 2),
      this.word(0),
      this.word(offset),
      this.word(spec.size ?? length),
      this.u32(spec.link ?? 0),
      this.u32(spec.info ?? 0),
      this.word(8),
      this.word(spec.entsize ?? 0),
    ]);
  }

  symbol(name: number, spec: SymbolSpec, shndx: number): Uint8Array {
    const info = Uint8Array.of(((spec.binding ?? 1) << 4) | (spec.type ?? 0), 0);
    const value = this.word(spec.value ?? 0);
    const size = this.word(spec.size ?? 0);
    return this.wordBytes === 8
      ? concat([this.u32(name), info, this.u16(shndx), value, size])
      : concat([this.u32(name), value, size, info, this.u16(shndx)]);
  }

  /** An absolute relocation of type 1: RELA on 64-bit, REL on 32-bit. */
  relocation(offset: number, symbol: number): Uint8Array {
    if (this.wordBytes === 4) return concat([this.u32(offset), this.u32(symbol * 256 + 1)]);
    const info = this.#little ? [this.u32(1), this.u32(symbol)] : [this.u32(symbol), this.u32(1)];
    return concat([this.word(offset), ...info, this.word(0)]);
  }
}

export function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, length));
  return result;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
