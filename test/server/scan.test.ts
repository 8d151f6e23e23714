/** The built command line over a root file system on disk: what a CI job or a flash script sees of it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const sample = join(root, 'samples/jetson-rt');

interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

describe('vermagic scan on disk', () => {
  let folder = '';
  let cache = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-scan-'));
    cache = join(folder, 'cache');
    cpSync(join(sample, 'rootfs'), join(folder, 'rootfs'), { recursive: true });
    cpSync(join(sample, 'kernel'), join(folder, 'kernel'), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function vermagic(...args: string[]): Result {
    const env = { ...process.env, XDG_CACHE_HOME: cache, NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, out: stdout, err: stderr };
  }
  const scan = (...args: string[]): { readonly status: number | null; readonly report: ScanReport } => {
    const { status, out, err } = vermagic('scan', '--rootfs', 'rootfs', '--format', 'json', ...args);
    assert.notEqual(out, '', err);
    return { status, report: JSON.parse(out) as ScanReport };
  };

  it('tells of thousands of refused modules each verdict, and of the first ones everything', () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    const stock = scan('--target', 'kernel/build-rt', '--no-cache').report.results.find(
      ({ verdict, findings }) =>
        verdict === 'refused' && findings.filter(({ rule }) => rule === 'crc-mismatch').length > 1,
    );
    assert.ok(stock);
    const first = join(many, 'm00000.ko');
    copyFileSync(join(folder, stock.module.path), first);
    for (let at = 1; at < 10_050; at++) linkSync(first, join(many, `m${String(at).padStart(5, '0')}.ko`));
    const { status, out } = vermagic(
      ...['scan', '--build-tree', 'many', '--target', 'kernel/build-rt', '--no-cache', '--format', 'json'],
    );
    const { refused, results } = JSON.parse(out) as ScanReport;
    assert.deepEqual([status, refused, results.length], [1, 10_050, 10_050]);
    const [whole, cut] = [results[0], results[10_049]];
    assert.equal(whole?.moreFindings, undefined);
    const rules = [...new Set(whole?.findings.map(({ rule }) => rule))];
    assert.deepEqual(
      cut?.findings.map(({ rule }) => rule),
      rules,
    );
    assert.equal(cut?.moreFindings, (whole?.findings.length ?? 0) - rules.length);
    rmSync(many, { recursive: true });
  });

  it('counts every module once, and says which ones do not load', () => {
    const { status, report } = scan('--no-cache');
    assert.equal(report.modules, report.loads + report.refused + report.undetermined);
    assert.ok(report.modules > 0);
    for (const result of report.results) assert.ok(existsSync(join(folder, result.module.path)), result.module.path);
    assert.equal(report.results.filter(({ verdict }) => verdict === 'refused').length, report.refused);
    assert.equal(
      status,
      report.refused + report.undetermined + report.findings.filter(({ severity }) => severity === 'error').length > 0
        ? 1
        : 0,
    );
  });

  it('gives the same answer from its cache, and leaves nothing else behind', () => {
    const first = scan().report;
    const second = scan().report;
    assert.deepEqual({ ...second, durationMs: 0 }, { ...first, durationMs: 0 });
    const names = existsSync(join(cache, 'vermagic/scan')) ? readdirSync(join(cache, 'vermagic/scan')) : [];
    assert.ok(
      names.every((name) => name.endsWith('.json')),
      names.join(),
    );
    for (const name of names) writeFileSync(join(cache, 'vermagic/scan', name), '{"format":1,"modules":{"x":[');
    assert.deepEqual({ ...scan().report, durationMs: 0 }, { ...first, durationMs: 0 });
  });

  it('parts merged are the whole', () => {
    const whole = scan('--no-cache').report;
    // So small that what most modules of a part have is not what most of the tree have.
    const parts = [1, 2, 3, 4, 5, 6].map((at, index) => {
      const part = `${at}/6`;
      const { out } = vermagic('scan', '--rootfs', 'rootfs', '--shard', part, '--format', 'json', '--no-cache');
      writeFileSync(join(folder, `part-${index}.json`), out);
      return `part-${index}.json`;
    });
    const merged = JSON.parse(vermagic('merge', ...parts).out) as ScanReport;
    const key = (report: ScanReport) => ({
      counts: [report.modules, report.loads, report.refused, report.undetermined, report.unsigned],
      results: [...report.results].sort((a, b) => (a.module.path < b.module.path ? -1 : 1)),
      findings: report.findings.map(({ rule, path }) => `${rule} ${path}`).sort(),
    });
    assert.deepEqual(key(merged), key(whole));
    const alone = vermagic('merge', 'part-0.json');
    assert.match(alone.err, /part 2, 3, 4, 5, 6 of 6 is missing/);
    assert.notEqual(alone.status, 0);
  });

  it('merges SARIF into one run whose rule indices hold', () => {
    for (const part of ['1', '2']) {
      writeFileSync(
        join(folder, `${part}.sarif`),
        vermagic('scan', '--rootfs', 'rootfs', '--shard', `${part}/2`, '--format', 'sarif').out,
      );
    }
    const log = JSON.parse(vermagic('merge', '1.sarif', '2.sarif').out) as {
      runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex?: number }[] }[];
    };
    assert.equal(log.runs.length, 1);
    const [run] = log.runs;
    for (const result of run?.results ?? []) {
      assert.equal(run?.tool.driver.rules[result.ruleIndex ?? -1]?.id, result.ruleId);
    }
  });

  it('link loops, broken links and unreadable files do not keep it from the rest', {
    skip: process.getuid?.() === 0 && 'root may read everything',
  }, () => {
    const [release = ''] = readdirSync(join(folder, 'rootfs/lib/modules'));
    const modules = join(folder, 'rootfs/lib/modules', release);
    const before = scan('--no-cache').report;
    mkdirSync(join(modules, 'locked'));
    chmodSync(join(modules, 'locked'), 0);
    try {
      const { report, status } = scan('--no-cache');
      assert.equal(report.loads, before.loads);
      assert.equal(report.unreadable.length, 1);
      assert.notEqual(status, 0);
    } finally {
      chmodSync(join(modules, 'locked'), 0o755);
      rmSync(join(modules, 'locked'), { recursive: true });
    }
  });

  it('does not follow folders that link in a circle, and says of a broken module link what it is', () => {
    const [release = ''] = readdirSync(join(folder, 'rootfs/lib/modules'));
    const modules = join(folder, 'rootfs/lib/modules', release);
    const before = scan('--no-cache').report;
    symlinkSync('.', join(modules, 'round'));
    symlinkSync('nowhere.ko', join(modules, 'broken.ko'));
    try {
      const { report, status } = scan('--no-cache');
      assert.deepEqual([report.loads, report.refused], [before.loads, before.refused]);
      assert.match(report.unreadable.join('\n'), /broken\.ko: (?:it vanished during the scan|The file does not exist)/);
      assert.notEqual(status, 0);
    } finally {
      rmSync(join(modules, 'round'));
      rmSync(join(modules, 'broken.ko'));
    }
  });

  it('bad usage is status 2 and one sentence', () => {
    for (const args of [
      [],
      ['--rootfs', 'kernel'],
      ['--rootfs', 'nowhere'],
      ['--rootfs', 'rootfs', '--shard', '3/2'],
    ]) {
      const { status, err, out } = vermagic('scan', ...args);
      assert.equal(status, 2, args.join(' '));
      assert.equal(out, '');
      assert.match(err, /^vermagic scan: .+\nSee: vermagic scan --help\n$/);
    }
  });

  it('preflight ends with a verdict, and the manifest holds the hashes', () => {
    const { status, out } = vermagic('preflight', '--manifest', 'verified.json', '.');
    assert.match(out.trimEnd().split('\n').at(-1) ?? '', status === 0 ? /^Ready: / : /^Do not flash: /);
    assert.ok(existsSync(join(folder, 'verified.json')));
  });
});
