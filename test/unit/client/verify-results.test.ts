import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VerifiedTree, VerifyReport } from '@vermagic/shared';
import { filterText } from '../../../client/src/verify/result-filter.ts';
import { type ResultNode, type ResultOptions, rulesIn, runNodes } from '../../../client/src/verify/result-nodes.ts';

const folder = 'lib/modules/6.1.0/updates';

function tree(over: Partial<VerifiedTree> = {}): VerifiedTree {
  return {
    kind: 'rootfs',
    uri: 'file:///w/rootfs',
    name: 'rootfs',
    ready: false,
    reasons: ['2 of 5 modules would be refused'],
    target: { name: 'orin-rt', release: '6.1.0', vermagic: '6.1.0 SMP', origins: [] },
    modules: 5,
    loads: 2,
    refused: 2,
    undetermined: 1,
    unsigned: 0,
    results: [
      {
        uri: `file:///w/rootfs/${folder}/imu.ko`,
        path: `${folder}/imu.ko`,
        verdict: 'refused',
        errno: 'ENOEXEC',
        findings: [
          { rule: 'crc-mismatch', severity: 'error', message: 'module_layout differs' },
          { rule: 'license-missing', severity: 'warning', message: 'no licence' },
        ],
        missing: [],
      },
      {
        uri: `file:///w/rootfs/${folder}/led.ko`,
        path: `${folder}/led.ko`,
        verdict: 'refused',
        errno: 'EINVAL',
        findings: [{ rule: 'crc-mismatch', severity: 'error', message: 'mutex_lock differs' }],
        missing: [],
      },
      {
        uri: `file:///w/rootfs/${folder}/cam.ko`,
        path: `${folder}/cam.ko`,
        verdict: 'undetermined',
        errno: null,
        findings: [],
        missing: ['the vermagic of the target: Give utsrelease.h.'],
      },
    ],
    moreResults: 0,
    findings: [
      {
        rule: 'modules-dep-stale',
        severity: 'warning',
        message: 'There is no modules.dep.',
        uri: 'file:///w/rootfs/lib/modules/6.1.0/modules.dep',
        path: 'lib/modules/6.1.0/modules.dep',
      },
    ],
    unreadable: [],
    notes: [],
    ...over,
  };
}

function report(over: Partial<VerifyReport> = {}): VerifyReport {
  return {
    kind: 'rootfs',
    uri: 'file:///w/rootfs',
    name: 'rootfs',
    ready: false,
    verdict: 'Not ready: rootfs: 2 of 5 modules would be refused.',
    trees: [tree()],
    scripts: [],
    modules: 5,
    durationMs: 12,
    ...over,
  };
}

const byModule: ResultOptions = { grouping: 'module', filter: {} };
const rows = (options = byModule, of = report(), state = { stale: false, running: false }) =>
  runNodes({ key: 'k', report: of, ...state }, options);
const outline = (nodes: readonly ResultNode[]): unknown[] =>
  nodes.map((node) => (node.children.length > 0 ? [node.label, outline(node.children)] : node.label));

test('a tree, its modules that are not clean, their findings; what is about the tree comes first', () => {
  assert.deepEqual(outline(rows()), [
    [
      'rootfs',
      [
        'modules-dep-stale',
        ['imu.ko', ['crc-mismatch', 'license-missing']],
        ['led.ko', ['crc-mismatch']],
        ['cam.ko', ['undetermined']],
      ],
    ],
  ]);
  const [root] = rows();
  assert.equal(root?.description, '2 of 5 refused, 1 undetermined · orin-rt (6.1.0)');
  assert.equal(root?.state, 'refused');
  assert.equal(root?.children[1]?.description, 'refused, ENOEXEC · updates');
});

test('grouped by rule the same findings stand under their rule, the worst rule first, and name their file', () => {
  const [root] = rows({ ...byModule, grouping: 'rule' });
  assert.deepEqual(outline(root?.children ?? []), [
    ['crc-mismatch', ['imu.ko', 'led.ko']],
    ['undetermined', ['cam.ko']],
    ['modules-dep-stale', ['modules.dep']],
    ['license-missing', ['imu.ko']],
  ]);
  assert.equal(root?.children[0]?.description, '2 findings in 2 files');
});

test('a filter leaves only what matches, and modules with nothing left are gone', () => {
  const filtered = (filter: ResultOptions['filter']) => outline(rows({ ...byModule, filter })[0]?.children ?? []);
  assert.deepEqual(filtered({ severity: 'error' }), [
    ['imu.ko', ['crc-mismatch']],
    ['led.ko', ['crc-mismatch']],
    ['cam.ko', ['undetermined']],
  ]);
  assert.deepEqual(filtered({ rule: 'license-missing' }), [['imu.ko', ['license-missing']]]);
  assert.deepEqual(filtered({ name: 'LED' }), [['led.ko', ['crc-mismatch']]]);
  assert.equal(
    filterText({ severity: 'error', rule: 'crc-mismatch', name: 'led' }),
    'Only errors of crc-mismatch in files named “led” are shown.',
  );
});

test('the counts of a tree stay those of the whole tree under a filter', () => {
  assert.match(rows({ ...byModule, filter: { name: 'led' } })[0]?.description ?? '', /^2 of 5 refused/);
});

test('old results say so in words', () => {
  assert.match(rows(byModule, report(), { stale: true, running: false })[0]?.description ?? '', /changed since$/);
  const [running] = rows(byModule, report(), { stale: false, running: true });
  assert.match(running?.description ?? '', /verifying again$/);
  assert.equal(running?.state, 'running');
});

test('before flashing one row holds the verdict, the trees and the scripts', () => {
  const start = { line: 2, character: 4 };
  const script = {
    rule: 'force-load',
    severity: 'error',
    message: 'forced',
    uri: 'file:///w/a.sh',
    path: 'a.sh',
  } as const;
  const scripts = [{ ...script, range: { start, end: start } }];
  const verdict = 'Do not flash: …';
  const [root, ...others] = rows(byModule, report({ kind: 'preflight', name: 'jetson', verdict, scripts }));
  assert.deepEqual(others, []);
  assert.equal(root?.label, 'Do not flash');
  assert.deepEqual(
    root?.children.map(({ label }) => label),
    ['rootfs', 'Scripts and configuration'],
  );
  const [found] = root?.children[1]?.children ?? [];
  assert.match(found?.description ?? '', /^a\.sh:3 · forced$/);
  assert.deepEqual(found?.range?.start, start);
});

test('a clean tree is one row that loads', () => {
  const counts = { modules: 5, loads: 5, refused: 0, undetermined: 0 };
  const clean = tree({ ...counts, ready: true, reasons: [], results: [], findings: [] });
  const [root] = rows(byModule, report({ ready: true, trees: [clean] }));
  assert.deepEqual(
    [root?.state, root?.description, root?.children.length],
    ['loads', '5 of 5 load · orin-rt (6.1.0)', 0],
  );
});

test('modules that were left out are counted, not hidden', () => {
  const last = rows(byModule, report({ trees: [tree({ moreResults: 1234 })] }))[0]?.children.at(-1);
  assert.match(`${last?.label} ${last?.description}`, /^1234 more modules not listed/);
});

test('copying a row gives all that is below it in words', () => {
  const copied = rows()[0]?.copy ?? '';
  for (const part of ['rootfs on orin-rt', 'imu.ko: refused, ENOEXEC', 'mutex_lock differs', 'Give utsrelease.h']) {
    assert.ok(copied.includes(part), part);
  }
});

test('every row has its own id, also where a rule groups them', () => {
  for (const grouping of ['module', 'rule'] as const) {
    const ids: string[] = [];
    const visit = (nodes: readonly ResultNode[]) => {
      for (const node of nodes) {
        ids.push(node.id);
        visit(node.children);
      }
    };
    visit(rows({ ...byModule, grouping }));
    assert.equal(new Set(ids).size, ids.length);
  }
});

test('rules are counted over modules, trees and scripts, the most frequent first', () => {
  assert.deepEqual(
    [...rulesIn([report()])],
    [
      ['crc-mismatch', 2],
      ['license-missing', 1],
      ['modules-dep-stale', 1],
    ],
  );
});
