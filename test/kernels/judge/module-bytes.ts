/**
 * Edits bytes of a built 64-bit little-endian module. Deliberately shares nothing with the readers under test:
 * offsets are those of the ELF specification.
 */
export class ModuleBytes {
  readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes);
  }

  get sectionCount(): number {
    return this.bytes.readUInt16LE(60);
  }

  get sectionTable(): number {
    return Number(this.bytes.readBigUInt64LE(40));
  }

  /** File offset of section header `index`. */
  header(index: number): number {
    return this.sectionTable + index * 64;
  }

  get nameTableIndex(): number {
    return this.bytes.readUInt16LE(62);
  }

  offsetOf(index: number): number {
    return Number(this.bytes.readBigUInt64LE(this.header(index) + 24));
  }

  sizeOf(index: number): number {
    return Number(this.bytes.readBigUInt64LE(this.header(index) + 32));
  }

  nameOffset(index: number): number {
    return this.bytes.readUInt32LE(this.header(index));
  }

  sectionName(index: number): string {
    return this.#text(this.offsetOf(this.nameTableIndex) + this.nameOffset(index));
  }

  /** Index of the section called `name`; throws when there is none, since the case would prove nothing. */
  section(name: string): number {
    for (let index = 1; index < this.sectionCount; index++) if (this.sectionName(index) === name) return index;
    throw new Error(`no section ${name}`);
  }

  hasSection(name: string): boolean {
    for (let index = 1; index < this.sectionCount; index++) if (this.sectionName(index) === name) return true;
    return false;
  }

  setFlags(index: number, change: (flags: number) => number): void {
    const at = this.header(index) + 8;
    this.bytes.writeUInt32LE(change(this.bytes.readUInt32LE(at)) >>> 0, at);
  }

  /** Changes a section's name in place; both names have the same length. */
  renameSection(from: string, to: string): void {
    if (from.length !== to.length) throw new Error('a renamed section keeps its length');
    const at = this.offsetOf(this.nameTableIndex) + this.nameOffset(this.section(from));
    this.bytes.write(to, at, 'latin1');
  }

  /** Offset of a `key=` entry of `.modinfo`. */
  modinfo(key: string): { offset: number; length: number } {
    const index = this.section('.modinfo');
    const end = this.offsetOf(index) + this.sizeOf(index);
    for (let at = this.offsetOf(index); at < end; ) {
      const text = this.#text(at);
      if (text.startsWith(`${key}=`)) return { offset: at, length: text.length };
      at += text.length + 1;
    }
    throw new Error(`no ${key}= in .modinfo`);
  }

  /** Replaces a whole entry; what is left of the old one becomes NULs, which the kernel skips. */
  setModinfo(key: string, entry: string): void {
    const { offset, length } = this.modinfo(key);
    if (entry.length > length) throw new Error(`${entry} does not fit over ${key}=`);
    this.bytes.fill(0, offset, offset + length);
    this.bytes.write(entry, offset, 'latin1');
  }

  /** The value of a `.modinfo` entry. */
  modinfoValue(key: string): string {
    return this.#text(this.modinfo(key).offset).slice(key.length + 1);
  }

  /** Offset of the 64-byte record of `symbol` in `__versions`. */
  versionRecord(symbol: string): number {
    const index = this.section('__versions');
    for (let at = this.offsetOf(index); at < this.offsetOf(index) + this.sizeOf(index); at += 64) {
      if (this.#text(at + 8) === symbol) return at;
    }
    throw new Error(`no ${symbol} in __versions`);
  }

  hasVersion(symbol: string): boolean {
    try {
      this.versionRecord(symbol);
      return true;
    } catch {
      return false;
    }
  }

  flipCrc(symbol: string): void {
    const at = this.versionRecord(symbol);
    this.bytes.writeUInt32LE((this.bytes.readUInt32LE(at) ^ 0x00ff00ff) >>> 0, at);
  }

  /** Renames the record, so that the symbol is not found in the table. */
  dropVersion(symbol: string): void {
    this.bytes.write('~', this.versionRecord(symbol) + 8, 'latin1');
  }

  get #symtab(): number {
    return this.#sectionOfType(2);
  }

  #sectionOfType(type: number): number {
    for (let index = 1; index < this.sectionCount; index++) {
      if (this.bytes.readUInt32LE(this.header(index) + 4) === type) return index;
    }
    throw new Error(`no section of type ${type}`);
  }

  get symtab(): number {
    return this.#symtab;
  }

  get strtab(): number {
    return this.bytes.readUInt32LE(this.header(this.#symtab) + 40);
  }

  /** File offset of the 24-byte symbol called `name`. */
  symbol(name: string): number {
    const strings = this.offsetOf(this.strtab);
    const start = this.offsetOf(this.#symtab);
    for (let at = start; at < start + this.sizeOf(this.#symtab); at += 24) {
      if (this.#text(strings + this.bytes.readUInt32LE(at)) === name) return at;
    }
    throw new Error(`no symbol ${name}`);
  }

  /** Changes a symbol's name in place. Its string must not be shared; the length stays. */
  renameSymbol(from: string, to: string): void {
    if (from.length !== to.length) throw new Error('a renamed symbol keeps its length');
    this.bytes.write(to, this.offsetOf(this.strtab) + this.bytes.readUInt32LE(this.symbol(from)), 'latin1');
  }

  /** Sets the relocation type of the first entry of a `.rela` section. */
  setRelocationType(sectionName: string, type: number): void {
    this.bytes.writeUInt32LE(type, this.offsetOf(this.section(sectionName)) + 8);
  }

  /** Changes the first entry of a `.rela` section that has type `from`. */
  changeRelocationType(sectionName: string, from: number, to: number): void {
    const index = this.section(sectionName);
    const end = this.offsetOf(index) + this.sizeOf(index);
    for (let at = this.offsetOf(index); at < end; at += 24) {
      if (this.bytes.readUInt32LE(at + 8) !== from) continue;
      this.bytes.writeUInt32LE(to, at + 8);
      return;
    }
    throw new Error(`no relocation of type ${from} in ${sectionName}`);
  }

  /** Makes the first entry of a `.rela` section one of this type, for this symbol. */
  pointRelocationAt(sectionName: string, symbol: string, type: number): void {
    const at = this.offsetOf(this.section(sectionName));
    const index = (this.symbol(symbol) - this.offsetOf(this.#symtab)) / 24;
    this.bytes.writeUInt32LE(type, at + 8);
    this.bytes.writeUInt32LE(index, at + 12);
  }

  setAddend(sectionName: string, addend: bigint): void {
    this.bytes.writeBigInt64LE(addend, this.offsetOf(this.section(sectionName)) + 16);
  }

  /** Gives a symbol that no relocation uses a fixed value (SHN_ABS). */
  makeAbsolute(symbol: string, value: bigint): void {
    this.bytes.writeUInt16LE(0xfff1, this.symbol(symbol) + 6);
    this.bytes.writeBigUInt64LE(value, this.symbol(symbol) + 8);
  }

  /** The name inside `struct module`. */
  setStructModuleName(to: string): void {
    const name = this.modinfoValue('name');
    const at = this.bytes.indexOf(
      Buffer.from(`${name}\0`, 'latin1'),
      this.offsetOf(this.section('.gnu.linkonce.this_module')),
    );
    if (at < 0 || to.length > name.length) throw new Error('struct module has no such name');
    this.bytes.fill(0, at, at + name.length);
    this.bytes.write(to, at, 'latin1');
  }

  #text(at: number): string {
    return this.bytes.toString('latin1', at, this.bytes.indexOf(0, at));
  }
}
