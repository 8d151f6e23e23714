/**
 * `vermagic scan` proves most modules without the full check that `vermagic check` makes. Over a folder of real modules and two
 * targets, one that takes all and one that refuses nearly all, both say the same of every module. Material: a Debian package
 * unpacked under VERMAGIC_KERNEL_CACHE, headers in /usr/src.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CheckReport, ScanReport } from '@vermagic/shared';

const cache = process.env['VERMAGIC_KERNEL_CACHE'] ?? '.cache/kernels';
const release = '6.1.0-56-amd64';
const places = [join(cache, `linux-image-${release}_amd64`), join(cache, `x/linux-image-${release}_amd64`)];
const rootfs = places.find((place) => existsSync(place)) ?? (places[0] as string);
const targets = ['/usr/src/linux-headers-6.1.0-56-amd64', '/usr/src/linux-headers-6.1.0-56-rt-amd64'];
const missing = [rootfs, ...targets].filter((path) => !existsSync(path));
const cli = join(import.meta.dirname, '../../server/src/node/cli-main.ts');
/** The whole tree takes minutes in full. */
const part = join(rootfs, 'lib/modules', release, 'kernel/net/sched');

function run(args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--format', 'json'], {
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  return stdout;
}

/** Verdict, and of what loads the findings that count, by module; a module that only loads is left out, as scan leaves it out. */
function notClean(reports: readonly CheckReport[]): Map<string, string> {
  const entries = reports.flatMap(({ module, verdict: found, findings, missing }): [string, string][] => {
    // Headers do not say which keys the kernel trusts: scan says so once and takes signatures for good, check asks.
    const onlyKeys = found === 'undetermined' && missing.length > 0 && missing.every((fact) => /^the keys /.test(fact));
    const verdict = onlyKeys ? 'loads' : found;
    const worse = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
    if (verdict === 'loads' && worse.length === 0) return [];
    // Which errno comes first hangs on the keys, which symbols differ on the other modules: only scan looks at those.
    if (verdict === 'refused') return [[module.path.slice(module.path.indexOf('/kernel/')), verdict]];
    const rules = worse.map(({ rule, symbol }) => `${rule} ${symbol ?? ''}`).sort();
    return [[module.path.slice(module.path.indexOf('/kernel/')), `${verdict}: ${rules.join(', ')}`]];
  });
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('scan agrees with check', { skip: missing.length > 0 && `not there: ${missing.join(', ')}` }, () => {
  for (const target of targets) {
    it(`on every module of a folder, against ${target}`, () => {
      const checked = JSON.parse(run(['check', '--target', target, part])) as CheckReport[];
      const scan = JSON.parse(run(['scan', '--rootfs', rootfs, '--target', target, '--no-cache'])) as ScanReport;
      const inPart = scan.results.filter(({ module }) => module.path.includes('/kernel/net/sched/'));
      assert.ok(checked.length > 40, `only ${checked.length} modules`);
      assert.deepEqual(notClean(inPart), notClean(checked));
    });
  }
});
