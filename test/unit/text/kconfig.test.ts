import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { Language, Parser } from 'web-tree-sitter';
import { formatExpression, KconfigScanner } from '../../../server/src/text/kconfig-expression.ts';
import { readKconfigFile } from '../../../server/src/text/kconfig-file.ts';
import { loadKconfigTree } from '../../../server/src/text/kconfig-tree.ts';
import { KconfigValues } from '../../../server/src/text/kconfig-values.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

async function kconfigParser(): Promise<Parser> {
  await Parser.init();
  const path = createRequire(import.meta.url).resolve('tree-sitter-kconfig/tree-sitter-kconfig.wasm');
  const parser = new Parser();
  parser.setLanguage(await Language.load(new Uint8Array(await readFile(path))));
  return parser;
}

async function values(files: Record<string, string>, config: Record<string, string>, complete = true) {
  const fs = new MemoryFileSystem(files);
  const tree = (await loadKconfigTree(fs, undefined, { rootUri: 'file:///k', arch: 'x86_64' })).value;
  const user = new Map(Object.entries(config).map(([name, value]) => [name, { value }]));
  const calculated = new KconfigValues(tree, user, complete);
  return (name: string) => {
    const symbol = tree.symbols.get(name);
    assert.ok(symbol, `${name} is defined`);
    return calculated.textOf(symbol);
  };
}

describe('Kconfig expressions', () => {
  for (const [written, read] of [
    ['A || B && C', 'A || B && C'],
    ['(A || B) && !C', '(A || B) && !C'],
    ['A && (B || C = "x y")', 'A && (B || C = "x y")'],
    ['!(A && B) # comment', '!(A && B)'],
    ['$(cc-option,-m(x)) && Y >= 120000', '$(cc-option,-m(x)) && Y >= 120000'],
  ] as const) {
    test(written, () => {
      const expression = new KconfigScanner(written).expression();
      assert.ok(expression);
      assert.equal(formatExpression(expression), read);
    });
  }
});

describe('a configuration that is edited', () => {
  const kconfig = `config MODULES
	bool "Modules"
	modules
config NET
	bool "Net"
config DSA
	tristate "Switch"
	depends on NET
	select PHY
config PHY
	tristate
config LED
	bool "Led"
	depends on PHY = y
choice
	prompt "Model"
config NONE
	bool "none"
config FULL
	bool "full"
	depends on NET
endchoice
config HZ
	int
	default 100 if FULL
	default 250
`;
  const start = { MODULES: 'y', NET: 'y', DSA: 'y', LED: 'y', FULL: 'y' };
  const edits: Record<string, string>[] = [
    { ...start, DSA: 'm' },
    { ...start, NET: 'n' },
    { ...start, FULL: 'n', NONE: 'y' },
    { ...start, MODULES: 'n', DSA: 'm' },
    {},
    start,
  ];

  test('has the values of one that is calculated from the beginning, edit after edit', async () => {
    const fs = new MemoryFileSystem({ '/k/Kconfig': kconfig });
    const tree = (await loadKconfigTree(fs, undefined, { rootUri: 'file:///k', arch: 'x86' })).value;
    const settings = (config: Record<string, string>) =>
      new Map(Object.entries(config).map(([name, value]) => [name, { value }]));
    const all = (calculated: KconfigValues) =>
      [...tree.symbols.values()].map((symbol) => [symbol.name, calculated.textOf(symbol)]);
    const edited = new KconfigValues(tree, settings(start), true);
    all(edited);
    const asked = new KconfigValues(tree, settings(start), true);
    asked.otherwise();
    const seen = new Set<string>();
    for (const edit of [...edits, { ...start, GONE: 'y', HZ: '1000' }, { ...start, HZ: '100' }]) {
      asked.update(settings(edit));
      const anew = new KconfigValues(tree, settings(edit), true).otherwise();
      assert.deepEqual([...asked.otherwise()].sort(), [...anew].sort(), JSON.stringify(edit));
    }
    assert.deepEqual(
      [...new KconfigValues(tree, settings({ ...start, GONE: 'y', HZ: '1000' }), true).otherwise()],
      ['GONE', 'HZ'],
    );
    for (const edit of edits) {
      edited.update(settings(edit));
      const fresh = all(new KconfigValues(tree, settings(edit), true));
      assert.deepEqual(all(edited), fresh);
      seen.add(JSON.stringify(fresh));
    }
    assert.equal(seen.size, edits.length, 'every edit has another outcome');
  });
});

describe('Kconfig files', () => {
  const tricky = `menu "Block"
	depends on NET
config A
	tristate "A" if EXPERT
	depends on X && \\
		Y
	help
	  config NOT_ONE
	  text

config B
	def_bool y
	select C if A=m
choice
	prompt "pick"
	default P2
config P1
	bool "one"
config P2
	bool "two"
endchoice
if D
source "x/Kconfig"
endif
endmenu
`;

  test('the grammar and the line reader agree', async () => {
    assert.deepEqual(
      strip(readKconfigFile(await kconfigParser(), tricky), tricky),
      strip(readKconfigFile(undefined, tricky), tricky),
    );
  });

  test('a symbol right behind a help text is not lost', async () => {
    const text = 'config A\n\tbool "A"\n\thelp\n\t  Text.\nconfig B\n\tbool "B"\n';
    const names = readKconfigFile(await kconfigParser(), text).map((one) => ('name' in one ? one.name : ''));
    assert.deepEqual(names, ['A', 'B']);
  });

  test('around a line that is no Kconfig everything else is read', async () => {
    const text = '$(info,hello)\nconfig A\n\tbool "A"\nwhat is this\nconfig B\n\tint\n';
    const names = readKconfigFile(await kconfigParser(), text).map((one) => ('name' in one ? one.name : ''));
    assert.deepEqual(names, ['A', 'B']);
  });
});

describe('Kconfig values', () => {
  test('source globs and $(SRCARCH) lead to the files of one architecture', async () => {
    const fs = new MemoryFileSystem({
      '/k/Kconfig': 'source "arch/$(SRCARCH)/Kconfig"\nsource "d/Kconfig.*"\n',
      '/k/arch/x86/Kconfig': 'config X86\n\tdef_bool y\n',
      '/k/arch/arm/Kconfig': 'config ARM\n\tdef_bool y\n',
      '/k/d/Kconfig.a': 'config DA\n\tbool\n',
      '/k/d/Kconfig.b': 'config DB\n\tbool\n',
    });
    const { value } = await loadKconfigTree(fs, undefined, { rootUri: 'file:///k', arch: 'x86_64' });
    assert.deepEqual([...value.symbols.keys()], ['X86', 'DA', 'DB']);
    assert.equal(fs.count('readFile', '/k/arch/arm/Kconfig'), 0);
  });

  test('files that source each other end', async () => {
    const fs = new MemoryFileSystem({
      '/k/Kconfig': 'source "a"\nconfig K\n\tbool\n',
      '/k/a': 'source "Kconfig"\nconfig A\n\tbool\n',
    });
    const { value } = await loadKconfigTree(fs, undefined, { rootUri: 'file:///k', arch: 'x86_64' });
    assert.deepEqual([...value.symbols.keys()].sort(), ['A', 'K']);
  });

  test('a number is the symbol of that name where there is one, else itself', async () => {
    const files = {
      '/k/Kconfig':
        'config 8260\n\tbool "8260"\nconfig CPM2\n\tbool "cpm2"\n\tdepends on NEVER || 8260\nconfig SIZE\n\tint "size"\n\trange 2 64\n\tdefault 4\nconfig BIG\n\tdef_bool SIZE >= 8\n',
    };
    const on = await values(files, { '8260': 'y', CPM2: 'y', SIZE: '16' });
    assert.deepEqual([on('CPM2'), on('SIZE'), on('BIG')], ['y', '16', 'y']);
    const off = await values(files, { CPM2: 'y', SIZE: '100' });
    assert.deepEqual([off('CPM2'), off('SIZE'), off('BIG')], ['n', '4', 'n']);
  });

  test('a select raises a symbol above what it depends on; m becomes y where there are no modules', async () => {
    const files = {
      '/k/Kconfig':
        'config S\n\tbool "s"\n\tselect T\nconfig T\n\ttristate "t"\n\tdepends on NEVER\nconfig M\n\ttristate "m"\nconfig MODULES\n\tbool "mods"\n\tmodules\n',
    };
    const off = await values(files, { S: 'y', M: 'm' });
    assert.equal(off('T'), 'y');
    assert.equal(off('M'), 'y');
    const on = await values(files, { MODULES: 'y', M: 'm' });
    assert.equal(on('M'), 'm');
    assert.equal(on('T'), 'n');
  });

  test('what the compiler decides is taken from the file, and left open where there is no file', async () => {
    const files = {
      '/k/Kconfig': 'config CC_HAS\n\tdef_bool $(cc-option,-x)\nconfig USE\n\tbool "use"\n\tdepends on CC_HAS\n',
    };
    assert.equal((await values(files, { CC_HAS: 'y', USE: 'y' }))('USE'), 'y');
    assert.equal((await values(files, { USE: 'y' }))('USE'), 'n');
    assert.equal((await values(files, { USE: 'y' }, false))('USE'), 'y');
  });

  test('an implied symbol follows, unless the user says no', async () => {
    const files = { '/k/Kconfig': 'config A\n\tbool "a"\n\timply B\nconfig B\n\tbool "b"\n' };
    assert.equal((await values(files, { A: 'y' }))('B'), 'y');
    assert.equal((await values(files, { A: 'y', B: 'n' }))('B'), 'n');
  });

  test('a default out of range is moved to its bound', async () => {
    const files = {
      '/k/Kconfig': 'config N\n\tint\n\trange 8 16 if BIG\n\trange 1 4\n\tdefault 6\nconfig BIG\n\tbool "big"\n',
    };
    assert.equal((await values(files, { BIG: 'y' }))('N'), '8');
    assert.equal((await values(files, {}))('N'), '4');
  });
});

function strip(statements: readonly object[], text: string): unknown {
  return statements.map((one) => {
    const { help, ...rest } = one as { help?: { start: number; end: number } };
    return help
      ? {
          ...rest,
          help: text
            .slice(help.start, help.end)
            .replace(/^\s*help\s*/, '')
            .trim(),
        }
      : rest;
  });
}
