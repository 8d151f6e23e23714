/** Scans that are killed, that find the disk full, and trees that change under them. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScanReport } from '@vermagic/shared';
import { NodeScanCache } from '../../server/src/node/node-scan-cache.ts';
import { silentLogger } from '../../server/src/ports/logger.ts';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const kernel = join(root, 'samples/jetson-rt/kernel/build-rt');
const release = '6.1.0-56-rt-arm64';
const copies = 30;

describe('scans that meet trouble', () => {
  let folder = '';
  let modules = '';
  const env = () => ({ ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: join(folder, 'tmp') });
  const args = ['scan', '--rootfs', 'rootfs', '--target', kernel, '--format', 'json'];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-faults-'));
    mkdirSync(join(folder, 'tmp'));
    modules = join(folder, 'rootfs/lib/modules', release);
    for (let copy = 0; copy < copies; copy++)
      cpSync(join(root, 'samples/jetson-rt/rootfs/lib/modules', release), join(modules, `set${copy}`), {
        recursive: true,
      });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function scan(): { readonly status: number | null; readonly report: ScanReport } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: env(),
    });
    assert.notEqual(stdout, '', stderr);
    return { status, report: JSON.parse(stdout) as ScanReport };
  }
  const facts = ({ modules: all, loads, refused, undetermined, results }: ScanReport) => ({
    numbers: [all, loads, refused, undetermined],
    verdicts: results.map(({ module, verdict }) => `${module.path} ${verdict}`).sort(),
  });

  it('killed in the middle, the next one gives the same answer and nothing is left over', async () => {
    const whole = facts(scan().report);
    for (const delayMs of [100, 200, 300]) {
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: env(), stdio: 'ignore' });
      const ended = new Promise((done) => child.on('exit', done));
      await wait(delayMs);
      child.kill('SIGKILL');
      await ended;
      assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
      assert.deepEqual(facts(scan().report), whole);
    }
  });

  it('interrupted, it ends with 130', async () => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: env(), stdio: 'ignore' });
    const ended = new Promise<[number | null, string | null]>((done) =>
      child.on('exit', (code, by) => done([code, by])),
    );
    await wait(120);
    child.kill('SIGINT');
    const [status, signal] = await ended;
    // A shell makes 130 of the signal.
    assert.ok(status === 130 || signal === 'SIGINT', `${status} ${signal}`);
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
  });

  it('what killed writers left in the cache goes, what others write now stays, and old results make room', async () => {
    const place = join(folder, 'store');
    mkdirSync(place);
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(join(place, `a.json.${gone}.01234567`), 'half');
    writeFileSync(join(place, `b.json.${process.pid}.01234567`), 'half');
    for (let index = 0; index < 80; index++) writeFileSync(join(place, `old${index}.json`), '{}');
    const cache = new NodeScanCache(place, silentLogger);
    await cache.write('new', 'text');
    const names = readdirSync(place);
    assert.ok(!names.some((name) => name.startsWith('a.json')));
    assert.ok(names.some((name) => name.startsWith('b.json')));
    assert.equal(names.filter((name) => name.endsWith('.json')).length, 64);
    assert.equal(await cache.read('new'), 'text');
  });

  it('a full disk: the report is not taken for whole, and a manifest not for written', {
    skip: !existsSync('/dev/full') && 'only Linux has /dev/full',
  }, () => {
    const line = (command: string) => spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8', env: env() });
    const report = line(`'${process.execPath}' '${cli}' ${args.join(' ')} > /dev/full`);
    assert.equal(report.status, 2);
    assert.match(report.stderr, /^vermagic: the output could not be written: ENOSPC/m);
    mkdirSync(join(folder, 'board'));
    const manifest = line(`'${process.execPath}' '${cli}' preflight --manifest /dev/full/verified.json board`);
    assert.equal(manifest.status, 2);
    assert.match(manifest.stdout, /^Do not flash: /m);
    assert.match(manifest.stderr, /--manifest \/dev\/full\/verified\.json cannot be written: /);
  });

  it('files that vanish, shrink and come while it looks: the rest is right, and no module is called what it is not', async () => {
    const untouched = facts(scan().report).verdicts.filter((line) => /\/set[0-4]\//.test(line));
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: folder,
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (part: Buffer) => {
      out += part.toString();
    });
    child.stderr.on('data', (part: Buffer) => {
      err += part.toString();
    });
    const ended = new Promise<number | null>((done) => child.on('close', done));
    for (let copy = 5; copy < copies; copy++) {
      const place = join(modules, `set${copy}/updates/skua`);
      rmSync(join(place, 'skua_led.ko'));
      renameSync(join(place, 'skua_imu.ko'), join(place, 'skua_new.ko'));
      truncateSync(join(place, 'skua_lens.ko'), 1000);
      writeFileSync(join(place, 'skua_sync.ko'), readFileSync(join(place, 'skua_ctl.ko')));
      await wait(15);
    }
    const status = await ended;
    assert.doesNotMatch(err, /internal error/);
    const report = JSON.parse(out) as ScanReport;
    assert.deepEqual(
      facts(report).verdicts.filter((line) => /\/set[0-4]\//.test(line)),
      untouched,
    );
    for (const problem of report.unreadable) assert.match(problem, /skua_(?:led|imu|lens|sync)\.ko: |set\d+/);
    assert.notEqual(status, 0);
  });
});
