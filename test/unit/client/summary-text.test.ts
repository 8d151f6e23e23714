import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleSummary } from '@vermagic/shared';
import { summaryBadge, summaryTooltip } from '../../../client/src/summary-text.ts';

const refused: ModuleSummary = {
  uri: 'file:///w/hello.ko',
  verdict: 'refused',
  target: 'orin-rt',
  vermagic: '6.1.0 SMP preempt ',
  reason: 'preempt ≠ preempt_rt',
  warnings: 0,
};
const loads: ModuleSummary = { ...refused, verdict: 'loads', reason: null };

test('each verdict has a badge of its own, of at most two characters', () => {
  const badges = (['loads', 'refused', 'undetermined'] as const).map((verdict) =>
    summaryBadge({ ...refused, verdict }),
  );
  assert.equal(new Set(badges).size, 3);
  for (const badge of [...badges, summaryBadge({ ...loads, warnings: 3 })]) {
    assert.ok(badge && [...badge].length <= 2, badge);
  }
});

test('a module with warnings is not shown as one without', () => {
  assert.notEqual(summaryBadge({ ...loads, warnings: 1 }), summaryBadge(loads));
  assert.match(summaryTooltip({ ...loads, warnings: 1 }), /1 warning\b/);
  assert.match(summaryTooltip({ ...loads, warnings: 2 }), /2 warnings/);
});

test('without a target there is no verdict to show', () => {
  const unknown: ModuleSummary = { ...refused, verdict: 'no-target', target: null, reason: null };
  assert.equal(summaryBadge(unknown), undefined);
  assert.match(summaryTooltip(unknown), /No target kernel/);
});

test('the tooltip has verdict, target, reason and vermagic', () => {
  assert.equal(summaryTooltip(refused), 'Refused by orin-rt: preempt ≠ preempt_rt • vermagic: 6.1.0 SMP preempt');
  assert.match(summaryTooltip({ ...refused, vermagic: null }), /no vermagic/);
});
