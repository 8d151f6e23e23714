/** A module that fails a gate is told as an error in SARIF and annotations, whatever its findings are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkFindings } from '../../../server/src/cli/check-findings.ts';
import { checked } from './reports.ts';

const warning = { rule: 'license-missing', severity: 'warning', message: 'No licence.' } as const;
const error = { rule: 'crc-mismatch', severity: 'error', message: 'Another CRC.' } as const;
const told = (...reports: Parameters<typeof checkFindings>[0]) =>
  checkFindings(reports).map(({ rule, severity }) => `${severity} ${rule}`);

describe('what SARIF and annotations say of modules', () => {
  it('an open verdict is an error that names every missing fact and how to supply it', () => {
    const missing = ['the release: Give headers.', 'CONFIG_MODULE_SIG: Give the .config.'];
    const findings = checkFindings([checked({ verdict: 'undetermined', missing, findings: [warning] })]);
    assert.deepEqual(findings[0], {
      path: 'rootfs/lib/modules/6.1.0/demo.ko',
      rule: 'undetermined',
      severity: 'error',
      message:
        'board: it is open whether the module loads. Missing: the release: Give headers; CONFIG_MODULE_SIG: Give the .config.',
    });
    assert.equal(findings.length, 2);
  });

  it('a refusal that no error tells of is one, with the errno, the last line of the kernel and the open facts', () => {
    const report = checked({
      verdict: 'refused',
      errno: 'ENOEXEC',
      dmesg: ['first', 'demo: disagrees'],
      findings: [warning],
    });
    assert.equal(
      checkFindings([report])[0]?.message,
      'board: the module is refused (ENOEXEC), and the kernel says "demo: disagrees".',
    );
    const open = checked({ verdict: 'refused', missing: ['the release (decides the errno): Give headers.'] });
    assert.equal(
      checkFindings([open])[0]?.message,
      'board: the module is refused. Missing: the release (decides the errno): Give headers.',
    );
  });

  it('adds nothing to a refusal that an error explains, nor to a module that loads with an open taint', () => {
    assert.deepEqual(told(checked({ verdict: 'refused', findings: [error, warning] })), [
      'error crc-mismatch',
      'warning license-missing',
    ]);
    assert.deepEqual(told(checked({ missing: ['the keys (decides the taint): Give the image.'] })), []);
  });
});
