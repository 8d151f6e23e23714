import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSymbolTables } from '../../../server/src/kernel/merged-symbols.ts';
import { parseSymvers, readSymvers } from '../../../server/src/kernel/symvers.ts';

const origin = { label: 'Module.symvers of build/linux', uri: 'file:///build/linux/Module.symvers' };
const modern = [
  '0xd53ab0ff\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t',
  '0x00000001\tusb_register\tdrivers/usb/core/usbcore\tEXPORT_SYMBOL_GPL\t',
  '0xdeadbeef\tdma_buf_get\tvmlinux\tEXPORT_SYMBOL_GPL\tDMA_BUF',
  '',
].join('\n');

test('symbol, CRC, exporter, licence, namespace and line of an export', () => {
  const { value, problems } = parseSymvers(modern, origin);
  assert.deepEqual(problems, []);
  assert.equal(value.size, 3);
  const found = value.get('dma_buf_get');
  assert.ok(found);
  assert.deepEqual(
    [found.symbol, found.crc, found.exporter, found.gplOnly, found.namespace, found.origin],
    ['dma_buf_get', 0xdeadbeef, 'vmlinux', true, 'DMA_BUF', { ...origin, line: 2 }],
  );
  assert.equal(value.get('usb_register')?.exporter, 'drivers/usb/core/usbcore');
  assert.equal(value.get('module_layout')?.gplOnly, false);
  assert.equal(value.get('nothing'), undefined);
});

test('the columns of old kernels: no namespace, or the namespace before the module', () => {
  const four = parseSymvers('0x12345678\tprintk\tvmlinux\tEXPORT_SYMBOL\n', origin).value;
  assert.deepEqual([four.get('printk')?.exporter, four.get('printk')?.namespace], ['vmlinux', '']);
  const early = parseSymvers(
    '0x12345678\tprintk\t\tvmlinux\tEXPORT_SYMBOL\n0x00000002\tusb_stor\tUSB_STORAGE\tdrivers/usb/storage/usb-storage\tEXPORT_SYMBOL_GPL\n',
    origin,
  ).value;
  assert.equal(early.hasKernelSymbols, true);
  assert.equal(early.get('printk')?.exporter, 'vmlinux');
  assert.equal(early.get('usb_stor')?.namespace, 'USB_STORAGE');
  assert.equal(early.get('usb_stor')?.exporter, 'drivers/usb/storage/usb-storage');
  const future = parseSymvers(
    '0x1\told\tvmlinux\tEXPORT_SYMBOL_GPL_FUTURE\n0x2\tunused\tvmlinux\tEXPORT_UNUSED_SYMBOL\n',
    origin,
  ).value;
  assert.deepEqual([future.get('old')?.gplOnly, future.get('unused')?.gplOnly], [true, false]);
});

test('zeros of a kernel without MODVERSIONS are no CRCs', () => {
  const { value } = parseSymvers('0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\t\r\n', origin);
  assert.equal(value.get('printk')?.crc, undefined);
  assert.equal(value.get('printk')?.namespace, '');
  assert.equal(value.hasCrcs, false);
});

test('broken lines are named by line, the others are kept', () => {
  const { value, problems } = parseSymvers(
    `${modern}<<<<<<< HEAD\n0xzz\tx\tvmlinux\tEXPORT_SYMBOL\t\n\n0x3\tlate\tvmlinux\tEXPORT_SYMBOL\t`,
    origin,
  );
  assert.deepEqual(
    problems.map((problem) => problem.line),
    [3, 4],
  );
  assert.equal(value.get('late')?.crc, 3);
  assert.equal(value.get('late')?.origin.line, 6);
});

test('a file of garbage reports a few lines and how many more', () => {
  const { value, problems } = parseSymvers('garbage\n'.repeat(5000), origin);
  assert.equal(value.size, 0);
  assert.equal(problems.length, 21);
  assert.match(problems.at(-1)?.message ?? '', /4980 more/);
});

test('a packed file is unpacked by what it begins with, whatever its name', async () => {
  const asked: string[] = [];
  const decompressor = {
    async unpack(format: string) {
      asked.push(format);
      return { bytes: new TextEncoder().encode(modern) };
    },
  };
  for (const head of [
    [0x1f, 0x8b],
    [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0],
    [0x28, 0xb5, 0x2f, 0xfd],
  ]) {
    const { value } = await readSymvers(Uint8Array.from(head), origin, decompressor);
    assert.equal(value.size, 3);
  }
  assert.deepEqual(asked, ['gzip', 'xz', 'zstd']);
  const broken = { unpack: async () => ({ problem: 'the data ends too early' }) };
  const { problems } = await readSymvers(Uint8Array.of(0x1f, 0x8b), origin, broken);
  assert.match(problems[0]?.message ?? '', /Module\.symvers of build\/linux: the data ends too early/);
});

test('an out-of-tree provider adds its symbols with its own origin; the kernel file alone is complete', () => {
  const kernel = parseSymvers(modern, origin).value;
  const own = { label: 'Module.symvers of source/orca', uri: 'file:///orca/Module.symvers' };
  const provider = parseSymvers(
    '0xa59aeacc\torca_open\t/src/orca/orca\tEXPORT_SYMBOL_GPL\t\n0x00000009\tusb_register\tx\tEXPORT_SYMBOL\t\n',
    own,
  ).value;
  assert.deepEqual([kernel.complete, provider.complete], [true, false]);
  const { value, problems } = mergeSymbolTables([kernel, provider]);
  assert.equal(value.size, 4);
  assert.equal(value.complete, true);
  assert.deepEqual(value.get('orca_open')?.origin, { ...own, line: 0 });
  assert.equal(value.get('usb_register')?.crc, 1);
  assert.match(
    problems[0]?.message ?? '',
    /usb_register has CRC 0x00000001 in Module.symvers of build\/linux and 0x00000009 in Module.symvers of source\/orca/,
  );
});
