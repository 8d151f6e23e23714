/** Where SARIF and annotations of a scan lead. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';
import { partsOf, scanFindings } from '../../../server/src/cli/scan-findings.ts';
import { scanned } from './reports.ts';

const cwd = '/home/user/board';
const place = { pathPrefix: 'build/rootfs/', cwd };

function paths(found: readonly string[], at = place): string[] {
  const findings = found.map((path) => ({ rule: 'marker-drift', severity: 'error', message: 'Wrong.', path }) as const);
  return scanFindings(scanned({ findings }), at).map(({ path }) => path);
}
const unseen = (report: ScanReport) =>
  scanFindings(report, place).map(({ path, rule, severity }) => `${severity} ${rule} ${path}`);

describe('findings about a tree', () => {
  it('lead from the current folder to the file', () => {
    assert.deepEqual(paths(['lib/modules/6.1.0', 'boot/vmlinuz']), [
      'build/rootfs/lib/modules/6.1.0',
      'build/rootfs/boot/vmlinuz',
    ]);
    assert.deepEqual(paths(['etc/hosts'], { pathPrefix: '/', cwd }), ['/etc/hosts']);
    assert.deepEqual(paths(['etc/hosts'], { pathPrefix: 'host:/', cwd }), ['host:/etc/hosts']);
  });

  it('about the tree itself lead to its folder', () => {
    assert.deepEqual(paths(['', '.']), ['build/rootfs', 'build/rootfs']);
    assert.deepEqual(paths(['.'], { pathPrefix: '/', cwd }), ['/']);
  });

  it('about a file outside of the tree lead to it: relative where it is below the current folder', () => {
    assert.deepEqual(paths([`${cwd}/EXPECTED_VERMAGIC`, '/home/user/versions.env', cwd]), [
      'EXPECTED_VERMAGIC',
      '/home/user/versions.env',
      '.',
    ]);
  });
});

describe('what a scan could not look at', () => {
  it('is an error at the file', () => {
    const unreadable = ['build/rootfs/lib/a.ko: permission denied.', 'build/rootfs/There are more than 9 folders.'];
    assert.deepEqual(unseen(scanned({ unreadable })), [
      'error unreadable build/rootfs/lib/a.ko',
      'error unreadable build/rootfs',
    ]);
  });

  it('a tree without modules is an error, a part of a scan that has none is not', () => {
    assert.deepEqual(unseen(scanned({ modules: 0, loads: 0 })), ['error not-ready build/rootfs']);
    assert.deepEqual(unseen(scanned({ modules: 0, loads: 0, shard: { index: 3, count: 3 } })), []);
  });
});

it('a part says of which folder it is, as its results do', () => {
  const tally = { folder: 'lib/modules/6.1.0', levels: {}, vermagics: [], providers: [], depends: [], assumed: 0 };
  const shard = { index: 1, count: 2 };
  assert.deepEqual(partsOf(scanned({ tally, shard }), place), [
    { target: 'board', shard, tally: { ...tally, folder: 'build/rootfs/lib/modules/6.1.0' } },
  ]);
  assert.equal(partsOf(scanned(), place), undefined);
});
