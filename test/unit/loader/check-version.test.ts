import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleSketch, TargetSketch } from './make.ts';
import { fittingVersions, layoutCrc, module, options, predict, printkCrc, rulesOf, target } from './make.ts';

const layout = { symbol: 'module_layout', crc: layoutCrc };
const printk = { symbol: '_printk', crc: printkCrc };
const kernel614: TargetSketch = { release: '6.14.0-37-generic', vendor: 'ubuntu' };
const in614: ModuleSketch = { vermagic: '6.14.0-37-generic SMP preempt mod_unload modversions ' };
const line = (text: string, symbol: string) => `demo: ${text} ${symbol}`;

interface Case {
  name: string;
  module: ModuleSketch;
  target?: TargetSketch;
  errno?: string;
  dmesg?: readonly string[];
  rules?: readonly string[];
}

const unsigned = options('-MODULE_SIG');

const cases: readonly Case[] = [
  { name: 'equal CRCs load', module: {}, dmesg: [] },
  {
    name: 'another module_layout is ENOEXEC, before vermagic',
    module: { versions: [{ symbol: 'module_layout', crc: 1 }, printk], vermagic: '5.10.0 SMP mod_unload modversions ' },
    errno: 'ENOEXEC',
    dmesg: [line('disagrees about version of symbol', 'module_layout')],
    rules: ['crc-mismatch', 'vermagic-mismatch'],
  },
  {
    name: 'another CRC of a symbol is EINVAL, with both lines',
    module: { versions: [layout, { symbol: '_printk', crc: 7 }] },
    errno: 'EINVAL',
    dmesg: [line('disagrees about version of symbol', '_printk'), 'demo: Unknown symbol _printk (err -22)'],
    rules: ['crc-mismatch'],
  },
  {
    name: 'a symbol without an entry: Debian refuses',
    module: { versions: [layout] },
    errno: 'EINVAL',
    dmesg: [line('no symbol version for', '_printk'), 'demo: Unknown symbol _printk (err -22)'],
    rules: ['crc-missing'],
  },
  ...(['upstream', 'ubuntu', 'l4t'] as const).map(
    (vendor): Case => ({
      name: `a symbol without an entry: ${vendor} warns once and loads`,
      module: { versions: [layout] },
      target: { vendor },
      dmesg: [line('no symbol version for', '_printk')],
      rules: ['crc-missing'],
    }),
  ),
  {
    name: 'Debian refuses a table without module_layout with ENOEXEC',
    module: { versions: [printk] },
    errno: 'ENOEXEC',
    dmesg: [line('no symbol version for', 'module_layout')],
  },
  {
    name: 'no table at all without FORCE_LOAD: ENOEXEC and silence',
    module: { versions: undefined },
    errno: 'ENOEXEC',
    dmesg: [],
    rules: ['versions-empty'],
  },
  {
    name: 'no table at all with FORCE_LOAD: F, then vermagic decides',
    module: { versions: undefined, vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ' },
    target: { options: [...unsigned, 'MODULE_FORCE_LOAD'] },
    errno: 'ENOEXEC',
    dmesg: [
      'demo: module_layout: kernel tainted.',
      'Disabling lock debugging due to kernel taint',
      "demo: version magic '6.1.0-55-amd64 SMP preempt mod_unload ' should be '6.1.0-55-amd64 SMP preempt mod_unload modversions '",
    ],
  },
  {
    name: 'a kernel without MODVERSIONS looks at no CRC',
    module: { versions: [{ symbol: 'module_layout', crc: 1 }], vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ' },
    target: { options: options('-MODVERSIONS', '-MODULE_SIG') },
    dmesg: [],
  },
  {
    name: 'an exporter without CRC is taken unchecked',
    module: { imports: ['bare'], versions: [layout] },
    target: { options: unsigned, exports: [layout, { symbol: 'bare' }] },
    dmesg: [],
  },
  {
    name: 'the first entry of a name decides',
    module: { versions: [layout, printk, { symbol: '_printk', crc: 1 }] },
    target: { options: unsigned },
    dmesg: [],
  },
  {
    name: '6.14: the extended table alone is asked; a wrong one refuses though the basic one fits',
    module: { ...in614, extended: [layout, { symbol: '_printk', crc: 3 }], versions: fittingVersions },
    target: { ...kernel614, options: unsigned },
    errno: 'EINVAL',
    dmesg: [line('disagrees about version of symbol', '_printk'), 'demo: Unknown symbol _printk (err -22)'],
  },
  {
    name: '6.14: a right extended table loads though the basic one is wrong',
    module: { ...in614, extended: [layout, printk], versions: [layout, { symbol: '_printk', crc: 3 }] },
    target: { ...kernel614, options: unsigned },
    dmesg: [],
  },
  {
    name: '6.14: a name that the extended table lacks is accepted',
    module: { ...in614, extended: [layout], versions: fittingVersions },
    target: { ...kernel614, options: unsigned },
    dmesg: [line('no extended symbol version for', '_printk')],
    rules: ['crc-missing'],
  },
  {
    name: '6.12 does not know the extended table',
    module: {
      extended: [layout, { symbol: '_printk', crc: 3 }],
      versions: fittingVersions,
      vermagic: '6.12.0 SMP preempt mod_unload modversions ',
    },
    target: { release: '6.12.0', options: unsigned },
    dmesg: [],
  },
  {
    name: "Ubuntu 6.8's records on Debian 6.1: module_layout is not found",
    module: {
      more: { versions: { format: 'flexible', sectionVisible: true, entries: fittingVersions, extended: undefined } },
    },
    errno: 'ENOEXEC',
    dmesg: [line('no symbol version for', 'module_layout')],
  },
];

for (const one of cases) {
  test(one.name, () => {
    const verdict = predict(module(one.module), target({ options: unsigned, ...one.target }));
    assert.equal(verdict.errno, one.errno);
    assert.equal(verdict.verdict, one.errno === undefined ? 'loads' : 'refused');
    if (one.dmesg !== undefined) {
      assert.deepEqual(verdict.dmesg, one.dmesg);
    }
    if (one.rules !== undefined) {
      assert.deepEqual(
        rulesOf(verdict).filter((rule) => rule !== 'taint'),
        one.rules,
      );
    }
  });
}

test('the warning about a missing entry is printed for the first symbol only', () => {
  const exports = [layout, printk, { symbol: 'kfree', crc: 5 }];
  const kernel = target({ options: unsigned, vendor: 'upstream', exports });
  const verdict = predict(module({ versions: [layout], imports: ['_printk', 'kfree'] }), kernel);
  assert.deepEqual(verdict.dmesg, ['demo: no symbol version for _printk']);
  assert.deepEqual(rulesOf(verdict), ['crc-missing', 'crc-missing']);
});

test('a mismatch names both CRCs and points to the line of Module.symvers', () => {
  const verdict = predict(module({ versions: [layout, { symbol: '_printk', crc: 7 }] }), target({ options: unsigned }));
  const finding = verdict.findings[0];
  assert.equal(finding?.expected, '0x92997ed8');
  assert.equal(finding?.actual, '0x00000007');
  assert.equal(finding?.related?.[0]?.location.range.start.line, 1);
  assert.match(finding?.message ?? '', /Module\.symvers:2/);
});
