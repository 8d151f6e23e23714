import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseSymvers } from '../../../server/src/kernel/symvers.ts';
import { configSurroundings } from '../../../server/src/service/config-surroundings.ts';
import { configVermagic } from '../../../server/src/service/config-vermagic.ts';
import {
  completeConfigLine,
  configDefinitions,
  configSymbolAt,
  hoverConfigSymbol,
} from '../../../server/src/service/config-view.ts';
import { outlineKbuild } from '../../../server/src/service/kbuild-outline.ts';
import { pinDefinitions, pinnedNameAt, pinReferences, renamePin } from '../../../server/src/service/pins-navigation.ts';
import { loadPins } from '../../../server/src/service/pins-workspace.ts';
import { diffSymvers, formatSymversDiff } from '../../../server/src/service/symvers-diff.ts';
import { parseToleratedChanges } from '../../../server/src/service/symvers-tolerated.ts';
import { hoverExport, searchSymbols, symversLine } from '../../../server/src/service/symvers-view.ts';
import { normalizeDotConfig, parseDotConfigSyntax } from '../../../server/src/text/dot-config-syntax.ts';
import { loadKconfigTree } from '../../../server/src/text/kconfig-tree.ts';
import { targetOf } from '../rules/run-example.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const orin = targetOf({ name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64' });
const config =
  '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\nCONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_RT=y\nCONFIG_MODULES=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_MODVERSIONS=y\n';

describe('vermagic of a configuration', () => {
  test('with the LOCALVERSION that the project pins it is the one of the target', async () => {
    const pins = await loadPins(new MemoryFileSystem({ '/w/versions.env': 'LOCALVERSION=-tegra\n' }), 'file:///w');
    const made = configVermagic(config, [orin], pins);
    assert.equal(made?.title, '→ 5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64 · matches orin-rt');
    assert.equal(made?.releaseFrom, "the file's head + LOCALVERSION of the pins");
  });

  test('a difference names the words', () => {
    const made = configVermagic(config.replace('PREEMPT_RT', 'PREEMPT'), [orin], undefined);
    assert.match(made?.title ?? '', /^→ 5\.15\.148 SMP preempt mod_unload modversions aarch64 · orin-rt: /);
    assert.ok(made?.differs[0]?.words.includes('"preempt" ≠ "preempt_rt"'));
  });

  test('what lies beside .config counts: localversion files, and the release of a build before all', async () => {
    const files = new MemoryFileSystem({
      '/k/.config': config,
      '/k/localversion-rt': '-rt53\n',
      '/k/localversion-rt~': '-old\n',
    });
    const title = async () =>
      configVermagic(config, [], undefined, await configSurroundings(files, 'file:///k/.config'))?.title;
    assert.equal(await title(), '→ 5.15.148-rt53 SMP preempt_rt mod_unload modversions aarch64');
    files.write('/k/include/generated/utsrelease.h', '#define UTS_RELEASE "5.15.148-built"\n');
    assert.equal(await title(), '→ 5.15.148-built SMP preempt_rt mod_unload modversions aarch64');
  });

  test('a fragment has no vermagic', () => {
    assert.equal(configVermagic('CONFIG_PREEMPT_RT=y\n', [orin], undefined), undefined);
  });
});

describe('a symbol of the configuration', () => {
  const files = new MemoryFileSystem({
    '/k/Kconfig':
      'menu "General"\nconfig MODVERSIONS\n\tbool "Module versioning support"\n\tdepends on MODULES\n\thelp\n\t  Usually, you have to use modules compiled with your kernel.\n\nconfig MODULES\n\tbool "Modules"\nconfig LOG\n\tint "Log"\n\tdefault 17\nendmenu\n',
  });
  const tree = async () => (await loadKconfigTree(files, undefined, { rootUri: 'file:///k', arch: 'arm64' })).value;

  test('hover: effect, value that Kconfig gives it, help and place', async () => {
    const text = await hoverConfigSymbol({
      name: 'MODVERSIONS',
      tree: await tree(),
      targets: [orin],
      configText: 'CONFIG_MODVERSIONS=y\n',
      files,
    });
    assert.match(text ?? '', /Module versioning support/);
    assert.match(text ?? '', /every imported symbol must carry the CRC/);
    assert.match(text ?? '', /Kconfig makes it `n`: it depends on MODULES, which is not set/);
    assert.match(text ?? '', /Usually, you have to use modules compiled with your kernel\./);
    assert.match(text ?? '', /Kconfig:2 · General/);
  });

  test('hover without a kernel source still tells the effect', async () => {
    const text = await hoverConfigSymbol({ name: 'MODULE_FORCE_LOAD', tree: undefined, targets: [] });
    assert.match(text ?? '', /taint the kernel \(F\)/);
  });

  test('place, definition and completion', async () => {
    assert.equal(configSymbolAt('# CONFIG_MODVERSIONS is not set', 4, 10)?.name, 'MODVERSIONS');
    assert.equal(configSymbolAt('# CONFIG_MODVERSIONS is not set', 4, 25), undefined);
    assert.deepEqual(
      configDefinitions(await tree(), 'MODULES').map(({ uri, range }) => [uri, range.start.line]),
      [['file:///k/Kconfig', 7]],
    );
    assert.deepEqual(
      completeConfigLine(await tree(), 'CONFIG_MOD').map((one) => one.label),
      ['CONFIG_MODVERSIONS', 'CONFIG_MODULES'],
    );
    assert.deepEqual(
      completeConfigLine(await tree(), 'CONFIG_LOG=').map((one) => one.insert),
      ['17'],
    );
    assert.deepEqual(
      completeConfigLine(await tree(), 'CONFIG_MODULES=').map((one) => one.insert),
      ['y', 'n'],
    );
  });

  test('two files compare by meaning: order, comments and earlier lines do not count', () => {
    const one = normalizeDotConfig(parseDotConfigSyntax('# c\nCONFIG_B=y\nCONFIG_A=m\n# CONFIG_C is not set\n'));
    const two = normalizeDotConfig(
      parseDotConfigSyntax('# CONFIG_C is not set\r\nCONFIG_A=y\r\nCONFIG_A=m\r\nCONFIG_B=y\r\n'),
    );
    assert.equal(one, 'CONFIG_A=m\nCONFIG_B=y\n# CONFIG_C is not set\n');
    assert.equal(two, one);
  });
});

describe('Module.symvers', () => {
  const table = (text: string) => parseSymvers(text, { label: 'Module.symvers' }).value;
  const before = table(
    '0x00000001\tkept\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tgone\tvmlinux\tEXPORT_SYMBOL\t\n0x00000003\tcrc\tvmlinux\tEXPORT_SYMBOL\t\n0x00000004\tgpl\tdrivers/a\tEXPORT_SYMBOL\t\n0x00000005\tmoved\tdrivers/a\tEXPORT_SYMBOL\t\n0x00000006\tns\tvmlinux\tEXPORT_SYMBOL\tONE\n',
  );
  const after = table(
    '0x00000001\tkept\tvmlinux\tEXPORT_SYMBOL\t\n0x00000007\tnew\tvmlinux\tEXPORT_SYMBOL\t\n0x00000033\tcrc\tvmlinux\tEXPORT_SYMBOL\t\n0x00000004\tgpl\tdrivers/a\tEXPORT_SYMBOL_GPL\t\n0x00000005\tmoved\tdrivers/b\tEXPORT_SYMBOL\t\n0x00000006\tns\tvmlinux\tEXPORT_SYMBOL\tTWO\n',
  );

  test('every kind of change is told, and which of them break modules', () => {
    const diff = diffSymvers(before, after);
    assert.deepEqual(
      diff.changes.map(({ symbol, kind, breaks }) => `${symbol} ${kind}${breaks ? '!' : ''}`),
      [
        'crc crc-changed!',
        'gone removed!',
        'gpl became-gpl-only!',
        'moved moved',
        'new added',
        'ns namespace-changed!',
      ],
    );
    assert.equal(diff.same, 1);
    assert.match(formatSymversDiff(diff), /Export 'crc' changed CRC from '0x00000003' to '0x00000033'/);
  });

  test('tolerated changes are not counted; rules without use are told; bad lines are problems', () => {
    const rules = parseToleratedChanges('# kept out\ndrivers/a PASS\ncrc FAIL\nc* PASS\nnever PASS\nwhat\n');
    assert.deepEqual(
      rules.problems.map((problem) => problem.line),
      [5],
    );
    const diff = diffSymvers(before, after, rules.value);
    assert.equal(diff.breaking, 3);
    assert.deepEqual(diff.unusedRules, ['c* PASS', 'never PASS']);
  });

  test('the rule that keeps everything else out has its use', () => {
    const rules = parseToleratedChanges('crc PASS\n* FAIL\n').value;
    const diff = diffSymvers(before, after, rules);
    assert.equal(diff.breaking, 3);
    assert.deepEqual(diff.unusedRules, []);
    assert.deepEqual(diffSymvers(before, before, rules).unusedRules, ['crc PASS', '* FAIL']);
  });

  test('a symbol that leaves its namespace breaks no module, one that gets a namespace does', () => {
    const open = table('0x00000001\tone\tvmlinux\tEXPORT_SYMBOL\t\n');
    const kept = table('0x00000001\tone\tvmlinux\tEXPORT_SYMBOL\tNS\n');
    assert.equal(diffSymvers(kept, open).breaking, 0);
    assert.equal(diffSymvers(kept, open).changes[0]?.kind, 'namespace-changed');
    assert.equal(diffSymvers(open, kept).breaking, 1);
  });

  test('28,000 symbols compare at once', () => {
    const many = Array.from(
      { length: 28_000 },
      (_, index) => `0x${index.toString(16).padStart(8, '0')}\tsymbol_${index}\tvmlinux\tEXPORT_SYMBOL\t\n`,
    ).join('');
    const diff = diffSymvers(table(many), table(many.replace('0x00000010\t', '0x10000010\t')));
    assert.deepEqual(
      diff.changes.map((change) => change.symbol),
      ['symbol_16'],
    );
  });

  test('lines that are spelt otherwise and mean the same are no change', () => {
    const unix = '0x0000000a\tone\tvmlinux\tEXPORT_SYMBOL\t\n0x0000000b\ttwo\tvmlinux\tEXPORT_SYMBOL\tNS\n';
    const others = [unix.replaceAll('\n', '\r\n'), unix.replace('0x0000000b', '0x0000000B'), unix.slice(0, -1)];
    for (const other of others) {
      for (const diff of [diffSymvers(table(unix), table(other)), diffSymvers(table(other), table(unix))])
        assert.deepEqual([diff.changes.length, diff.same], [0, 2], JSON.stringify(other));
    }
    const longer = diffSymvers(table(unix.slice(0, -1)), table(unix.replace('NS', 'NS_MORE')));
    assert.deepEqual(
      longer.changes.map(({ symbol, kind }) => [symbol, kind]),
      [['two', 'namespace-changed']],
    );
  });

  test('hover and search', () => {
    const text = hoverExport('gpl', after, [{ ...orin, symbols: before }], ['metis.ko']);
    assert.match(text ?? '', /GPL-only/);
    assert.match(text ?? '', /Imported by metis\.ko\./);
    assert.match(text ?? '', /orin-rt: the same CRC/);
    assert.equal(symversLine('0x00000004\tgpl\tdrivers/a\tEXPORT_SYMBOL\t', 3)?.symbol, 'gpl');
    assert.deepEqual(searchSymbols(after, 'ov', 5), ['moved']);
  });
});

test('the outline of a Kbuild file leads to sources and built modules', async () => {
  const files = new MemoryFileSystem({ '/w/main.c': '', '/w/zedx.ko': '' });
  const [module] = await outlineKbuild(files, 'file:///w/Kbuild', 'obj-m += zedx.o\nzedx-y := main.o gone.o\n');
  assert.equal(module?.built, true);
  assert.deepEqual(
    module?.parts.map((part) => [part.object, part.sourceUri]),
    [
      ['main.o', 'file:///w/main.c'],
      ['gone.o', undefined],
    ],
  );
});

test('a pinned name leads from a script to versions.env, and is renamed everywhere', async () => {
  const files = new MemoryFileSystem({
    '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\n',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's, not ours
    '/w/scripts/build.sh': '#!/bin/sh\ntar xf linux-$KERNEL_BASE_VERSION.tar\necho "${KERNEL_BASE_VERSION%.*}"\n',
    '/w/Makefile': 'SRC := linux-$(KERNEL_BASE_VERSION)\n',
  });
  const pins = await loadPins(files, 'file:///w');
  assert.equal(pinnedNameAt(pins, 'file:///w/scripts/build.sh', 1, 15), 'KERNEL_BASE_VERSION');
  assert.deepEqual(
    pinDefinitions(pins, 'KERNEL_BASE_VERSION').map((one) => one.uri),
    ['file:///w/versions.env'],
  );
  assert.equal(pinReferences(pins, 'KERNEL_BASE_VERSION').length, 4);
  const edits = renamePin(pins, 'KERNEL_BASE_VERSION', 'KBASE');
  assert.ok(typeof edits !== 'string');
  assert.deepEqual(edits.map((edit) => `${edit.uri.slice(10)}:${edit.range.start.line}`).sort(), [
    'Makefile:0',
    'scripts/build.sh:1',
    'scripts/build.sh:2',
    'versions.env:0',
  ]);
  assert.equal(renamePin(pins, 'KERNEL_BASE_VERSION', 'a b'), '"a b" is no name of a variable.');
});
