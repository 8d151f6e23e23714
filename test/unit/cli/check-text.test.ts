import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckReport } from '@vermagic/shared';
import { checkText } from '../../../server/src/cli/check-text.ts';
import { styleFor } from '../../../server/src/cli/style.ts';

const refused: CheckReport = {
  module: { path: 'demo.ko', name: 'demo', vermagic: null, compression: 'none', srcversion: null },
  target: { name: 'orin', release: null, vermagic: null, origins: [] },
  verdict: 'refused',
  errno: 'ENOEXEC',
  dmesg: [],
  taint: '',
  findings: [],
  missing: [],
};

function text(report: CheckReport, verbose = false): string {
  return checkText([report], { style: styleFor(false), verbose, columns: 120 });
}

test('silence is claimed only where the kernel is silent in every case', () => {
  assert.match(text(refused), /\(the kernel logs nothing\)/);
  const possibleDmesg = [{ dependsOn: ["the size of the target's struct module"], lines: ['demo: one', 'demo: two'] }];
  const open = text({ ...refused, possibleDmesg });
  assert.doesNotMatch(open, /logs nothing/);
  assert.match(
    open,
    /^ {4}kernel, depending on the size of the target's struct module:\n {6}demo: one\n {6}demo: two$/m,
  );
  assert.doesNotMatch(text({ ...refused, dmesg: ['demo: one'] }), /logs nothing|depending/);
});

test('lines on taints that only some cases log are for --verbose', () => {
  const possibleDmesg = [{ dependsOn: ['CONFIG_MODULE_SIG of the target'], lines: ['demo: … tainting kernel'] }];
  const report = { ...refused, dmesg: ['demo: no'], possibleDmesg };
  assert.doesNotMatch(text(report), /depending/);
  assert.match(text(report, true), /depending on CONFIG_MODULE_SIG of the target:\n {6}demo: … tainting kernel/);
});

test('the hint at --verbose is not given to who asked for it', () => {
  const finding = { rule: 'taint', severity: 'info', message: 'O.' } as const;
  const report = { ...refused, findings: [finding, finding] };
  assert.match(text(report), /--verbose shows every finding in full/);
  assert.doesNotMatch(text(report, true), /--verbose/);
});
