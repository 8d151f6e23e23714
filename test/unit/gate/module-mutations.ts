/** Damages modules where it matters: one field of one table that a loader reads, at a time. */
import { readBytes } from '../../../server/src/elf/drivers.ts';
import { readElf } from '../../../server/src/elf/read-elf.ts';
import { signatureMarker as marker } from '../../../server/src/module/signature-trailer.ts';
import { ElfMutator, writeText } from './elf-mutations.ts';

const modinfoKeys = [
  'license',
  'vermagic',
  'name',
  'livepatch',
  'import_ns',
  'depends',
  'retpoline',
  'intree',
  'staging',
  'test',
];
const modinfoValues = ['GPL', 'MIT', 'Proprietary', 'module:x', '', 'lve'];

/** The kinds of damage; each is drawn as often as it stands here. */
export const damages = [
  'header',
  'section-field',
  'section-field',
  'section-field',
  'section-name',
  'section-name',
  'relocation',
  'relocation',
  'relocation',
  'relocated-place',
  'symbol',
  'symbol',
  'symbol',
  'symbol-name',
  'modinfo',
  'modinfo',
  'versions',
  'versions',
  'this-module',
  'exports',
  'btf',
  'signature',
  'anywhere',
  'length',
] as const;
export type Damage = (typeof damages)[number];

/** Makes damaged copies of one module; the same seed makes the same copies. */
export class ModuleMutator extends ElfMutator {
  readonly #original: Uint8Array;
  /** Offset of the signature, or the file's length. */
  readonly #signatureAt: number;

  constructor(original: Uint8Array, seed: number) {
    const signatureAt = signatureStart(original);
    const { value } = readBytes(original, readElf(signatureAt));
    if (value === undefined) throw new Error('no ELF file');
    super(value, seed);
    this.#original = original;
    this.#signatureAt = signatureAt;
  }

  /** A copy with one fault, or with two. */
  mutate(): { readonly bytes: Uint8Array; readonly damage: Damage } {
    const bytes = this.#original.slice();
    const damage = this.pick(damages);
    const twice = this.next() % 8 === 0;
    let result = this.#damage(bytes, damage);
    if (twice) result = this.#damage(result, damage);
    return { bytes: result, damage };
  }

  #damage(bytes: Uint8Array, damage: Damage): Uint8Array {
    switch (damage) {
      case 'header':
        this.setByte(bytes, this.next() % 64);
        return bytes;
      case 'section-field':
        this.sectionField(bytes);
        return bytes;
      case 'section-name':
        this.sectionName(bytes);
        return bytes;
      case 'relocation':
        this.relocation(bytes);
        return bytes;
      case 'relocated-place':
        this.relocatedPlace(bytes);
        return bytes;
      case 'symbol':
        this.symbol(bytes);
        return bytes;
      case 'symbol-name':
        this.symbolName(bytes);
        return bytes;
      case 'modinfo':
        this.#modinfo(bytes);
        return bytes;
      case 'versions':
        this.#versions(bytes);
        return bytes;
      case 'this-module':
        this.within(bytes, '.gnu.linkonce.this_module', 96);
        return bytes;
      case 'exports':
        this.within(
          bytes,
          this.pick(['__ksymtab', '__ksymtab_gpl', '__kcrctab', '__kcrctab_gpl', '__ksymtab_strings']),
        );
        return bytes;
      case 'btf':
        this.#btf(bytes);
        return bytes;
      case 'signature':
        return this.#signature(bytes);
      case 'anywhere':
        this.setByte(bytes, this.next() % bytes.length);
        return bytes;
      case 'length':
        return this.#length(bytes);
    }
  }

  #modinfo(bytes: Uint8Array): void {
    const section = this.elf.sections.find(({ name }) => name === '.modinfo');
    if (section === undefined || section.size === 0) return;
    const at = section.offset + (this.next() % section.size);
    const start = Math.max(section.offset, bytes.lastIndexOf(0, at) + 1);
    const end = bytes.indexOf(0, start);
    const equals = bytes.indexOf(0x3d, start);
    switch (this.next() % 4) {
      case 0:
        this.setByte(bytes, at);
        return;
      case 1: {
        const key = this.pick(modinfoKeys);
        if (start + key.length + 1 <= end) writeText(bytes, start, `${key}=`);
        return;
      }
      case 2: {
        const value = this.pick(modinfoValues);
        if (equals > 0 && equals + 1 + value.length <= end) writeText(bytes, equals + 1, `${value}\0`);
        return;
      }
      default:
        // The entry is gone.
        bytes.fill(0, start, Math.max(start, end));
    }
  }

  #versions(bytes: Uint8Array): void {
    const section = this.elf.sections.find(({ name }) => name === '__versions');
    if (section === undefined || section.size < 64) return;
    const count = Math.floor(section.size / 64);
    const at = section.offset + (this.next() % count) * 64;
    const other = section.offset + (this.next() % count) * 64;
    switch (this.next() % 4) {
      case 0:
        this.setByte(bytes, at + (this.next() % 8));
        return;
      case 1:
        this.setByte(bytes, at + (this.next() % 64));
        return;
      case 2:
        bytes.copyWithin(at, other, other + 64);
        return;
      default:
        bytes.fill(0, at, at + 64);
    }
  }

  #btf(bytes: Uint8Array): void {
    const section = this.elf.sections.find(({ name }) => name === '.BTF');
    if (section === undefined) return;
    if (this.next() % 3 === 0) {
      this.setByte(bytes, section.offset + section.size - 1);
      return;
    }
    const at = section.offset + (this.next() % 6) * 4;
    if (this.next() % 2 === 0) this.setByte(bytes, at + (this.next() % 4));
    else this.setNumber(bytes, at, 4, [0, 24, section.size]);
  }

  #signature(bytes: Uint8Array): Uint8Array {
    const at = this.#signatureAt;
    const bytesLeft = bytes.length - at;
    if (bytesLeft === 0) {
      // As if it had been signed, with nothing or with rubbish before the marker.
      const more = new Uint8Array(bytes.length + (this.next() % 48) + marker.length);
      more.set(bytes);
      writeText(more, more.length - marker.length, marker);
      return more;
    }
    const place = this.next() % 4;
    const tail = bytes.length - marker.length;
    if (place === 0) this.setByte(bytes, tail - 12 + (this.next() % 12));
    else if (place === 1) this.setByte(bytes, at + (this.next() % Math.min(120, bytesLeft)));
    else if (place === 2) this.setByte(bytes, at + (this.next() % bytesLeft));
    else return bytes.slice(0, this.pick([at, tail, bytes.length - 1]));
    return bytes;
  }

  #length(bytes: Uint8Array): Uint8Array {
    const cut = this.pick([bytes.length - 1, this.#signatureAt, this.next() % bytes.length, this.#signatureAt - 8]);
    if (this.next() % 2 === 0) return bytes.slice(0, Math.max(0, cut));
    const longer = new Uint8Array(bytes.length + 1 + (this.next() % 64));
    longer.set(bytes);
    return longer;
  }
}

function signatureStart(bytes: Uint8Array): number {
  const tail = bytes.length - marker.length;
  if (tail < 12 || !Array.from(marker).every((char, at) => bytes[tail + at] === char.charCodeAt(0)))
    return bytes.length;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(tail - 4, false);
  return length <= tail - 12 ? tail - 12 - length : bytes.length;
}
