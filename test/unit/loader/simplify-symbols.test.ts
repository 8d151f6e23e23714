import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SHN_COMMON } from '../../../server/src/elf/constants.ts';
import type { ElfSymbol } from '../../../server/src/elf/elf-file.ts';
import type { ExportSketch, ModuleSketch, PredictOptions, TargetSketch } from './make.ts';
import { layoutCrc, module, options, predict, rulesOf, target } from './make.ts';

const layout = { symbol: 'module_layout', crc: layoutCrc };
const plain = options('-MODULE_SIG');

/** A module with these imports, all with the CRC 1, on a kernel with these exports. */
function load(
  imports: ModuleSketch['imports'],
  exports: readonly ExportSketch[],
  more: { module?: ModuleSketch; target?: TargetSketch; predict?: PredictOptions } = {},
) {
  const names = (imports ?? []).map((one) => (typeof one === 'string' ? one : (one.symbol ?? '')));
  const versions = [layout, ...names.map((symbol) => ({ symbol, crc: 1 }))];
  const kernel = target({ options: plain, exports: [layout, ...exports], ...more.target });
  return predict(module({ imports: imports ?? [], versions, ...more.module }), kernel, more.predict);
}

const proprietary: ModuleSketch = { modinfo: [['license', 'Proprietary']] };
const gplOnly: ExportSketch = { symbol: 'gpl_fn', crc: 1, gplOnly: true };
const unknown = (symbol: string, number: number) => `demo: Unknown symbol ${symbol} (err ${number})`;

test('a missing symbol is ENOENT', () => {
  const verdict = load(['gone'], []);
  assert.equal(verdict.errno, 'ENOENT');
  assert.deepEqual(verdict.dmesg, [unknown('gone', -2)]);
  assert.deepEqual(rulesOf(verdict), ['unknown-symbol']);
});

test('all failures are printed in symbol order; the errno is the last one’s', () => {
  const wrongCrc: ExportSketch = { symbol: 'changed', crc: 2 };
  const ending = load(['gone', 'changed'], [wrongCrc]);
  assert.equal(ending.errno, 'EINVAL');
  assert.deepEqual(ending.dmesg, [
    unknown('gone', -2),
    'demo: disagrees about version of symbol changed',
    unknown('changed', -22),
  ]);
  assert.equal(load(['changed', 'gone'], [wrongCrc]).errno, 'ENOENT');
});

test('a symbol that follows a failure and is fine does not heal it', () => {
  assert.equal(load(['gone', 'fine'], [{ symbol: 'fine', crc: 1 }]).errno, 'ENOENT');
});

test('a weak symbol may be missing, but not have another CRC', () => {
  assert.equal(load([{ symbol: 'gone', weak: true }], []).verdict, 'loads');
  assert.equal(load([{ symbol: 'there', weak: true }], [{ symbol: 'there', crc: 9 }]).errno, 'EINVAL');
});

test('_GLOBAL_OFFSET_TABLE_ may stay undefined on x86', () => {
  assert.equal(load(['_GLOBAL_OFFSET_TABLE_'], []).verdict, 'loads');
});

test('a proprietary module does not see GPL-only symbols: the text of a missing one', () => {
  const verdict = load(['gpl_fn'], [gplOnly], { module: proprietary });
  assert.equal(verdict.errno, 'ENOENT');
  assert.equal(verdict.dmesg.at(-1), unknown('gpl_fn', -2));
  assert.equal(verdict.findings[0]?.rule, 'gpl-only-symbol');
  assert.equal(verdict.taint, 'P');
});

test('a GPL module sees them', () => {
  assert.equal(load(['gpl_fn'], [gplOnly]).verdict, 'loads');
});

const vendorModule = module({
  name: 'vendor',
  modinfo: [['license', 'NVIDIA']],
  imports: [],
  exports: [{ symbol: 'vendor_fn', crc: 1 }],
  versions: [layout],
});

test('using a proprietary module’s symbol first makes a module proprietary: GPL-only symbols vanish', () => {
  const verdict = load(['vendor_fn', 'gpl_fn'], [gplOnly], { predict: { loaded: [vendorModule] } });
  assert.equal(verdict.errno, 'ENOENT');
  assert.deepEqual(verdict.dmesg, [
    'demo: module uses symbols vendor_fn from proprietary module vendor, inheriting taint.',
    unknown('gpl_fn', -2),
  ]);
});

test('using a GPL-only symbol first bars the proprietary module’s', () => {
  const verdict = load(['gpl_fn', 'vendor_fn'], [gplOnly], { predict: { loaded: [vendorModule] } });
  assert.equal(verdict.errno, 'ENOENT');
  assert.deepEqual(verdict.dmesg, [
    'demo: module using GPL-only symbols uses symbols vendor_fn from proprietary module vendor.',
    unknown('vendor_fn', -2),
  ]);
});

test('a provider that the target lists as proprietary is one, as far as the kernel is one that asks', () => {
  const listed: ExportSketch[] = [
    gplOnly,
    { symbol: 'vendor_fn', crc: 1, exporter: 'extra/vendor', proprietary: true },
  ];
  assert.equal(load(['gpl_fn', 'vendor_fn'], listed).errno, 'ENOENT');
  assert.equal(load(['vendor_fn'], listed).taint, 'P');
  const words = '5.4.0 SMP preempt mod_unload modversions ';
  const old = { target: { release: '5.4.0' }, module: { vermagic: words } };
  assert.equal(load(['gpl_fn', 'vendor_fn'], listed, old).verdict, 'loads');
});

test('inheriting taints the module, not the kernel: nothing stays when the load is refused', () => {
  assert.equal(load(['vendor_fn'], [], { predict: { loaded: [vendorModule] } }).taint, 'P');
  assert.equal(load(['vendor_fn', 'gone'], [], { predict: { loaded: [vendorModule] } }).taint, '');
});

for (const [release, line] of [
  ['5.10.0', 'demo: module uses symbols from proprietary module vendor, inheriting taint.'],
  ['5.19.0', 'demo: module uses symbols vendor_fn from proprietary module vendor, inheriting taint.'],
] as const) {
  test(`the words of ${release} about inheriting`, () => {
    const words = `${release} SMP preempt mod_unload modversions `;
    const loaded = [
      {
        ...vendorModule,
        modinfo: [
          { key: 'license', value: 'NVIDIA' },
          { key: 'vermagic', value: words },
        ],
      },
    ];
    const verdict = load(['vendor_fn'], [], { target: { release }, module: { vermagic: words }, predict: { loaded } });
    assert.equal(verdict.dmesg.at(-1), line);
  });
}

test('a symbol of a --with module resolves, with the CRC that module gives it', () => {
  const provider = module({ name: 'prov', imports: [], versions: [layout], exports: [{ symbol: 'help', crc: 1 }] });
  assert.equal(load(['help'], [], { predict: { loaded: [provider] } }).verdict, 'loads');
  const changed = { ...provider, exports: [{ symbol: 'help', crc: 2, gplOnly: false, namespace: '' }] };
  assert.equal(load(['help'], [], { predict: { loaded: [changed] } }).errno, 'EINVAL');
});

test('a --with module that is refused itself provides nothing, and the finding says so', () => {
  const provider = module({
    name: 'prov',
    imports: ['gone'],
    versions: [layout],
    exports: [{ symbol: 'help', crc: 1 }],
  });
  const verdict = load(['help'], [], { predict: { loaded: [provider] } });
  assert.equal(verdict.errno, 'ENOENT');
  assert.match(verdict.findings[0]?.message ?? '', /prov exports it, but would itself be refused/);
});

test('another module of the target counts as loaded before, as modprobe does', () => {
  assert.equal(load(['mii_fn'], [{ symbol: 'mii_fn', crc: 1, exporter: 'drivers/net/mii' }]).verdict, 'loads');
});

test('a similar name is offered', () => {
  const verdict = load(['register_netdevice2'], [{ symbol: 'register_netdevice', crc: 1 }]);
  assert.match(verdict.findings[0]?.message ?? '', /Similar exports: register_netdevice\./);
});

function oddSymbol(change: Partial<ElfSymbol>): ElfSymbol {
  return {
    index: 20,
    name: 'odd',
    nameOffset: 1,
    value: 0,
    size: 0,
    binding: 1,
    type: 1,
    visibility: 0,
    shndx: 4,
    sectionIndex: 4,
    ...change,
  };
}

test('a common symbol is refused', () => {
  const common = oddSymbol({ shndx: SHN_COMMON, sectionIndex: SHN_COMMON });
  const verdict = load([], [], { module: { more: { irregularSymbols: [common] } } });
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, ['demo: please compile with -fno-common']);
});

test('the common symbol of an LTO object is not', () => {
  const common = oddSymbol({ name: '__gnu_lto_v1', shndx: SHN_COMMON, sectionIndex: SHN_COMMON });
  assert.equal(load([], [], { module: { more: { irregularSymbols: [common] } } }).verdict, 'loads');
});

for (const [release, refused] of [
  ['6.1.192', true],
  ['6.1.191', false],
  ['6.6.57', false],
  ['6.12.117', true],
  ['7.2.13', true],
] as const) {
  test(`a section index beyond the table on ${release}`, () => {
    const beyond = oddSymbol({ shndx: 99, sectionIndex: 99 });
    const words = `${release} SMP preempt mod_unload modversions `;
    const verdict = load([], [], {
      target: { release },
      module: { vermagic: words, more: { irregularSymbols: [beyond] } },
    });
    assert.equal(verdict.errno, refused ? 'ENOEXEC' : undefined);
    assert.equal(verdict.dmesg.length > 0, refused);
    if (refused) {
      assert.equal(verdict.dmesg[0], 'demo: Symbol odd has an invalid section index 99 (max 7)');
    }
  });
}
