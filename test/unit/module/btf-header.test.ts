/** The start of `.BTF` is judged in the kernel's words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import { readElf } from '../../../server/src/elf/read-elf.ts';
import { readBtfFault } from '../../../server/src/module/btf-header.ts';
import { buildModule } from '../elf/elf-builder.ts';

function faultOf(btf: readonly number[] | undefined, endian: 'little' | 'big' = 'little'): string | undefined {
  const sections = btf === undefined ? [] : [{ name: '.BTF', flags: 0, bytes: Uint8Array.from(btf) }];
  const image = buildModule({ endian, sections });
  const { value: elf } = readBytes(image, readElf(image.length));
  assert.ok(elf);
  return readBytes(image, readBtfFault(elf))?.text;
}

/** Header, four bytes of types, four of strings. */
function btf(change: Readonly<Record<number, number>> = {}, extra: readonly number[] = []): number[] {
  const words = [24, 0, 4, 4, 4].flatMap((word) => [word, 0, 0, 0]);
  const bytes = [0x9f, 0xeb, 1, 0, ...words, 1, 2, 3, 4, 0, 0x61, 0x62, 0, ...extra];
  for (const [at, byte] of Object.entries(change)) bytes[Number(at)] = byte;
  return bytes;
}
const [typeOffset, typeBytes, stringOffset, stringBytes] = [8, 12, 16, 20];

test('a header as pahole writes it, and none at all', () => {
  assert.equal(faultOf(btf()), undefined);
  const words = [24, 0, 4, 4, 4].flatMap((word) => [0, 0, 0, word]);
  assert.equal(faultOf([0xeb, 0x9f, 1, 0, ...words, 1, 2, 3, 4, 0, 0x61, 0x62, 0], 'big'), undefined);
  assert.equal(faultOf(undefined), undefined);
});

test('damaged headers', () => {
  assert.equal(faultOf(btf({ 0: 0 })), 'Invalid magic');
  assert.equal(faultOf(btf({ 2: 9 })), 'Unsupported version');
  assert.equal(faultOf(btf({ 3: 1 })), 'Unsupported flags');
  assert.equal(faultOf(btf().slice(0, 7)), 'hdr_len not found');
  assert.equal(faultOf(btf().slice(0, 20)), 'btf_header not found');
  assert.equal(faultOf(btf({ 4: 0 })), 'Invalid magic', 'a header of no bytes has no magic');
  assert.equal(faultOf(btf({ 4: 28 })), 'Unsupported btf_header');
});

test('types and strings that do not follow each other to the end', () => {
  assert.equal(faultOf(btf({ [stringOffset]: 9 })), 'Invalid section offset');
  assert.equal(faultOf(btf({ [typeOffset]: 1 })), 'Unsupported section found');
  assert.equal(faultOf(btf({ [typeBytes]: 3 })), 'Unsupported section found');
  assert.equal(faultOf(btf({ [stringOffset]: 0 })), 'Section overlap found');
  assert.equal(faultOf(btf({ [stringBytes]: 5 })), 'Total section length too long');
  assert.equal(faultOf(btf({}, [0])), 'Unsupported section found');
  assert.equal(faultOf(btf({ 31: 0x63 })), 'Invalid string section');
});
