/** Parts of a scan, put together by `vermagic merge`, are the report of the whole, byte for byte. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const fixtures = join(root, 'test/fixtures/modules');
const release = '6.1.0-56-amd64';

describe('vermagic merge', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-merge-'));
    plant();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Modules of three kernels, a provider that is not there, an index that lacks some, and a file that is no module. */
  function plant(): void {
    const modules = join(folder, 'rootfs/lib/modules', release);
    mkdirSync(join(modules, 'extra'), { recursive: true });
    const put = (flavour: string, name: string, as: string) =>
      copyFileSync(join(fixtures, flavour, `${name}.ko`), join(modules, 'extra', `${as}.ko`));
    for (const number of [1, 2, 3, 4, 5]) put('6.1-amd64', 'listener', `l${number}`);
    for (const number of [1, 2, 3, 4]) put('6.12-amd64', 'listener', `m${number}`);
    for (const number of [1, 2]) put('6.1-rt-amd64', 'listener', `r${number}`);
    put('6.1-arm64', 'listener', 'arm');
    writeFileSync(join(modules, 'extra/broken.ko'), 'no module at all');
    writeFileSync(join(modules, 'modules.dep'), 'extra/l1.ko:\nextra/gone.ko:\n');
    mkdirSync(join(folder, 'kernel'));
    cpSync(join(fixtures, '6.1-amd64/Module.symvers'), join(folder, 'kernel/Module.symvers'));
    chmodSync(modules, 0o755);
  }

  function vermagic(...args: string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.notEqual(stdout, '', stderr);
    return stdout;
  }
  const scan = (...args: string[]) => vermagic('scan', '--rootfs', 'rootfs', '--no-cache', ...args);

  /** The order in which a batch system happens to hand the parts back. */
  function parts(count: number, format: string, ...more: string[]): string[] {
    const names = Array.from({ length: count }, (_, at) => {
      const name = `${at + 1}-of-${count}.${format}`;
      writeFileSync(join(folder, name), scan('--shard', `${at + 1}/${count}`, '--format', format, ...more));
      return name;
    });
    return names.reverse();
  }

  const timeless = (text: string) => text.replace(/"durationMs": \d+/, '"durationMs": 0');

  it('has a tree with every kind of finding that is about several modules', () => {
    const { findings, refused, results } = JSON.parse(scan('--format', 'json')) as ScanReport;
    const rules = new Set(findings.map(({ rule }) => rule));
    for (const rule of ['mixed-vermagic', 'depends-missing', 'modules-dep-stale'] as const)
      assert.ok(rules.has(rule), rule);
    assert.ok(findings.filter(({ rule }) => rule === 'mixed-vermagic').length >= 2);
    assert.ok(refused > 3 && results.length > 5);
  });

  for (const count of [1, 2, 5]) {
    it(`gives from ${count} parts the JSON of the whole`, () => {
      const whole = scan('--format', 'json');
      const merged = vermagic('merge', ...parts(count, 'json'));
      assert.equal(timeless(merged), timeless(whole));
      assert.doesNotMatch(whole, /"tally"/);
    });

    it(`gives from ${count} parts the SARIF of the whole`, () => {
      assert.equal(vermagic('merge', ...parts(count, 'sarif')), scan('--format', 'sarif'));
    });
  }

  it('ends with 2 where a part is missing or there twice, and with the status of the whole otherwise', () => {
    for (const format of ['json', 'sarif']) {
      const [third = '', second = '', first = ''] = parts(3, format);
      const merge = (...names: string[]) => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'merge', ...names], {
          cwd: folder,
          encoding: 'utf8',
        });
        assert.doesNotThrow(() => JSON.parse(stdout));
        return { status, stderr };
      };
      assert.deepEqual(merge(first, second, third), { status: 1, stderr: '' });
      const missing = merge(first, third);
      assert.equal(missing.status, 2);
      assert.match(missing.stderr, /part 2 of 3 is missing/);
      const doubled = merge(first, second, third, second);
      assert.equal(doubled.status, 2);
      assert.match(doubled.stderr, /a part is there twice/);
    }
  });

  it('ends with 2 where a part could not read a file, and says at which', () => {
    const name = join(folder, 'rootfs/lib/modules', release, 'extra/cut.ko.xz');
    writeFileSync(name, Buffer.from('fd377a585a0000', 'hex'));
    try {
      for (const format of ['json', 'sarif']) {
        const whole = scan('--format', format);
        const names = parts(2, format);
        assert.equal(timeless(vermagic('merge', ...names)), timeless(whole));
        assert.match(whole, /cut\.ko\.xz/);
        assert.equal(spawnSync(process.execPath, [cli, 'merge', ...names], { cwd: folder }).status, 2);
      }
    } finally {
      rmSync(name);
    }
  });

  it('keeps to the levels of the project', () => {
    const rules = { 'mixed-vermagic': 'warning', 'depends-missing': 'off' };
    writeFileSync(join(folder, 'vermagic.json'), JSON.stringify({ policy: { rules } }));
    try {
      for (const format of ['json', 'sarif']) {
        const whole = scan('--format', format);
        assert.match(whole, /mixed-vermagic/);
        assert.doesNotMatch(whole, /depends-missing/);
        assert.equal(timeless(vermagic('merge', ...parts(3, format))), timeless(whole));
      }
    } finally {
      rmSync(join(folder, 'vermagic.json'));
    }
  });
});
