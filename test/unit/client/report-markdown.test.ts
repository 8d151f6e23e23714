import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleReport, SymbolComparison } from '@vermagic/shared';
import { reportMarkdown } from '../../../client/src/report-markdown.ts';

function report(symbols: readonly SymbolComparison[], modinfo: ModuleReport['inspect']['modinfo'] = []): ModuleReport {
  return {
    uri: 'file:///w/hello.ko',
    inspect: {
      path: '/w/hello.ko',
      compression: 'none',
      class: 64,
      endian: 'little',
      machine: 'arm64',
      modinfo,
      versions: [],
      versionsFormat: 'classic',
      exports: [],
      imports: [],
      parameters: [],
      signature: null,
      structModuleSize: null,
      sections: [],
      problems: [],
    },
    targets: [
      {
        check: {
          module: { path: '/w/hello.ko', name: 'hello', vermagic: null, compression: 'none', srcversion: null },
          target: {
            name: 'orin-rt',
            release: '6.1.0-rt',
            vermagic: '6.1.0-rt SMP preempt_rt',
            origins: ['build/.config'],
          },
          verdict: 'refused',
          errno: 'ENOEXEC',
          dmesg: ['hello: disagrees about version of symbol module_layout'],
          taint: '',
          findings: [{ rule: 'crc-mismatch', severity: 'error', message: 'module_layout differs' }],
          missing: [],
        },
        tokens: [
          {
            module: 'preempt',
            kernel: 'preempt_rt',
            same: false,
            counts: true,
            maker: 'CONFIG_X',
            why: 'CONFIG_PREEMPT_RT',
          },
          { module: 'SMP', kernel: 'SMP', same: true, counts: true, maker: 'CONFIG_X', why: 'CONFIG_SMP' },
        ],
        symbols,
      },
    ],
  };
}

const mismatch: SymbolComparison = {
  symbol: 'module_layout',
  actual: '0x11111111',
  expected: '0x22222222',
  exporter: 'vmlinux',
  state: 'crc-mismatch',
};

test('a copied report has what a colleague needs: verdict, kernel lines, tool output, words and CRCs that differ', () => {
  const text = reportMarkdown(report([mismatch, { ...mismatch, symbol: 'kfree', state: 'same' }]));
  for (const part of [
    '## hello.ko',
    'refused by orin-rt',
    'hello: disagrees about version of symbol module_layout',
    'insmod: ERROR: could not insert module hello.ko: Invalid module format',
    '| `preempt` | `preempt_rt` | ≠ |',
    '| `module_layout` | crc-mismatch | `0x11111111` | `0x22222222` |',
  ]) {
    assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
  }
  assert.ok(!text.includes('kfree'), 'a symbol that fits is not worth a line');
});

test('a long list of symbols is cut, and says so', () => {
  const many = Array.from({ length: 60 }, (_, index) => ({ ...mismatch, symbol: `symbol_${index}` }));
  const text = reportMarkdown(report(many));
  assert.ok(text.includes('symbol_49`') && !text.includes('symbol_50`'));
  assert.match(text, /and 10 more symbols/);
});

test('nothing that a module says of itself becomes markup', () => {
  const text = reportMarkdown(report([], [['vermagic', '6.1 `SMP`|x\n## injected']]));
  assert.ok(!/^## injected/m.test(text), text);
  assert.ok(text.includes('6.1  SMP'), text);
});

test('log lines that depend on a missing fact stand apart from those that are certain', () => {
  const base = report([]);
  const [target] = base.targets;
  assert.ok(target);
  const possibleDmesg = [{ dependsOn: ["the size of the target's struct module"], lines: ['a', 'b'] }];
  const check = { ...target.check, dmesg: [], possibleDmesg };
  const markdown = reportMarkdown({ ...base, targets: [{ ...target, check }] });
  assert.match(markdown, /dmesg, depending on the size of the target's struct module:\n\n```text\na\nb\n```/);
  assert.doesNotMatch(reportMarkdown(base), /depending on/);
});
