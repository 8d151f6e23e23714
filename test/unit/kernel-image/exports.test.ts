import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelImage } from '../../../server/src/kernel/image/read-kernel-image.ts';
import type { SymbolTable } from '../../../server/src/kernel/symbol-table.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import {
  concat,
  exportSections,
  identity,
  latin1,
  manyExports,
  type Section,
  type TableExport,
  type TableLayout,
  vmlinux,
} from './image-builder.ts';

const ports = { decompressor: new NodeDecompressor() };
const origin = { label: 'Image', uri: 'file:///boot/Image' };
const exports = manyExports(900);

function assertExports(symbols: SymbolTable | undefined, expected: readonly TableExport[], crcs = true): void {
  assert.equal(symbols?.size, expected.length);
  for (const { symbol, crc, gplOnly, namespace } of expected) {
    const found = symbols?.get(symbol);
    assert.deepEqual(
      { crc: found?.crc, gplOnly: found?.gplOnly, namespace: found?.namespace, exporter: found?.exporter },
      { crc: crcs ? crc : undefined, gplOnly: gplOnly ?? false, namespace: namespace ?? '', exporter: 'vmlinux' },
      symbol,
    );
  }
}

/** An arm64 Image (header, then memory from address 0). */
function arm64Image(sections: readonly Section[], start: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(start);
  header.set(latin1('ARMd'), 0x38);
  header.set(identity, 0x100);
  return concat(header, ...sections.map(({ bytes }) => bytes), new Uint8Array(64));
}

const start = 0x4000;
const relative: TableLayout = { relative: true, wordBytes: 8, littleEndian: true, base: start };

test('an arm64 Image without section headers gives all exports with CRC, licence and namespace', async () => {
  const image = await readKernelImage(ports, arm64Image(exportSections(exports, relative), start), origin);
  assert.deepEqual(image.problems, []);
  assertExports(image.symbols, exports);
  assert.equal(image.symbols?.complete, false, 'the exports of modules are not in it');
  assert.equal(image.architecture?.value.name, 'arm64');
});

test('addresses instead of distances are understood, wherever the kernel is linked', async () => {
  const layout: TableLayout = { relative: false, wordBytes: 8, littleEndian: true, base: start };
  const linked = exportSections(exports, { ...layout, base: 0x8000_0000 + start });
  assertExports((await readKernelImage(ports, arm64Image(linked, start), origin)).symbols, exports);
});

test('a kernel without CONFIG_MODVERSIONS has exports without CRCs', async () => {
  const sections = exportSections(exports, { ...relative, crcs: false });
  assertExports((await readKernelImage(ports, arm64Image(sections, start), origin)).symbols, exports, false);
});

test('one table with flags, as kernels since 7.2 have it', async () => {
  const sections = exportSections(exports, { ...relative, flags: true });
  assertExports((await readKernelImage(ports, arm64Image(sections, start), origin)).symbols, exports);
  const elf = vmlinux([{ name: '.rodata', address: 0x1000, bytes: identity }, ...sections]);
  assertExports((await readKernelImage(ports, elf, origin)).symbols, exports);
});

for (const [name, layout, options] of [
  ['x86-64, distances', { relative: true, wordBytes: 8, littleEndian: true }, { machine: 62 }],
  ['i386, addresses', { relative: false, wordBytes: 4, littleEndian: true }, { machine: 3, wide: false }],
  [
    's390x, addresses, big-endian',
    { relative: false, wordBytes: 8, littleEndian: false },
    { machine: 22, littleEndian: false },
  ],
] as const) {
  test(`a vmlinux with sections: ${name}`, async () => {
    // Odd low bits: an address rounded to a JS number would miss every name.
    const sections = exportSections(exports, { ...layout, base: 0x8246_2394 });
    const image = await readKernelImage(
      ports,
      vmlinux([{ name: '.rodata', address: 0x8200_0000, bytes: identity }, ...sections], options),
      origin,
    );
    assert.deepEqual(image.problems, []);
    assertExports(image.symbols, exports);
  });
}

test('CRCs behind distances, as powerpc and s390 stored them up to 5.18', async () => {
  const base = 0x8246_2390;
  const plain = exports.filter(({ gplOnly }) => !gplOnly);
  const sections = exportSections(plain, { relative: true, wordBytes: 8, littleEndian: true, base });
  const crcSection = sections.find(({ name }) => name === '__kcrctab');
  assert.ok(crcSection);
  const rodata = concat(identity, new Uint8Array((4 - (identity.length % 4)) % 4), crcSection.bytes);
  const rodataAt = 0x8200_0000;
  const distances = new Uint8Array(crcSection.bytes.length);
  const crcsAt = rodataAt + rodata.length - crcSection.bytes.length;
  for (let at = 0; at < distances.length; at += 4)
    new DataView(distances.buffer).setInt32(at, crcsAt - crcSection.address, true);
  const image = vmlinux([
    { name: '.rodata', address: rodataAt, bytes: rodata },
    ...sections.map((section) => (section === crcSection ? { ...section, bytes: distances } : section)),
  ]);
  assertExports((await readKernelImage(ports, image, origin)).symbols, plain);
});

test('an image whose tables were damaged says that symbols are missing, and how to supply them', async () => {
  const sections = exportSections(exports, relative).map((section) =>
    section.name === '__ksymtab_strings' ? { ...section, bytes: section.bytes.map((byte) => byte ^ 0x80) } : section,
  );
  const image = await readKernelImage(ports, arm64Image(sections, start), origin);
  assert.equal(image.symbols, undefined);
  assert.match(
    image.problems.map(({ message }) => message).join(),
    /Image: The table of exported symbols is not found.*Module\.symvers/,
  );
  assert.equal(image.vermagic?.value.startsWith('5.15.148-rt-tegra'), true, 'the rest is still read');
});
