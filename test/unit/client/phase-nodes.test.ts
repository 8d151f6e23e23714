import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PhaseReport, PipelineReport } from '@vermagic/shared';
import { agoText, pipelineNodes } from '../../../client/src/rebuild/phase-nodes.ts';

const start = { line: 3, character: 4 };
const phase = (given: Partial<PhaseReport> & { name: string }): PhaseReport => ({
  kind: 'kernel',
  state: 'fresh',
  reasons: [],
  running: false,
  timeMs: null,
  log: null,
  command: ['make', given.name],
  place: 'podman · build',
  why: 'vermagic.json',
  where: { uri: 'file:///w/vermagic.json', range: { start, end: start } },
  manual: false,
  ...given,
});
const of = (folder: string, ...phases: PhaseReport[]) => ({
  folder: `file:///${folder}`,
  name: folder,
  report: { rootUri: `file:///${folder}`, source: 'vermagic.json', phases, problems: [] } satisfies PipelineReport,
});
const changed = {
  message: "CONFIG_HZ was '250', is '1000' in .config",
  place: { uri: 'file:///w/.config', range: { start: { line: 41, character: 0 }, end: { line: 41, character: 9 } } },
};
const hour = 3_600_000;

test('phases stand in their order, each with its state in a word and the reason why it is stale', () => {
  const rows = pipelineNodes(
    [
      of(
        'w',
        phase({ name: 'image', timeMs: 0 }),
        phase({
          name: 'kernel',
          state: 'stale',
          reasons: [changed, { message: 'x changed', place: null }],
          log: 'file:///l',
        }),
        phase({ name: 'bake', state: 'unknown' }),
        phase({ name: 'flash', state: 'by-hand', manual: true, command: ['sudo', './flash.sh', 'a b'] }),
      ),
    ],
    3 * hour,
  );
  assert.deepEqual(
    rows.map(({ label, description }) => `${label}: ${description}`),
    [
      'image: clean · 3 h ago',
      "kernel: stale · CONFIG_HZ was '250', is '1000' in .config (and 1 more)",
      'bake: never run',
      'flash: by hand',
    ],
  );
  assert.deepEqual(
    rows.map(({ runs }) => runs),
    [true, true, true, false],
  );
  assert.match(rows[3]?.tooltip ?? '', /sudo \.\/flash\.sh 'a b'\n.*\nIt writes a device/);
});

test('the reasons below a stale phase lead to the lines that changed', () => {
  const [row] = pipelineNodes([of('w', phase({ name: 'kernel', state: 'stale', reasons: [changed] }))], 0);
  assert.deepEqual(
    row?.children.map(({ label, description, place, phase: name }) => [label, description, place, name]),
    [[changed.message, '.config:42', changed.place, 'kernel']],
  );
});

test('a phase that runs says that, and no longer why it was stale', () => {
  const [row] = pipelineNodes(
    [of('w', phase({ name: 'kernel', state: 'stale', running: true, reasons: [changed], timeMs: 0 }))],
    hour,
  );
  assert.deepEqual([row?.state, row?.description, row?.children], ['running', 'running', []]);
});

test('of several folders each has a row, those without phases have none', () => {
  const rows = pipelineNodes(
    [
      of('one', phase({ name: 'kernel', state: 'stale', reasons: [changed] })),
      of('docs'),
      of('two', phase({ name: 'a' })),
    ],
    0,
  );
  assert.deepEqual(
    rows.map(({ label, description, children }) => [label, description, children.length]),
    [
      ['one', '1 stale', 1],
      ['two', 'nothing is stale', 1],
    ],
  );
});

test('how long ago a run was', () => {
  assert.deepEqual([30_000, 5 * 60_000, 47 * hour, 72 * hour, -120_000].map(agoText), [
    'just now',
    '5 min ago',
    '47 h ago',
    '3 days ago',
    '',
  ]);
});
