import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleSketch, TargetSketch } from './make.ts';
import { fittingVersions, layoutCrc, module, options, predict, printkCrc, target } from './make.ts';

const layout = { symbol: 'module_layout', crc: layoutCrc };
const printk = { symbol: '_printk', crc: printkCrc };
const plain = options('-MODULE_SIG');

function load(sketch: ModuleSketch, kernel: TargetSketch = {}, loaded: readonly ModuleSketch[] = []) {
  const release = kernel.release ?? '6.1.0';
  const words = `${release} SMP preempt mod_unload modversions `;
  return predict(module({ vermagic: words, ...sketch }), target({ options: plain, ...kernel, release }), {
    loaded: loaded.map((one) => module({ vermagic: words, imports: [], ...one })),
  });
}

const exporting = (symbol: string): ModuleSketch => ({ exports: [{ symbol, crc: 1 }] });

test('an export of the kernel itself is a duplicate', () => {
  const verdict = load(exporting('_printk'));
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, ['demo: exports duplicate symbol _printk (owned by kernel)']);
  assert.equal(verdict.findings[0]?.rule, 'duplicate-export');
});

test('so is one of a module loaded before', () => {
  const verdict = load(exporting('help'), {}, [{ name: 'first', ...exporting('help') }]);
  assert.deepEqual(verdict.dmesg, ['demo: exports duplicate symbol help (owned by first)']);
});

test('a module of the target that is not loaded is no obstacle, one it depends on is', () => {
  const exports = [layout, printk, { symbol: 'help', crc: 1, exporter: 'drivers/a' }];
  assert.equal(load(exporting('help'), { exports }).verdict, 'loads');
  const more = [...exports, { symbol: 'other', crc: 2, exporter: 'drivers/a' }];
  const versions = [...fittingVersions, { symbol: 'other', crc: 2 }];
  const verdict = load({ ...exporting('help'), imports: ['other'], versions }, { exports: more });
  assert.deepEqual(verdict.dmesg, ['demo: exports duplicate symbol help (owned by a)']);
});

test('a module’s own line in Module.symvers is not a duplicate', () => {
  const exports = [layout, printk, { symbol: 'help', crc: 1, exporter: 'drivers/net/demo' }];
  assert.equal(load(exporting('help'), { exports }).verdict, 'loads');
});

test('resolution comes before: an unknown symbol wins over a duplicate', () => {
  const verdict = load({ ...exporting('_printk'), imports: ['gone'] });
  assert.equal(verdict.errno, 'ENOENT');
});

test('exports without CRCs need force on a kernel that checks them', () => {
  const bare: ModuleSketch = { exports: [{ symbol: 'help' }] };
  const refused = load(bare);
  assert.equal(refused.errno, 'ENOEXEC');
  assert.deepEqual(refused.dmesg, []);
  const forced = load(bare, { options: [...plain, 'MODULE_FORCE_LOAD'] });
  assert.equal(forced.taint, 'F');
  assert.equal(forced.dmesg[0], 'demo: no versions for exported symbols: kernel tainted.');
});

test('7.2 wants flags beside exports, 6.17 does not', () => {
  assert.equal(load(exporting('help'), { release: '6.17.0', vendor: 'upstream' }).verdict, 'loads');
  const refused = load(exporting('help'), { release: '7.2.13' });
  assert.equal(refused.errno, 'ENOEXEC');
  assert.deepEqual(refused.dmesg, ['demo: no flags for exported symbols']);
  const flagged = load({ ...exporting('help'), sections: [{ name: '__kflagstab' }] }, { release: '7.2.13' });
  assert.equal(flagged.verdict, 'loads');
});

test('7.2 drops the exports of an obsolete GPL table', () => {
  const old: ModuleSketch = { exports: [{ symbol: '_printk', crc: 1, gplOnly: true }] };
  const verdict = load(old, { release: '7.2.13' });
  assert.equal(verdict.verdict, 'loads');
  assert.deepEqual(verdict.dmesg, [
    'demo: ignoring obsolete section __ksymtab_gpl',
    'demo: ignoring obsolete section __kcrctab_gpl',
  ]);
});
