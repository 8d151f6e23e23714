/**
 * The CRC disagreements of a whole root file system, as `vermagic scan` and as kmod's `depmod -n -e -E` see them. Material:
 * Debian packages unpacked under VERMAGIC_KERNEL_CACHE (linux-image-6.1.0-55-amd64_amd64 and -56-), headers in /usr/src.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';

const cache = process.env['VERMAGIC_KERNEL_CACHE'] ?? '.cache/kernels';
const headers = process.env['VERMAGIC_KERNEL_HEADERS'] ?? '/usr/src/linux-headers-6.1.0-56-amd64';
const rootOf = (release: string) => {
  const name = `linux-image-${release}_amd64`;
  return [join(cache, 'x', name), join(cache, name)].find((place) => existsSync(place)) ?? join(cache, name);
};
/** -55 kept the ABI of -56; the RT flavour is another kernel altogether. */
const [older, own, other] = ['6.1.0-55-amd64', '6.1.0-56-amd64', '6.1.0-56-rt-amd64'];
const missing = [rootOf(older), rootOf(own), rootOf(other), headers].filter((path) => !existsSync(path));
const cli = join(import.meta.dirname, '../../server/src/node/cli-main.ts');

function scan(release: string): ScanReport {
  const args = [cli, 'scan', '--rootfs', rootOf(release), '--target', headers, '--no-cache', '--format', 'json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 1 << 30, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as ScanReport;
}

/** `depmod: WARNING: /…/x.ko disagrees about version of symbol y` */
function depmod(release: string): Set<string> {
  const symvers = join(headers, 'Module.symvers');
  const { stderr, error } = spawnSync('depmod', ['-n', '-e', '-E', symvers, '-b', rootOf(release), release], {
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  assert.ifError(error);
  const lines = stderr.matchAll(/(\S+\.ko\S*) disagrees about version of symbol (\S+)/g);
  return new Set(Array.from(lines, ([, path, symbol]) => `${path?.split('/lib/modules/').at(-1)} ${symbol}`));
}

function mismatches(report: ScanReport): Set<string> {
  return new Set(
    report.results.flatMap(({ module, findings }) =>
      findings
        .filter((finding) => finding.rule === 'crc-mismatch')
        .map((finding) => `${module.path.split('/lib/modules/').at(-1)} ${finding.symbol}`),
    ),
  );
}

describe('scan agrees with depmod', { skip: missing.length > 0 && `not there: ${missing.join(', ')}` }, () => {
  it('refuses no module of its own kernel', () => {
    const report = scan(own);
    assert.equal(report.refused, 0);
    assert.equal(report.loads, report.modules);
    assert.ok(report.modules > 4000);
    assert.equal(depmod(own).size, 0);
  });

  for (const [release, least] of [
    [older, 0],
    [other, 1000],
  ] as const) {
    it(`finds the same symbols with another CRC in the modules of ${release}, and no others`, () => {
      const ours = mismatches(scan(release));
      const theirs = depmod(release);
      assert.ok(theirs.size >= least, `depmod found only ${theirs.size}`);
      assert.deepEqual([...ours].filter((pair) => !theirs.has(pair)).slice(0, 10), []);
      assert.deepEqual([...theirs].filter((pair) => !ours.has(pair)).slice(0, 10), []);
    });
  }
});
