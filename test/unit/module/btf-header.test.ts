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
  return readBytes(image, readBtfFault(elf));
}

const rest = Array.from({ length: 16 }, () => 0);
const good = [0x9f, 0xeb, 1, 0, 24, 0, 0, 0, ...rest];

test('a header as pahole writes it, and none at all', () => {
  assert.equal(faultOf(good), undefined);
  assert.equal(faultOf([0xeb, 0x9f, 1, 0, 0, 0, 0, 24, ...rest], 'big'), undefined);
  assert.equal(faultOf(undefined), undefined);
});

test('damaged headers', () => {
  assert.equal(faultOf([0, 0, ...good.slice(2)]), 'Invalid magic');
  assert.equal(faultOf(good.slice(0, 7)), 'hdr_len not found');
  assert.equal(faultOf(good.slice(0, 20)), 'btf_header not found');
});
