/** What a person reads of a scan. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';
import { scanText } from '../../../server/src/cli/scan-text.ts';
import { styleFor } from '../../../server/src/cli/style.ts';
import { flashVerdict } from '../../../server/src/service/preflight.ts';
import { assumedNote, reasonsAgainst } from '../../../server/src/service/scan-report.ts';
import { scanned } from './reports.ts';

const text = (report: ScanReport) => scanText(report, { style: styleFor(false), verbose: false, columns: 120 });

describe('numbers in the report of a scan', () => {
  it('of one and of several modules', () => {
    assert.match(text(scanned()), /board: 1 module, 1 loads, 0 refused\n1 module in 0\.00 s/);
    assert.match(text(scanned({ modules: 2, loads: 2 })), /board: 2 modules, 2 load, 0 refused\n2 modules in 0\.00 s/);
  });

  it('in notes', () => {
    assert.match(assumedNote(1, 'board'), /^The signature of 1 module is taken .* to have it verified\.$/);
    assert.match(assumedNote(2, 'board'), /^Signatures of 2 modules are taken .* to have them verified\.$/);
  });

  it('in the reasons and the verdict of a gate', () => {
    const one = { modules: 1, loads: 0 };
    assert.deepEqual(reasonsAgainst(scanned({ ...one, refused: 1 })), ['1 of 1 module would be refused']);
    assert.deepEqual(reasonsAgainst(scanned({ ...one, undetermined: 1 })), ['of 1 module it is open whether it loads']);
    assert.deepEqual(reasonsAgainst(scanned({ ...one, unreadable: ['a'] })), ['1 file or folder cannot be read']);
    assert.deepEqual(reasonsAgainst(scanned({ modules: 3, undetermined: 2 })), [
      'of 2 modules it is open whether they load',
    ]);
    const gate = (modules: number) =>
      ({ kind: 'rootfs', path: 'a', ready: true, reasons: [], scan: scanned({ modules }) }) as const;
    assert.equal(flashVerdict([gate(1)]), 'Ready: the 1 module of 1 tree loads on the kernel it is shipped with.');
    assert.equal(
      flashVerdict([gate(1), gate(2)]),
      'Ready: all 3 modules of 2 trees load on the kernel they are shipped with.',
    );
  });
});
