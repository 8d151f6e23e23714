import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EM_386,
  EM_X86_64,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHT_REL,
  SHT_RELA,
  STT_FUNC,
  STT_OBJECT,
  STT_SECTION,
} from '../../../server/src/elf/constants.ts';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import type { ElfFile } from '../../../server/src/elf/elf-file.ts';
import { modpostSees, readInitReferences } from '../../../server/src/loader/init-reference.ts';
import { initReferenceFindings } from '../../../server/src/loader/init-reference-findings.ts';
import { module } from './make.ts';

interface Sketch {
  /** Section that holds the pointer, and the object in it. */
  from: string;
  holder: string;
  toSection?: string;
  /** Offset within the target section that the pointer points to. */
  points?: number;
  type?: number;
  rel?: boolean;
  /** Init code refers to the object. */
  usedByInit?: boolean;
}

/** An ELF file of one relocation from an object at offset 16 (its field at 24) to a function at offset 16 of init code. */
function file(sketch: Sketch): { elf: ElfFile; bytes: Uint8Array } {
  const rel = sketch.rel === true;
  const names = ['', sketch.from, sketch.toSection ?? '.init.text', '.symtab', '.strtab', '.rel'];
  const symbolBytes = rel ? 16 : 24;
  const strings = new TextEncoder().encode(`\0${sketch.holder}\0setup\0`);
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  const points = sketch.points ?? 16;
  const symbols = [
    { name: 0, info: 0, shndx: 0, value: 0 },
    { name: 0, info: STT_SECTION, shndx: 2, value: 0 },
    { name: 1, info: STT_OBJECT, shndx: 1, value: 16 },
    {
      name: 2 + sketch.holder.length,
      info: names[2]?.includes('data') === true ? STT_OBJECT : STT_FUNC,
      shndx: 2,
      value: 16,
    },
  ];
  symbols.forEach((symbol, index) => {
    const at = 256 + index * symbolBytes;
    view.setUint32(at, symbol.name, true);
    if (rel) {
      view.setUint32(at + 4, symbol.value, true);
      view.setUint8(at + 12, symbol.info);
      view.setUint16(at + 14, symbol.shndx, true);
    } else {
      view.setUint8(at + 4, symbol.info);
      view.setUint16(at + 6, symbol.shndx, true);
      view.setBigUint64(at + 8, BigInt(symbol.value), true);
    }
  });
  bytes.set(strings, 512);
  if (rel) {
    view.setUint32(640, 24, true);
    view.setUint32(644, (1 << 8) | (sketch.type ?? 1), true);
    view.setUint32(64 + 24, points, true);
  } else {
    view.setBigUint64(640, 24n, true);
    view.setBigUint64(648, (1n << 32n) | BigInt(sketch.type ?? 1), true);
    view.setBigUint64(656, BigInt(points), true);
  }
  if (sketch.usedByInit === true) {
    view.setBigUint64(704, 4n, true);
    view.setBigUint64(712, (2n << 32n) | 2n, true);
  }
  const places = [
    { type: 0, offset: 0, size: 0 },
    { type: 1, offset: 64, size: 64, flags: SHF_ALLOC | (sketch.from === '.text' ? SHF_EXECINSTR : 1) },
    { type: 1, offset: 128, size: 64, flags: SHF_ALLOC | 4 },
    { type: 2, offset: 256, size: 4 * symbolBytes, link: 4 },
    { type: 3, offset: 512, size: strings.length },
    { type: rel ? SHT_REL : SHT_RELA, offset: 640, size: rel ? 8 : 24, link: 3, info: 1 },
    { type: SHT_RELA, offset: 704, size: sketch.usedByInit === true ? 24 : 0, link: 3, info: 2 },
  ];
  const base = module().elf;
  assert.ok(base !== undefined);
  const elf: ElfFile = {
    sizeBytes: bytes.length,
    header: {
      ...base.header,
      class: rel ? 32 : 64,
      machine: rel ? EM_386 : EM_X86_64,
      shnum: places.length,
    },
    sections: places.map((place, index) => ({
      index,
      name: names[index] ?? '',
      nameOffset: 0,
      flags: 0,
      addr: 0,
      link: 0,
      info: 0,
      addralign: 1,
      entsize: index === 3 ? symbolBytes : 0,
      ...place,
    })),
  };
  return { elf, bytes };
}

function find(sketch: Sketch) {
  const { elf, bytes } = file(sketch);
  return readBytes(bytes, readInitReferences(elf));
}

for (const [from, holder, seen] of [
  ['.data', 'my_notifier', true],
  ['.data.rel', 'my_notifier', true],
  ['.data', 'my_ops', false],
  ['.rodata', 'my_fops', false],
  ['.data..ro_after_init', 'my_table', false],
] as const) {
  test(`${holder} in ${from} keeps a pointer to an __init function${seen ? '' : ', which modpost does not see'}`, () => {
    const [reference] = find({ from, holder });
    assert.ok(reference !== undefined);
    assert.equal(reference.fromSymbol, holder);
    assert.equal(reference.toSymbol, 'setup');
    assert.equal(modpostSees(reference), seen);
    const [finding] = initReferenceFindings('file:///m.ko', [reference]);
    assert.match(finding?.message ?? '', new RegExp(`^${holder} .* setup .*Remove __init from setup`));
    assert.equal(/modpost/.test(finding?.message ?? ''), !seen);
  });
}

for (const holder of ['my_ops', 'my_fops', 'my_file_operations']) {
  test(`${holder} is handed to the kernel by init, and stays in use though only init names it`, () => {
    assert.equal(find({ from: '.rodata', holder, usedByInit: true }).length, 1);
  });
}

test('init data is found as well', () => {
  const [reference] = find({ from: '.data', holder: 'table', toSection: '.init.data', points: 20 });
  assert.equal(reference?.toSymbol, 'setup');
  assert.equal(reference?.toFunction, false);
});

test('32-bit files keep the addend in place', () => {
  assert.equal(find({ from: '.data', holder: 'my_notifier', rel: true }).length, 1);
  assert.equal(find({ from: '.data', holder: 'my_notifier', rel: true, points: 20 }).length, 0);
});

for (const [name, sketch] of [
  ['a jump table points into the middle of a function', { from: '.rodata', holder: 'x', points: 20 }],
  ['a relative reference is no pointer', { from: '.rodata', holder: 'x', type: 2 }],
  ['parameters point to init data by design', { from: '.data', holder: '__param_x' }],
  ['a console’s setup runs during init', { from: '.data', holder: 'my_console' }],
  ['init data is freed with the code', { from: '.init.data', holder: 'x' }],
  ['struct module holds init_module by design', { from: '.gnu.linkonce.this_module', holder: '__this_module' }],
  ['a driver may name its exit function', { from: '.data', holder: 'my_driver', toSection: '.exit.text' }],
  ['a table that only init looks at', { from: '.rodata', holder: 'init_steps', usedByInit: true }],
  ['tables that the kernel prunes itself', { from: '__jump_table', holder: 'x' }],
] as const) {
  test(`no finding: ${name}`, () => {
    assert.deepEqual(find(sketch), []);
  });
}

test('exit code stays until the module goes: a pointer to it is only told', () => {
  const [reference] = find({ from: '.data', holder: 'x', toSection: '.exit.text' });
  assert.ok(reference);
  assert.equal(reference.kind, 'exit');
  const [finding] = initReferenceFindings('file:///m.ko', [reference]);
  assert.equal(finding?.severity, 'info');
  assert.match(finding?.message ?? '', /left out when the driver is built into the kernel/);
});

test('code that stays and uses init code is found at any relocation type', () => {
  const [reference] = find({ from: '.text', holder: 'probe', type: 4, points: 12 });
  assert.equal(reference?.kind, 'code');
  assert.equal(reference?.toSymbol, 'setup');
  assert.equal(find({ from: '.text', holder: 'probe.constprop.0', type: 4, points: 12 }).length, 0);
});
