/** The examples of docs/ci.md and the steps of action.yml, run as they stand there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');

/** The code blocks below a heading. */
function blocks(heading: string): string[] {
  const start = page.indexOf(`\n## ${heading}`);
  assert.ok(start >= 0, heading);
  const end = page.indexOf('\n## ', start + 4);
  return [...page.slice(start, end < 0 ? undefined : end).matchAll(/```\w+\n([\s\S]*?)```/g)].map(
    ([, code]) => code ?? '',
  );
}

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe('examples for CI', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-ci-'));
    cpSync(join(root, 'samples/jetson-rt/rootfs'), join(folder, 'rootfs'), { recursive: true });
    for (const image of ['one', 'two'])
      cpSync(join(folder, 'rootfs'), join(folder, 'images', image), { recursive: true });
    mkdirSync(join(folder, 'bin'));
    symlinkSync(join(root, 'server/bin/vermagic.mjs'), join(folder, 'bin/vermagic'));
    symlinkSync(process.execPath, join(folder, 'bin/node'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function shell(script: string, env: Record<string, string> = {}, cwd = folder, program = ['sh', '-eu']) {
    const file = join(folder, 'script');
    writeFileSync(file, script);
    const { status, stdout, stderr } = spawnSync(program[0] ?? '', [...program.slice(1), file], {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        XDG_CACHE_HOME: join(folder, 'cache'),
        ...env,
      },
    });
    return { status, out: stdout, err: stderr };
  }
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ScanReport;
  function assertWhole(name: string): void {
    const { out } = shell('vermagic scan --rootfs rootfs --format json || true');
    const whole = JSON.parse(out) as ScanReport;
    const merged = json(name);
    const verdicts = (report: ScanReport) =>
      report.results.map(({ module, verdict }) => `${module.path} ${verdict}`).sort();
    assert.deepEqual(verdicts(merged), verdicts(whole));
    assert.deepEqual([merged.modules, merged.loads, merged.refused], [whole.modules, whole.loads, whole.refused]);
  }

  it('GNU parallel: one image in parts, and many images', {
    skip: !has('parallel') && 'GNU parallel is not here',
  }, () => {
    const [script = ''] = blocks('GNU parallel');
    const [parts = '', images = ''] = script.split('\n\n');
    const { status, err } = shell(parts);
    assert.equal(status, 1, err);
    assertWhole('scan.json');
    assert.equal(shell(images).status, 1);
    const fleet = JSON.parse(readFileSync(join(folder, 'fleet.sarif'), 'utf8')) as {
      runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
    };
    const uris = fleet.runs.flatMap(({ results }) =>
      results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri ?? ''),
    );
    for (const image of ['one', 'two'])
      assert.ok(
        uris.some((uri) => uri.startsWith(`images/${image}/`)),
        uris.join(),
      );
  });

  it('GitLab CI: parts, and the verdict over them', () => {
    rmSync(join(folder, 'scan.json'), { force: true });
    const jobs = parse(blocks('GitLab CI')[0] ?? '') as Record<string, { script: string[]; parallel?: number }>;
    const total = jobs['scan']?.parallel ?? 0;
    for (let index = 1; index <= total; index++) {
      const env = { CI_NODE_INDEX: String(index), CI_NODE_TOTAL: String(total) };
      const { status, err } = shell(jobs['scan']?.script.join('\n') ?? '', env);
      assert.equal(status, 0, err);
    }
    assert.equal(shell(`rm -f part-[5-8].json\n${jobs['verdict']?.script.join('\n')}`).status, 1);
    assertWhole('scan.json');
  });

  it('GitHub Actions: the composite action, with and without findings, and its matrix', () => {
    const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
      runs: { steps: { name?: string; run?: string }[] };
    };
    const step = action.runs.steps.find(({ name }) => name === 'Scan')?.run ?? '';
    const inputs = { INPUT_ROOTFS: 'rootfs', INPUT_BUILD_TREE: '', INPUT_TARGET: '', INPUT_SARIF: 'out.sarif' };
    const runner = ['bash', '--noprofile', '--norc', '-eo', 'pipefail'];
    const { status, out, err } = shell(step, { ...inputs, ACTION_PATH: root }, folder, runner);
    assert.equal(status, 1, err);
    assert.match(out, /^::error file=rootfs\/lib\/modules\/.+,title=vermagic%3A .+::/m);
    assert.ok(readFileSync(join(folder, 'out.sarif'), 'utf8').includes('"version": "2.1.0"'));
    const unknown = shell(step, { ...inputs, INPUT_TARGET: 'nowhere', ACTION_PATH: root }, folder, runner);
    assert.equal(unknown.status, 2);
    const cut = join(folder, 'cut/lib/modules/6.1.0/cut.ko.xz');
    mkdirSync(join(cut, '..'), { recursive: true });
    writeFileSync(cut, Buffer.from('fd377a585a0000', 'hex'));
    const unread = shell(step, { ...inputs, INPUT_ROOTFS: 'cut', ACTION_PATH: root }, folder, runner);
    assert.equal(unread.status, 2);
    assert.match(unread.out, /^::error file=cut\/lib\/modules\/6\.1\.0\/cut\.ko\.xz,/m);
    const matrix = blocks('GitHub Actions')[1] ?? '';
    const jobs = (parse(matrix) as { jobs: Record<string, { steps: { run?: string }[] }> }).jobs;
    const runs = (job: string) => (jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? []).join('\n');
    for (const part of ['1', '2', '3', '4'])
      assert.equal(shell(runs('scan').replaceAll(/\$\{\{ matrix\.part \}\}/g, part), {}, folder, runner).status, 0);
    assert.equal(shell(runs('verdict'), {}, folder, runner).status, 1);
    assertWhole('scan.json');
  });

  it('the git hook stops a commit that forces a module, and lets another pass', () => {
    const repository = join(folder, 'repository');
    mkdirSync(repository);
    assert.equal(shell('git init -q .', {}, repository).status, 0);
    const hook = join(repository, '.git/hooks/pre-commit');
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, blocks('Git hook')[0] ?? '');
    chmodSync(hook, 0o755);
    const commit = 'git add .; git -c user.name=a -c user.email=a@b commit -q -m x';
    writeFileSync(join(repository, 'load.sh'), '#!/bin/sh\ninsmod -f ./a.ko\n');
    const refused = shell(commit, {}, repository);
    assert.equal(refused.status, 1);
    assert.match(refused.out + refused.err, /load\.sh:2:8.*force-load/);
    writeFileSync(join(repository, 'load.sh'), '#!/bin/sh\ninsmod ./a.ko\n');
    assert.equal(shell(commit, {}, repository).status, 0);
  });

  it('the flash hook leaves its record, and stops', () => {
    mkdirSync(join(folder, 'build'), { recursive: true });
    const { status, out } = shell(`${blocks('Pre-flash hook')[0]}\necho flashing\n`);
    assert.equal(status, 1);
    assert.match(out, /^Do not flash: /m);
    assert.doesNotMatch(out, /flashing/);
    const record = JSON.parse(readFileSync(join(folder, 'build/verified.json'), 'utf8')) as { ready: boolean };
    assert.equal(record.ready, false);
  });
});
