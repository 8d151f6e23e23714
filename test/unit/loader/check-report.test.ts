import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReport, reasonOf, targetReport } from '../../../server/src/service/check-report.ts';
import type { ModuleSketch, TargetSketch } from './make.ts';
import { layoutCrc, module, options, predict, printkCrc, target } from './make.ts';

const plain = options('-MODULE_SIG');

function report(sketch: ModuleSketch, kernel: TargetSketch = {}) {
  const input = { target: target({ options: plain, ...kernel }), request: {}, loaded: [] };
  const own = module(sketch);
  return targetReport(input, own, predict(own, input.target));
}

test('the report of check has the fields of the contract, with null for what is not known', () => {
  const own = module({ modinfo: [['srcversion', 'ABC']] });
  const kernel = target({ options: plain });
  assert.deepEqual(checkReport(own, kernel, predict(own, kernel), 'build/demo.ko'), {
    module: {
      path: 'build/demo.ko',
      name: 'demo',
      vermagic: '6.1.0-55-amd64 SMP preempt mod_unload modversions ',
      compression: 'none',
      srcversion: 'ABC',
    },
    target: {
      name: 'test target',
      release: '6.1.0-55-amd64',
      vermagic: '6.1.0-55-amd64 SMP preempt mod_unload modversions ',
      origins: ['the test'],
    },
    verdict: 'loads',
    errno: null,
    dmesg: [],
    taint: '',
    findings: [],
    missing: [],
  });
});

test('symbols are listed with both CRCs and what became of them', () => {
  const sketch: ModuleSketch = {
    imports: ['_printk', 'gone'],
    versions: [
      { symbol: 'module_layout', crc: layoutCrc },
      { symbol: '_printk', crc: 7 },
    ],
  };
  assert.deepEqual(report(sketch).symbols, [
    { symbol: 'module_layout', actual: '0x9060323f', expected: '0x9060323f', exporter: 'vmlinux', state: 'same' },
    { symbol: '_printk', actual: '0x00000007', expected: '0x92997ed8', exporter: 'vmlinux', state: 'crc-mismatch' },
    { symbol: 'gone', actual: null, expected: null, exporter: null, state: 'unknown-symbol' },
  ]);
  assert.equal(printkCrc, 0x92997ed8);
});

test('the release does not count in the words of a module with CRCs, and does without', () => {
  const other = '6.1.0-47-amd64 SMP preempt mod_unload modversions ';
  assert.equal(report({ vermagic: other }).tokens[0]?.counts, false);
  assert.equal(report({ vermagic: other, versions: undefined }).tokens[0]?.counts, true);
});

for (const [sketch, kernel, reason] of [
  [{}, {}, null],
  [{ vermagic: '6.1.0-55-amd64 SMP preempt_rt mod_unload modversions ' }, {}, 'vermagic: preempt_rt ≠ preempt'],
  [{ vermagic: '6.1.0-55-amd64 SMP preempt mod_unload modversions' }, {}, 'vermagic differs in its spaces'],
  [{ imports: ['gone', 'away'] }, {}, 'unknown symbol gone and 1 more'],
  [{ versions: [{ symbol: 'module_layout', crc: 1 }] }, {}, 'CRC of module_layout differs'],
  [{}, { exports: undefined }, 'unknown: the CRC of module_layout on the target'],
] as const satisfies readonly (readonly [ModuleSketch, TargetSketch, string | null])[]) {
  test(`reason: ${reason}`, () => {
    assert.equal(reasonOf(predict(module(sketch), target({ options: plain, ...kernel }))), reason);
  });
}

test('a missing fact is a sentence that says how to supply it', () => {
  const [first] = report({}, { exports: undefined }).check.missing;
  assert.match(first ?? '', /^the CRC of module_layout on the target: Give the target's Module\.symvers/);
});
