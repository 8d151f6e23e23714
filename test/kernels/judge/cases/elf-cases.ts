import { edited, type JudgeCase, SHF_ALLOC, SHF_WRITE } from '../judge-case.ts';
import type { ModuleBytes } from '../module-bytes.ts';

const thisModule = '.gnu.linkonce.this_module';

function edit(id: string, change: (module: ModuleBytes) => void): JudgeCase {
  return edited(id, 'judge_plain', change);
}

function cut(id: string, length: (sizeBytes: number) => number): JudgeCase {
  return {
    id,
    underSigEnforce: true,
    make: (kit) => {
      const bytes = kit.built('judge_plain');
      return bytes.subarray(0, length(bytes.length));
    },
  };
}

const u16 = (module: ModuleBytes, at: number, value: number) => module.bytes.writeUInt16LE(value, at);
const u32 = (module: ModuleBytes, at: number, value: number) => module.bytes.writeUInt32LE(value, at);
const u64 = (module: ModuleBytes, at: number, value: bigint) => module.bytes.writeBigUInt64LE(value, at);
const lastNameByte = (module: ModuleBytes) =>
  module.offsetOf(module.nameTableIndex) + module.sizeOf(module.nameTableIndex) - 1;

/** A second section of the name of `name`, not allocated, by pointing a harmless section's name at it. */
function double(module: ModuleBytes, name: string): void {
  u32(module, module.header(module.section('.comment')), module.nameOffset(module.section(name)));
}

export const elfCases: readonly JudgeCase[] = [
  cut('file-empty', () => 0),
  cut('file-10-bytes', () => 10),
  cut('file-63-bytes', () => 63),
  cut('file-header-only', () => 64),
  cut('file-half', (size) => size >> 1),
  cut('file-one-byte-short', (size) => size - 1),
  { id: 'file-zeros', make: (kit) => Buffer.alloc(kit.built('judge_plain').length) },
  { id: 'file-text', make: () => Buffer.from('#!/bin/sh\n'.repeat(20)) },
  edit('header-magic', (module) => u16(module, 0, 0)),
  edit('header-class', (module) => module.bytes.writeUInt8(1, 4)),
  edit('header-byte-order', (module) => module.bytes.writeUInt8(2, 5)),
  edit('header-class-and-byte-order', (module) => u16(module, 4, 0x0201)),
  edit('header-class-unknown', (module) => module.bytes.writeUInt8(7, 4)),
  edit('header-byte-order-unknown', (module) => module.bytes.writeUInt8(0, 5)),
  edit('header-type', (module) => u16(module, 16, 3)),
  edit('header-machine', (module) => u16(module, 18, 8)),
  edit('header-shentsize', (module) => u16(module, 58, 40)),
  edit('header-shoff', (module) => u64(module, 40, BigInt(module.bytes.length + 4096))),
  edit('header-shnum-large', (module) => u16(module, 60, 0xff00)),
  edit('header-shnum-zero', (module) => u16(module, 60, 0)),
  edit('header-shstrndx-zero', (module) => u16(module, 62, 0)),
  edit('header-shstrndx-beyond', (module) => u16(module, 62, module.sectionCount)),
  edit('names-not-strtab', (module) => u32(module, module.header(module.nameTableIndex) + 4, 1)),
  edit('names-not-terminated', (module) => module.bytes.writeUInt8(0x78, lastNameByte(module))),
  edit('names-outside', (module) =>
    u64(module, module.header(module.nameTableIndex) + 24, BigInt(module.bytes.length)),
  ),
  edit('names-empty', (module) => u64(module, module.header(module.nameTableIndex) + 32, 0n)),
  edit('section-0-type', (module) => u32(module, module.header(0) + 4, 1)),
  edit('section-outside', (module) => u64(module, module.header(module.section('.modinfo')) + 24, 1n << 40n)),
  edit('section-overflow', (module) => u64(module, module.header(module.section('.modinfo')) + 32, (1n << 64n) - 8n)),
  edit('section-name-outside', (module) => u32(module, module.header(module.section('.modinfo')), 0x7fffffff)),
  edit('section-name-outside-not-alloc', (module) =>
    u32(module, module.header(module.section('.comment')), 0x7fffffff),
  ),
  edit('symtab-link-zero', (module) => u32(module, module.header(module.symtab) + 40, 0)),
  edit('symtab-link-beyond', (module) => u32(module, module.header(module.symtab) + 40, 60_000)),
  edit('symtab-missing', (module) => u32(module, module.header(module.symtab) + 4, 1)),
  edited(
    'symtab-link-not-strtab',
    'judge_plain',
    (module) => u32(module, module.header(module.symtab) + 40, module.section('.modinfo')),
    { printsRubbish: true },
  ),
  edit('modinfo-renamed', (module) => module.renameSection('.modinfo', '.modinfx')),
  edit('modinfo-twice', (module) => double(module, '.modinfo')),
  edit('modinfo-not-alloc', (module) => module.setFlags(module.section('.modinfo'), (flags) => flags & ~SHF_ALLOC)),
  edit('this-module-renamed', (module) => module.renameSection(thisModule, thisModule.replace('module', 'modulx'))),
  edit('this-module-twice', (module) => double(module, thisModule)),
  edit('this-module-nobits', (module) => u32(module, module.header(module.section(thisModule)) + 4, 8)),
  edit('this-module-not-alloc', (module) => module.setFlags(module.section(thisModule), (flags) => flags & ~SHF_ALLOC)),
  edit('this-module-larger', (module) =>
    u64(module, module.header(module.section(thisModule)) + 32, BigInt(module.sizeOf(module.section(thisModule)) + 8)),
  ),
  edit('text-writable', (module) => module.setFlags(module.section('.init.text'), (flags) => flags | SHF_WRITE)),
  edit('modinfo-nobits', (module) => u32(module, module.header(module.section('.modinfo')) + 4, 8)),
  edit('modinfo-null', (module) => u32(module, module.header(module.section('.modinfo')) + 4, 0)),
  edit('versions-nobits', (module) => u32(module, module.header(module.section('__versions')) + 4, 8)),
  edit('versions-cut', (module) => u64(module, module.header(module.section('__versions')) + 32, 96n)),
  edit('header-version', (module) => u32(module, 20, 0)),
  edit('section-0-size', (module) => u64(module, module.header(0) + 32, 1n)),
  edit('symtab-two', (module) => {
    const header = module.header(module.section('.comment'));
    u32(module, header + 4, 2);
    u32(module, header + 40, module.strtab);
  }),
  edit('strtab-first-byte', (module) => module.bytes.writeUInt8(0x41, module.offsetOf(module.strtab))),
  edited('exports-crcs-empty', 'judge_provider', (module) =>
    u64(module, module.header(module.section('__kcrctab_gpl')) + 32, 0n),
  ),
  edited('exports-crcs-hidden', 'judge_provider', (module) =>
    module.setFlags(module.section('__kcrctab_gpl'), (flags) => flags & ~SHF_ALLOC),
  ),
];
