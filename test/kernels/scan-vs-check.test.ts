/**
 * `vermagic scan` proves most modules without the full check that `vermagic check` makes. Over whole distributions and over
 * hundreds of modules of further ones, both say the same of every module: verdict, errno and every finding that counts.
 * Material: Debian packages unpacked under VERMAGIC_KERNEL_CACHE, headers in /usr/src.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CheckReport, ScanReport } from '@vermagic/shared';
import { modulesOf, spread } from './debian-kernel.ts';

const cache = resolve(process.env['VERMAGIC_KERNEL_CACHE'] ?? '.cache/kernels');
const cli = join(import.meta.dirname, '../../server/src/node/cli-main.ts');

interface Installed {
  readonly release: string;
  readonly root: string;
  readonly headers: string;
}

/** The newest unpacked image of a flavour (a pattern of its release), or why there is none. */
function installed(pattern: RegExp, arch: string): Installed | string {
  const found = [join(cache, 'x'), cache].flatMap((folder) =>
    (existsSync(folder) ? readdirSync(folder) : []).flatMap((name): Installed[] => {
      const release = name.slice('linux-image-'.length, -arch.length - 1);
      const root = join(folder, name);
      const isOne = name === `linux-image-${release}_${arch}` && pattern.test(release);
      if (!isOne || !existsSync(join(root, 'lib/modules', release))) return [];
      return [{ release, root, headers: `/usr/src/linux-headers-${release}` }];
    }),
  );
  const newest = found.sort((a, b) => a.release.localeCompare(b.release, 'en', { numeric: true })).at(-1);
  return newest ?? `no linux-image-${pattern.source}_${arch} under ${cache}`;
}

function run<T>(args: readonly string[], cwd: string): T {
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--format', 'json'], {
    cwd,
    maxBuffer: 1 << 30,
    encoding: 'utf8',
  });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as T;
}

const shortPath = (path: string) => path.slice(path.indexOf('/kernel/'));
const counts = ({ severity }: { readonly severity: string }) => severity === 'error' || severity === 'warning';
/** What a scan counts instead of telling it of each module. */
const isRemark = ({ rule, severity }: { readonly rule: string; readonly severity: string }) =>
  /^signature-(missing|untrusted)$/.test(rule) && severity === 'warning';

function findingsOf(report: CheckReport): string[] {
  const found = report.findings.filter((finding) => counts(finding) && !isRemark(finding));
  return found.map(({ rule, severity, symbol }) => `${rule} ${severity} ${symbol ?? ''}`.trim()).sort();
}

const verdictOf = ({ verdict, errno }: CheckReport) => `${verdict} ${errno ?? ''}`.trim();

const project = mkdtempSync(join(tmpdir(), 'vermagic-scan-'));
after(() => rmSync(project, { recursive: true }));

const cases: readonly (readonly [string, RegExp, string, number])[] = [
  ['6.1 for amd64, all of it', /^6\.1\..*-\d+-amd64$/, 'amd64', 10_000],
  ['6.12 for amd64, packed with xz', /^6\.12\.[^-]*-amd64$/, 'amd64', 600],
  ['6.1 for arm64', /^6\.1\..*-\d+-arm64$/, 'arm64', 10_000],
  ['6.1 for i386', /^6\.1\..*-686$/, 'i386', 10_000],
  ['6.1 for armhf', /^6\.1\..*-armmp$/, 'armhf', 10_000],
  ['6.1 for s390x, big-endian', /^6\.1\..*-s390x$/, 's390x', 10_000],
];

describe('scan agrees with check on modules of the kernel itself', () => {
  for (const [name, pattern, arch, most] of cases) {
    const kernel = installed(pattern, arch);
    it(`of Debian ${name}`, { skip: typeof kernel === 'string' && kernel }, (test) => {
      const { root } = kernel as Installed;
      const files = spread(modulesOf(kernel as Installed), most);
      const checked = run<CheckReport[]>(['check', '--target', root, ...files], project);
      const scan = run<ScanReport>(['scan', '--rootfs', root, '--no-cache'], project);
      assert.ok(files.length >= 500, `only ${files.length} modules`);
      assert.equal(checked.length, files.length);
      const told = new Map(scan.results.map((report) => [shortPath(report.module.path), report]));
      let warned = 0;
      for (const report of checked) {
        const path = shortPath(report.module.path);
        const own = told.get(path);
        // A module that scan does not tell of loads, and nothing is to be said of it.
        const said = own === undefined ? ['loads'] : [verdictOf(own), ...findingsOf(own)];
        assert.deepEqual(said, [verdictOf(report), ...findingsOf(report)], path);
        if (own !== undefined) warned++;
      }
      test.diagnostic(`${checked.length} modules alike, ${warned} of them with findings`);
    });
  }
});

/** Modules of one kernel, the kernel they are held against, and whether it takes them. */
const foreign: readonly (readonly [string, RegExp, RegExp, boolean])[] = [
  ['6.1 against its RT flavour', /^6\.1\..*-\d+-amd64$/, /^6\.1\..*-rt-amd64$/, false],
  ['6.12 against its RT flavour', /^6\.12\.[^-]*-amd64$/, /^6\.12\..*-rt-amd64$/, false],
  ['the last update but one against the newest, which kept the ABI', /^6\.1\.0-55-amd64$/, /^6\.1\.0-56-amd64$/, true],
];

describe('scan agrees with check on modules of another kernel', () => {
  for (const [name, own, other, loads] of foreign) {
    const kernel = installed(own, 'amd64');
    const target = installed(other, 'amd64');
    const why = [kernel, target].find((one) => typeof one === 'string') ?? missingHeaders(target as Installed);
    it(name, { skip: typeof why === 'string' && why }, (test) => {
      const { root } = kernel as Installed;
      const { headers, root: image } = target as Installed;
      writeFileSync(
        join(project, 'vermagic.json'),
        JSON.stringify({ targets: { other: { sources: [image, headers] } } }),
      );
      const files = spread(modulesOf(kernel as Installed), 600);
      const checked = run<CheckReport[]>(['check', '--target', 'other', ...files], project);
      const scan = run<ScanReport>(['scan', '--rootfs', root, '--target', 'other', '--no-cache'], project);
      rmSync(join(project, 'vermagic.json'));
      assert.ok(files.length >= 500, `only ${files.length} modules`);
      assert.equal(scan.loads === scan.modules, loads, `${scan.loads} of ${scan.modules} load`);
      const ofKernel = kernelExports(headers);
      const told = new Map(scan.results.map((report) => [shortPath(report.module.path), report]));
      let byProviders = 0;
      for (const report of checked) {
        const path = shortPath(report.module.path);
        const mine = told.get(path);
        assert.equal(mine === undefined ? 'loads' : verdictOf(mine), verdictOf(report), path);
        if (mine === undefined) {
          assert.deepEqual(findingsOf(report), [], path);
          continue;
        }
        const [a, b] = [findingsOf(mine), findingsOf(report)];
        assert.equal(mine.moreFindings, undefined, path);
        // check takes what the target's own modules export, scan what the modules of the scanned tree export: those are the
        // ones that will be loaded. About all that the kernel itself exports, and all else, they say the same.
        const differing = [...a.filter((one) => !b.includes(one)), ...b.filter((one) => !a.includes(one))];
        assert.deepEqual(
          differing.filter((finding) => isOfKernel(finding, ofKernel)),
          [],
          path,
        );
        if (differing.length > 0) byProviders++;
      }
      test.diagnostic(
        `${checked.length} modules alike in verdict and errno; ${byProviders} differ in symbols of other modules`,
      );
    });
  }
});

function missingHeaders({ headers }: Installed): string | undefined {
  return existsSync(join(headers, 'Module.symvers')) ? undefined : `no ${headers}/Module.symvers`;
}

function kernelExports(headers: string): ReadonlySet<string> {
  const lines = readFileSync(join(headers, 'Module.symvers'), 'utf8').split('\n');
  return new Set(lines.flatMap((line) => (line.split('\t')[2] === 'vmlinux' ? [line.split('\t')[1] as string] : [])));
}

const symbolRules = /^(crc-mismatch|crc-missing|unknown-symbol|gpl-only-symbol|namespace-not-imported)$/;

/** Whether a finding is about the kernel itself, and not about a symbol that a module exports. */
function isOfKernel(finding: string, exports: ReadonlySet<string>): boolean {
  const [rule = '', , symbol] = finding.split(' ');
  return !symbolRules.test(rule) || symbol === undefined || exports.has(symbol);
}
