import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSymvers } from '../../../server/src/kernel/symvers.ts';
import { configReferences } from '../../../server/src/service/config-references.ts';
import { configSymbolAt } from '../../../server/src/service/config-view.ts';
import { completeExtraSymbols } from '../../../server/src/service/kbuild-completion.ts';
import { type OutlineEntry, outlineText } from '../../../server/src/service/text-outline.ts';
import { kernelName, verdictTitle } from '../../../server/src/service/workspace-modules.ts';
import { findExports } from '../../../server/src/service/workspace-symbols.ts';
import { loadKconfigTree } from '../../../server/src/text/kconfig-tree.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

/** `name 1-5` for lines 1 to 5, children indented. */
function shape(entries: readonly OutlineEntry[], indent = ''): string[] {
  return entries.flatMap(({ name, range, children }) => [
    `${indent}${name} ${range.start.line}-${range.end.line}`,
    ...shape(children, `${indent}  `),
  ]);
}

describe('outlines', () => {
  test('a Kbuild file: modules with their objects, folders, the kernel tree', () => {
    const text = 'KDIR ?= /k\nobj-m += a.o b.o\na-y := one.o \\\n  two.o\nobj-m += sub/\n';
    assert.deepEqual(shape(outlineText('kbuild', text)), [
      'KDIR 0-0',
      'a.ko 1-1',
      '  one.o 2-2',
      '  two.o 3-3',
      'b.ko 1-1',
      'sub/ 4-4',
    ]);
  });

  test('a configuration: the menus that Kconfig writes, one within the other', () => {
    const text = [
      '#',
      '# Linux/x86 6.1.0 Kernel Configuration',
      '#',
      'CONFIG_A=y',
      '#',
      '# General setup',
      '#',
      '#',
      '# IRQ subsystem',
      '#',
      'CONFIG_B=y',
      '# end of IRQ subsystem',
      '#',
      '# A comment of Kconfig',
      '#',
      '# CONFIG_C is not set',
      '# end of General setup',
      '',
    ].join('\n');
    assert.deepEqual(shape(outlineText('dot-config', text)), [
      'General setup 5-16',
      '  IRQ subsystem 8-11',
      '  A comment of Kconfig 13-13',
    ]);
  });

  test('a configuration of before 5.5 has sections that end where the next one begins', () => {
    const text = '#\n# One\n#\nCONFIG_A=y\n#\n# Two\n#\nCONFIG_B=y\n';
    assert.deepEqual(shape(outlineText('dot-config', text)), ['One 1-3', 'Two 5-8']);
  });

  test('Kconfig and versions.env', () => {
    const kconfig = 'menu "Net"\nconfig A\n\tbool "a"\nchoice\nconfig B\nendchoice\nendmenu\nmenuconfig C\n';
    assert.deepEqual(shape(outlineText('kconfig', kconfig)), [
      'Net 0-6',
      '  A 1-1',
      '  choice 3-5',
      '    B 4-4',
      'C 7-7',
    ]);
    const [entry] = outlineText('env', '# pins\nexport LOCALVERSION=-tegra\n');
    assert.deepEqual(
      [entry?.name, entry?.detail, entry?.selection.start],
      ['LOCALVERSION', '-tegra', { line: 1, character: 7 }],
    );
  });
});

test('references of a symbol: Kconfig files and the Makefiles beside them, not comments', async () => {
  const files = new MemoryFileSystem({
    '/k/Kconfig': 'source "net/Kconfig"\nconfig NETS\n\tbool\n\tselect NET\n',
    '/k/net/Kconfig': '# NET is old\nconfig NET\n\tbool "Net"\nconfig INET\n\tbool "inet"\n\tdepends on NET\n',
    '/k/net/Makefile': 'obj-$(CONFIG_NET) += core.o\n#obj-$(CONFIG_NET) += old.o\nobj-$(CONFIG_NETS) += s.o\n',
  });
  const { value } = await loadKconfigTree(files, undefined, { rootUri: 'file:///k', arch: 'x86' });
  assert.deepEqual(
    (await configReferences(files, value, 'NET')).map(({ uri, range }) => `${uri.slice(9)}:${range.start.line}`),
    ['/Kconfig:3', '/net/Kconfig:1', '/net/Kconfig:5', '/net/Makefile:0'],
  );
});

test('symbols of Kconfig lines stand without CONFIG_; words of a help text are none', () => {
  assert.equal(configSymbolAt('\tdepends on NET && !MODULES', 5, 20, true)?.name, 'MODULES');
  assert.equal(configSymbolAt('\t  Say Y if you have ACPI here', 5, 23, true), undefined);
});

test('KBUILD_EXTRA_SYMBOLS is completed with the files of other folders that it does not name yet', () => {
  const table = (text: string) => parseSymvers(text, { label: 'x' }).value;
  const provider = (uri: string) => ({ uri, table: table('0x00000001\ta\tm\tEXPORT_SYMBOL\t\n') });
  const providers = [
    'file:///w/one/Module.symvers',
    'file:///w/two/Module.symvers',
    'file:///w/own/Module.symvers',
  ].map(provider);
  const offer = (line: string) => completeExtraSymbols('file:///w/own/Kbuild', line, providers);
  assert.deepEqual(
    offer('KBUILD_EXTRA_SYMBOLS := $(src)/../one/Module.symvers $(s').map(({ newText, label, start }) => [
      newText,
      label,
      start,
    ]),
    [['$(src)/../two/Module.symvers', '../two/Module.symvers', 53]],
  );
  assert.equal(offer('KBUILD_EXTRA_SYMBOLS=').length, 2);
  assert.deepEqual(offer('obj-m += '), []);
});

test('exports are found with the line that lists them, once each', () => {
  const text =
    '0x00000001\tdevm_kmalloc\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tkmalloc_caches\tvmlinux\tEXPORT_SYMBOL\t\n';
  const table = parseSymvers(text, { label: 'x', uri: 'file:///k/Module.symvers' }).value;
  assert.deepEqual(
    findExports([table, table], 'kmalloc').map(({ name, container, range }) => [name, container, range.start.line]),
    [
      ['kmalloc_caches', 'vmlinux', 1],
      ['devm_kmalloc', 'vmlinux', 0],
    ],
  );
  assert.deepEqual(findExports([table], 'k'), []);
});

test('the line above a module says its verdict in words', () => {
  const summary = { uri: '', target: 'orin-rt', vermagic: null, warnings: 0, reason: 'wrong CRC' };
  assert.equal(verdictTitle('a.ko', { ...summary, verdict: 'refused' }), '✗ a.ko is refused by orin-rt: wrong CRC');
  assert.equal(verdictTitle('a.ko', { ...summary, verdict: 'loads', reason: null }), '✓ a.ko loads on orin-rt');
  assert.equal(kernelName('/x/snd-usb.ko.xz'), 'snd_usb');
});
