import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTarget } from '../../../server/src/kernel/open-target.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import { withTreeExports } from '../../../server/src/service/tree-exports.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { moduleWith } from '../support/module-facts.ts';

const release = '6.1.0-56-amd64';
const folder = `/rfs/lib/modules/${release}`;
const origin = { label: '__ksymtab of vmlinuz', uri: 'file:///rfs/boot/vmlinuz' };
const layout = { symbol: 'module_layout', crc: 1, exporter: 'vmlinux', gplOnly: false, namespace: '', origin };
/** What a kernel image gives: its own exports, and nothing of modules. */
const image = {
  origins: [origin],
  complete: false,
  size: 1,
  get: (symbol: string) => (symbol === 'module_layout' ? layout : undefined),
  symbols: () => [layout],
};
const phy = moduleWith(`file://${folder}/kernel/net/libphy-x.ko.xz`, {
  exports: [{ symbol: 'phy_start', crc: 0x1234, gplOnly: true, namespace: '' }],
});

async function opened(files: Record<string, string>, opens: string[] = []) {
  const target = await openTarget(
    { files: new MemoryFileSystem(files), decompressor: { unpack: async () => ({ problem: '' }) } },
    '/rfs',
    {
      readModule: async (uri) => {
        opens.push(uri);
        return uri === phy.uri ? phy : undefined;
      },
    },
  );
  return { ...target, symbols: image };
}

function importing(depends: string, ...symbols: string[]): KernelModule {
  const module = moduleWith('file:///build/mine.ko', {});
  return {
    ...module,
    modinfo: [{ key: 'depends', value: depends }],
    imports: symbols.map((symbol, symbolIndex) => ({ symbol, weak: false, symbolIndex })),
  };
}

const file = { [`${folder}/kernel/net/libphy-x.ko.xz`]: 'packed' };

test('a module that imports from a module of the rootfs finds it: by modules.order and depends= before depmod ran', async () => {
  const opens: string[] = [];
  const target = await opened({ ...file, [`${folder}/modules.order`]: 'kernel/net/libphy-x.ko\n' }, opens);
  const before = opens.length;
  assert.equal((await withTreeExports(target, [importing('', 'module_layout')])).symbols, image);
  assert.equal(opens.length, before, 'no module is read for what the kernel exports itself');
  const { symbols } = await withTreeExports(target, [importing('libphy_x', 'phy_start', 'gone')]);
  assert.equal(symbols?.get('phy_start')?.crc, 0x1234);
  assert.equal(symbols?.get('phy_start')?.gplOnly, true);
  assert.equal(symbols?.complete, false, 'another module may export what is missing');
});

test("depmod's modules.symbols names the exporter, whatever depends= says, and makes the exports complete", async () => {
  const target = await opened({
    ...file,
    [`${folder}/modules.dep`]: 'kernel/net/libphy-x.ko.xz:\n',
    [`${folder}/modules.symbols`]:
      '# Aliases for symbols, used by symbol_request().\nalias symbol:phy_start libphy_x\n',
  });
  const { symbols } = await withTreeExports(target, [importing('', 'phy_start', 'gone')]);
  assert.equal(symbols?.get('phy_start')?.crc, 0x1234);
  assert.equal(symbols?.get('gone'), undefined);
  assert.equal(symbols?.complete, true);
});
