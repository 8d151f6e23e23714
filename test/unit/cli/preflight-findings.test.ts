/** Every reason of "Do not flash" is an error in SARIF and annotations. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { preflightFindings } from '../../../server/src/cli/preflight-findings.ts';
import type { GateReport } from '../../../server/src/cli/preflight-text.ts';
import { reasonsOfGates } from '../../../server/src/service/preflight.ts';
import { checked, scanned } from './reports.ts';

function errors(...gates: GateReport[]): string[] {
  return preflightFindings({ ...reasonsOfGates(gates), gates }, 'vermagic.json', '/home/user')
    .filter(({ severity }) => severity === 'error')
    .map(({ path, rule, message }) => `${path} ${rule}: ${message}`);
}
const good: GateReport = { kind: 'rootfs', path: 'rootfs', ready: true, reasons: [], scan: scanned() };

describe('findings of a preflight', () => {
  it('tell of a target whose files are not there, at the file that names it', () => {
    const reason = 'it is not there, and the target spare of vermagic.json names it';
    assert.deepEqual(errors(good, { kind: 'source', path: 'nosuch', ready: false, reasons: [reason] }), [
      `vermagic.json not-ready: nosuch: ${reason}.`,
    ]);
  });

  it('tell that there was nothing to look at, beside what lint found', () => {
    const lint = [
      {
        path: 'a.sh',
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 2,
        rule: 'force-load',
        severity: 'error',
        message: 'Forced.',
      },
    ] as const;
    const [first, second, ...rest] = errors({ kind: 'lint', path: '.', ready: false, reasons: ['1 error'], lint });
    assert.match(first ?? '', /^vermagic\.json not-ready: no root file system and no built kernel tree was found/);
    assert.equal(second, 'a.sh force-load: Forced.');
    assert.deepEqual(rest, []);
  });

  it('tell of an open verdict, of files that lint could not read, and of a tree without modules', () => {
    const open = checked({ verdict: 'undetermined', missing: ['the release: Give headers.'] });
    const scan = scanned({ loads: 0, undetermined: 1, results: [open] });
    const unreadable = ['b.sh: permission denied.'];
    assert.deepEqual(
      errors(
        { kind: 'rootfs', path: 'rootfs', ready: false, reasons: ['of 1 module it is open'], scan },
        {
          kind: 'build-tree',
          path: 'linux',
          ready: false,
          reasons: ['there are no modules'],
          scan: scanned({ modules: 0 }),
        },
        { kind: 'lint', path: '.', ready: false, reasons: ['1 could not be read'], lint: [], unreadable },
      ).map((line) => line.split(':', 1)[0]),
      ['rootfs/lib/modules/6.1.0/demo.ko undetermined', 'linux not-ready', 'b.sh unreadable'],
    );
  });

  it('say nothing of gates that pass', () => {
    assert.deepEqual(errors(good, { kind: 'lint', path: '.', ready: true, reasons: [], lint: [] }), []);
  });
});
