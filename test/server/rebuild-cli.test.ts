/** Build phases by the command line as it is installed: what is stale stands in status and preflight; nothing is a shell's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const cli = path.resolve(import.meta.dirname, '../../server/dist/cli.cjs');
const place = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-')));
const env = { ...process.env, XDG_STATE_HOME: path.join(place, 'state'), NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
after(() => rmSync(place, { recursive: true }));

function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(place, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

function vermagic(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('what is stale is in status and in preflight, at the changed line, until it is run again', () => {
  const folder = project('board', {
    'vermagic.json': JSON.stringify({
      pipeline: {
        phases: [
          { name: 'kernel', command: ['cp', 'versions.env', 'out'], inputs: ['versions.env'], outputs: ['out'] },
          { name: 'bake', kind: 'rootfs', command: ['cp', 'out', 'image'], inputs: ['out'], outputs: ['image'] },
        ],
      },
    }),
    'versions.env': '# pins\nLOCALVERSION=-tegra\n',
  });
  const rules = () => {
    const { stdout } = vermagic(folder, 'preflight', '--format', 'json');
    const gates: { lint?: { rule: string; path: string; line: number; message: string }[] }[] =
      JSON.parse(stdout).gates;
    return gates.flatMap(({ lint = [] }) => lint).filter(({ rule }) => rule.startsWith('stale-'));
  };
  assert.equal(vermagic(folder, 'rebuild').status, 0);
  assert.equal(vermagic(folder, 'status').status, 0);
  assert.deepEqual(rules(), []);
  writeFileSync(path.join(folder, 'versions.env'), '# pins\nLOCALVERSION=-mine\n');
  const { status, stdout } = vermagic(folder, 'status');
  assert.equal(status, 1);
  assert.match(stdout, /STALE +kernel.*because LOCALVERSION was '-tegra', is '-mine'.*STALE +bake/s);
  assert.match(stdout, /Run, in this order: kernel, bake\./);
  const [finding, rootfs, ...more] = rules();
  assert.deepEqual([rootfs?.rule, more], ['stale-rootfs', []]);
  assert.deepEqual([finding?.rule, finding?.path, finding?.line], ['stale-build', 'versions.env', 2]);
  assert.match(finding?.message ?? '', /Run kernel, then bake\./);
  // The kernel alone, run again, leaves the root file system with the old one.
  assert.equal(vermagic(folder, 'rebuild', 'kernel').status, 0);
  assert.deepEqual(
    rules().map(({ rule }) => rule),
    ['stale-rootfs'],
  );
  assert.match(vermagic(folder, 'preflight').stdout, /Do not flash: .*stale-rootfs/);
  assert.equal(vermagic(folder, 'rebuild').status, 0);
  assert.deepEqual([vermagic(folder, 'status').status, rules()], [0, []]);
});

const harm = '$(touch HARM)`touch HARM`; touch HARM & \'x\' "y" > HARM | tee HARM \\ * ~ #';

test('what a dry run shows can be typed into a shell, and means the same words', () => {
  const container = { engine: 'podman', image: 'localhost/build', mounts: [`out ${harm}:/out`] };
  const folder = project(`a ${harm.replaceAll('/', '')}`, {
    'vermagic.json': JSON.stringify({
      pipeline: {
        container,
        phases: [
          {
            name: `p ${harm}`,
            command: ['printf', '%s', harm, '--privileged', ''],
            env: { VALUE: harm },
            outputs: [harm],
          },
        ],
      },
    }),
  });
  const { stdout, stderr } = vermagic(folder, 'rebuild', '--dry-run', '--engine', 'podman');
  const line = stdout.split('\n').find((text) => text.startsWith('  podman'));
  assert.ok(line, stdout + stderr);
  const parsed = spawnSync('sh', ['-c', `set -- ${line.trim()}; printf '%s\\0' "$@"`], {
    cwd: place,
    encoding: 'utf8',
  });
  const words = parsed.stdout.split('\0').slice(0, -1);
  assert.deepEqual(words.slice(-5), ['printf', '%s', harm, '--privileged', '']);
  assert.ok(words.includes(`--env=VALUE=${harm}`));
  assert.ok(words.some((word) => word.startsWith('--mount=type=bind,"source=') && word.includes(';')) || stdout);
  assert.ok(words.indexOf('localhost/build') > words.findIndex((word) => word.startsWith('--env=')));
  assert.ok(!anywhere(place).includes('HARM'));
});

test('names, paths, globs, values and gates with the words of a shell run nothing', () => {
  const folder = project('harm', {
    'vermagic.json': JSON.stringify({
      pipeline: {
        phases: [
          {
            name: `p ${harm}`,
            command: ['cp', harm, 'made'],
            env: { VALUE: harm, 'BAD NAME;touch HARM': 'x' },
            inputs: [harm, `*${harm}`, `versions.env#${harm}`],
            outputs: ['made'],
            gate: [`; touch HARM $(touch HARM)`],
            container: false,
          },
        ],
      },
    }),
    'versions.env': 'A=$(touch HARM)\n',
    Makefile: 'build: $(shell touch HARM)\n\ttouch HARM\n',
  });
  writeFileSync(path.join(folder, harm.replaceAll('/', '')), 'text');
  const { status, stdout, stderr } = vermagic(folder, 'rebuild');
  assert.ok(existsSync(path.join(folder, 'made')), stdout + stderr);
  // The gate is no command of ours, so it does not pass.
  assert.equal(status, 1);
  assert.match(stderr, /"BAD NAME;touch HARM" is no name of an environment variable/);
  vermagic(folder, 'status');
  assert.ok(!anywhere(place).includes('HARM'));
});

function anywhere(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map((name) => path.basename(String(name)));
}

test('nothing is run by a vermagic.json that cannot be understood, which is said once with its line', () => {
  const folder = project('misspelt', {
    'vermagic.json': JSON.stringify({
      pipeline: { phases: [{ name: 'touch', command: ['cp', 'a', 'made'], inputs: ['a'], outputs: ['made'] }] },
      policy: { containerOnli: true },
    }),
    a: '',
  });
  const rebuild = vermagic(folder, 'rebuild');
  assert.equal(rebuild.status, 2);
  assert.match(
    rebuild.stderr,
    /Nothing is run, because vermagic\.json cannot be understood: line 1: policy: "containerOnli" is no key/,
  );
  assert.equal(existsSync(path.join(folder, 'made')), false);
  const status = vermagic(folder, 'status', '--no-engine');
  assert.equal(status.status, 2);
  assert.match(status.stdout, /touch/);
  assert.deepEqual(status.stderr.match(/containerOnli/g)?.length, 1, status.stderr);
  assert.match(status.stderr, /vermagic\.json:1: policy: /);
});
