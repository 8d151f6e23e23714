/** What `__param` says of parameters is found through its relocations, for 32-bit and 64-bit modules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import { readElf } from '../../../server/src/elf/read-elf.ts';
import { readSymbols } from '../../../server/src/elf/symbol-table.ts';
import { readParameterDetails } from '../../../server/src/module/parameter-details.ts';
import { buildModule } from '../elf/elf-builder.ts';
import { ascii, concat, FieldWriter } from '../elf/elf-fields.ts';

const RELA = 4;
const REL = 9;
const abs = 1;

/** A module with a string of 8 bytes, an array of 3 and a dangerous integer. */
function moduleWithParameters(wordSize: 32 | 64, endian: 'little' | 'big'): Uint8Array {
  const writer = new FieldWriter(wordSize, endian);
  const wordBytes = wordSize / 8;
  const names = ascii('text\0list\0danger\0\0\0');
  const limits = concat([writer.u32(8), writer.u32(3)]);
  const entryBytes = wordSize === 64 ? 40 : 20;
  const table = new Uint8Array(3 * entryBytes);
  table[2 * entryBytes + (wordSize === 64 ? 27 : 15)] = 1;
  // name, operations, value of each: where it is written, which symbol, and how far behind it.
  const entries: readonly (readonly [number, 'names' | 'limits' | 'param_ops_string' | 'param_array_ops', number])[] = [
    [0, 'names', 0],
    [2 * wordBytes, 'param_ops_string', 0],
    [entryBytes - wordBytes, 'limits', 0],
    [entryBytes, 'names', 5],
    [entryBytes + 2 * wordBytes, 'param_array_ops', 0],
    [2 * entryBytes - wordBytes, 'limits', 4],
    [2 * entryBytes, 'names', 10],
  ];
  const spec = {
    class: wordSize,
    endian,
    machine: wordSize === 64 ? 62 : 40,
    imports: ['param_ops_string', 'param_array_ops'],
    symbols: [
      { name: 'names', section: '.names' },
      { name: 'limits', section: '.limits' },
    ],
  } as const;
  const data = [
    { name: '.names', bytes: names },
    { name: '.limits', bytes: limits },
  ];
  const indexes = symbolIndexes(buildModule({ ...spec, sections: data }));
  const relocations = entries.map(([offset, symbol, addend]) => {
    const index = indexes.get(symbol) ?? 0;
    if (wordSize === 32) {
      // The addend stands where the pointer will.
      table.set(writer.u32(addend), offset);
      return concat([writer.u32(offset), writer.u32((index << 8) | abs)]);
    }
    const info = endian === 'little' ? [abs, index] : [index, abs];
    return concat([writer.word(offset), ...info.map((half) => writer.u32(half)), writer.word(addend)]);
  });
  const sections = [
    ...data,
    { name: '__param', bytes: table },
    { name: '.rel__param', type: wordSize === 64 ? RELA : REL, flags: 0, bytes: concat(relocations), info: 0 },
  ];
  const param = readBytesOf(buildModule({ ...spec, sections }))?.sections.find(({ name }) => name === '__param');
  return buildModule({
    ...spec,
    sections: sections.map((one) => (one.name === '.rel__param' ? { ...one, info: param?.index ?? 0 } : one)),
  });
}

function readBytesOf(image: Uint8Array) {
  return readBytes(image, readElf(image.length)).value;
}

function symbolIndexes(image: Uint8Array): ReadonlyMap<string, number> {
  const elf = readBytesOf(image);
  assert.ok(elf);
  const { value } = readBytes(image, readSymbols(elf));
  return new Map(value.map(({ name, index }) => [name, index]));
}

for (const [wordSize, endian] of [
  [64, 'little'],
  [64, 'big'],
  [32, 'little'],
] as const) {
  test(`limits and marks of parameters, ${wordSize}-bit ${endian}-endian`, () => {
    const image = moduleWithParameters(wordSize, endian);
    const elf = readBytesOf(image);
    assert.ok(elf);
    const found = readBytes(image, readParameterDetails(elf));
    const none = { roomBytes: undefined, maxElements: undefined, unsafe: false, hardware: false };
    assert.deepEqual(
      [...found],
      [
        ['text', { ...none, roomBytes: 8 }],
        ['list', { ...none, maxElements: 3 }],
        ['danger', { ...none, unsafe: true }],
      ],
    );
  });
}

test('a module without parameters has none', () => {
  const image = buildModule();
  const elf = readBytesOf(image);
  assert.ok(elf);
  assert.equal(readBytes(image, readParameterDetails(elf)).size, 0);
});
