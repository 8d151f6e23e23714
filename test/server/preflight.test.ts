/** `vermagic preflight`: what its manifest says is true by other tools, and each gate alone keeps an image from being flashed. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const fixtures = join(root, 'test/fixtures/modules');
const release = '6.1.0-56-amd64';

interface Manifest {
  readonly format: number;
  readonly tool: { readonly name: string; readonly version: string };
  readonly time: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly gates: readonly { readonly kind: string; readonly path: string; readonly ready: boolean }[];
  readonly trees: readonly {
    readonly path: string;
    readonly targets: readonly { readonly release: string | null; readonly vermagic: string | null }[];
    readonly counts: Readonly<Record<'modules' | 'loads' | 'refused' | 'undetermined', number>>;
    readonly modules: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[];
  }[];
}

const absent = spawnSync('depmod', ['--version']).error && 'there is no depmod here (package kmod)';

describe('vermagic preflight', { skip: absent ?? false }, () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-preflight-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A project whose root file system is good: two modules, their kernel's configuration and exports, an index. */
  function project(name: string): { readonly dir: string; readonly modules: string } {
    const dir = join(folder, name);
    const modules = join(dir, 'rootfs/lib/modules', release);
    mkdirSync(join(modules, 'extra'), { recursive: true });
    for (const module of ['beacon', 'listener'])
      cpSync(join(fixtures, '6.1-amd64', `${module}.ko`), join(modules, 'extra', `${module}.ko`));
    const symvers = readFileSync(join(fixtures, '6.1-amd64/Module.symvers'), 'utf8');
    const imports = new Map<string, string>();
    for (const module of ['beacon', 'listener']) {
      const dump = execFileSync('modprobe', ['--dump-modversions', join(modules, 'extra', `${module}.ko`)], {
        encoding: 'utf8',
      });
      for (const line of dump.trim().split('\n')) imports.set(line.split('\t')[1] ?? '', line.split('\t')[0] ?? '');
    }
    const own = new Set(symvers.split('\n').map((line) => line.split('\t')[1] ?? ''));
    const kernel = [...imports].filter(([symbol]) => !own.has(symbol));
    const headers = join(dir, `rootfs/usr/src/linux-headers-${release}`);
    mkdirSync(join(headers, 'include/generated'), { recursive: true });
    writeFileSync(
      join(headers, 'Module.symvers'),
      `${kernel.map(([symbol, crc]) => `${crc}\t${symbol}\tvmlinux\tEXPORT_SYMBOL_GPL\t`).join('\n')}\n${symvers}`,
    );
    writeFileSync(join(headers, 'include/generated/utsrelease.h'), `#define UTS_RELEASE "${release}"\n`);
    const config = ['X86_64', '64BIT', 'SMP', 'PREEMPT_BUILD', 'PREEMPT', 'MODULES', 'MODULE_UNLOAD', 'MODVERSIONS']
      .map((option) => `CONFIG_${option}=y`)
      .join('\n');
    writeFileSync(join(headers, '.config'), `# Linux/x86 6.1.192 Kernel Configuration\n${config}\n`);
    mkdirSync(join(dir, 'rootfs/boot'));
    cpSync(join(headers, '.config'), join(dir, 'rootfs/boot', `config-${release}`));
    depmod(dir);
    writeFileSync(join(dir, 'vermagic.json'), JSON.stringify({ targets: { board: { sources: ['rootfs'] } } }));
    return { dir, modules };
  }

  function depmod(dir: string): void {
    execFileSync('depmod', ['-b', join(dir, 'rootfs'), release], { stdio: 'ignore' });
  }

  function preflight(
    dir: string,
    ...more: string[]
  ): { status: number | null; out: string; err: string; last: string } {
    const args = [cli, 'preflight', '--no-cache', ...more, '.'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { status, out: stdout, err: stderr, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
  }

  it('says Ready of a good image, and its manifest is true by sha256sum, modinfo and the clock', () => {
    const { dir, modules } = project('good');
    const before = Date.now();
    const { status, out, last } = preflight(dir, '--manifest', 'manifest.json');
    assert.equal(status, 0, out);
    assert.equal(last, 'Ready: all 2 modules of 1 tree load on the kernel they are shipped with.');
    const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;
    assert.equal(manifest.format, 1);
    const { version } = JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')) as { version: string };
    assert.deepEqual(manifest.tool, { name: 'vermagic', version });
    assert.match(manifest.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Date.parse(manifest.time) >= before && Date.parse(manifest.time) <= Date.now(), manifest.time);
    assert.deepEqual([manifest.ready, manifest.reasons], [true, []]);
    assert.deepEqual(manifest.gates, [
      { kind: 'rootfs', path: 'rootfs', ready: true },
      { kind: 'lint', path: '.', ready: true },
    ]);
    const [tree] = manifest.trees;
    assert.equal(manifest.trees.length, 1);
    assert.ok(tree);
    assert.equal(tree.path, 'rootfs');
    assert.deepEqual(tree.counts, { modules: 2, loads: 2, refused: 0, undetermined: 0 });
    const inside = readdirSync(join(modules, 'extra')).map((name) => `lib/modules/${release}/extra/${name}`);
    assert.deepEqual(tree.modules.map(({ path }) => path).sort(), inside.sort());
    for (const { path, sizeBytes, sha256 } of tree.modules) {
      const file = join(dir, 'rootfs', path);
      assert.equal(sizeBytes, statSync(file).size);
      assert.equal(sha256, execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ', 1)[0]);
    }
    const vermagic = execFileSync('modinfo', ['-F', 'vermagic', join(modules, 'extra/beacon.ko')], {
      encoding: 'utf8',
    });
    assert.deepEqual(
      tree.targets.map((target) => [target.release, target.vermagic]),
      [[release, vermagic.replace(/\n$/, '')]],
    );
  });

  /** Each breaks one gate and nothing else. */
  const faults: readonly (readonly [string, (place: { dir: string; modules: string }) => void, RegExp])[] = [
    [
      'a module for another kernel',
      ({ dir, modules }) => {
        cpSync(join(fixtures, '6.12-amd64/listener.ko'), join(modules, 'extra/listener.ko'));
        depmod(dir);
      },
      /^Do not flash: rootfs: 1 of 2 modules would be refused; /,
    ],
    [
      'a provider that is not there',
      ({ dir, modules }) => {
        rmSync(join(modules, 'extra/beacon.ko'));
        depmod(dir);
      },
      /^Do not flash: rootfs: 1 of 1 module would be refused; rootfs: provider-missing\.$/,
    ],
    [
      'no modules at all',
      ({ modules }) => rmSync(join(modules, 'extra'), { recursive: true }),
      /^Do not flash: rootfs: there are no modules/,
    ],
    [
      'a script that forces a module',
      ({ dir }) => writeFileSync(join(dir, 'install.sh'), '#!/bin/sh\nmodprobe -f listener\n'),
      /^Do not flash: \.: 1 error in scripts and configuration \(force-load\)\.$/,
    ],
    [
      'a target whose tree is not there',
      ({ dir }) => {
        const targets = { board: { sources: ['rootfs'] }, other: { sources: ['rootfs-b'] } };
        writeFileSync(join(dir, 'vermagic.json'), JSON.stringify({ targets }));
      },
      /^Do not flash: rootfs-b: it is not there, and the target other of vermagic\.json names it\.$/,
    ],
    [
      'a file that is no module',
      ({ dir, modules }) => {
        writeFileSync(join(modules, 'extra/zero.ko'), Buffer.alloc(4096));
        spawnSync('depmod', ['-b', join(dir, 'rootfs'), release]);
      },
      /^Do not flash: rootfs: 1 of 3 modules would be refused/,
    ],
  ];
  for (const [name, break_, verdict] of faults) {
    it(`keeps an image from being flashed for ${name} alone`, () => {
      const place = project(name.replaceAll(' ', '-'));
      break_(place);
      const { status, last, out, err } = preflight(place.dir, '--manifest', 'manifest.json');
      assert.match(`${last}${err}`, verdict, out);
      assert.notEqual(status, 0, out);
      if (status !== 1) return;
      const manifest = JSON.parse(readFileSync(join(place.dir, 'manifest.json'), 'utf8')) as Manifest;
      assert.equal(manifest.ready, false);
      assert.equal(manifest.gates.filter((gate) => !gate.ready).length, 1, JSON.stringify(manifest.gates));
      assert.equal(`Do not flash: ${manifest.reasons.join('; ')}.`, last);
      assert.equal(manifest.trees[0]?.counts.modules, manifest.trees[0]?.modules.length);
    });
  }

  /** What a policy that asks for a held kernel package looks like when someone slips. */
  const slips: readonly (readonly [string, string | undefined, RegExp])[] = [
    [
      'wrong-type',
      '{\n"policy": { "packages": { "requireHold": "nvidia-*" } } }',
      /line 2: policy\.packages\.requireHold: /,
    ],
    ['top-key', '{ "polcy": { "packages": { "requireHold": ["nvidia-*"] } } }', /line 1: "polcy" is not a key/],
    [
      'inner-key',
      '{ "policy": { "package": { "requireHold": ["nvidia-*"] } } }',
      /line 1: policy: "package" is no key/,
    ],
    ['empty', '', /line 1: the file is empty/],
    ['list', '[]', /line 1: the file must hold one object/],
    [
      'target-key',
      '{ "targets": { "board": { "sources": ["gone"], "x": 1 } } }',
      /line 1: targets\.board: unknown key "x"/,
    ],
    ['cut-off', '{ "targets": { "board": "rootfs" ', /line 1: this is no valid JSON here: close brace expected/],
    ['folder', undefined, /the file cannot be read: it is a folder/],
  ];
  for (const [name, text, problem] of slips) {
    it(`is not ready with a vermagic.json that cannot be understood (${name}), and says so once`, () => {
      const { dir } = project(`slip-${name}`);
      rmSync(join(dir, 'vermagic.json'));
      if (text === undefined) mkdirSync(join(dir, 'vermagic.json'));
      else writeFileSync(join(dir, 'vermagic.json'), text);
      mkdirSync(join(dir, 'rootfs/var/lib/dpkg'), { recursive: true });
      writeFileSync(
        join(dir, 'rootfs/var/lib/dpkg/status'),
        'Package: nvidia-l4t-kernel\nStatus: install ok installed\nVersion: 5.15\n',
      );
      const { status, last, err } = preflight(dir, '--manifest', 'manifest.json');
      assert.match(last, new RegExp(`^Do not flash: vermagic\\.json: ${problem.source}`));
      assert.equal(status, 2);
      assert.equal(
        err.split('\n').filter((line) => problem.test(`line ${line.replace(/^.*json:(\d+:)/, '$1')}`)).length,
        1,
        err,
      );
      const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;
      assert.equal(manifest.ready, false);
      assert.match(manifest.reasons[0] ?? '', problem);
      assert.ok(manifest.gates.some((gate) => gate.kind === 'project' && gate.path === 'vermagic.json' && !gate.ready));
      const { ready, reasons } = JSON.parse(preflight(dir, '--format', 'json').out) as Manifest;
      assert.deepEqual([ready, reasons], [false, manifest.reasons]);
    });
  }

  it('is not ready where there is nothing to look at, and writes that down', () => {
    const dir = join(folder, 'empty');
    mkdirSync(dir);
    const { status, last } = preflight(dir, '--manifest', 'manifest.json');
    assert.equal(status, 1);
    assert.match(last, /^Do not flash: no root file system and no built kernel tree was found/);
    const manifest = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;
    assert.deepEqual([manifest.ready, manifest.trees], [false, []]);
  });

  it('records the findings of warnings as no reason, and takes no parts of a scan', () => {
    const { dir, modules } = project('warned');
    writeFileSync(join(modules, 'modules.dep'), '');
    const { status, last } = preflight(dir);
    assert.deepEqual([status, last], [0, 'Ready: all 2 modules of 1 tree load on the kernel they are shipped with.']);
    const part = preflight(dir, '--shard', '1/2', '--manifest', 'part.json');
    assert.equal(part.status, 2);
    assert.match(part.err, /shard/);
    assert.equal(existsSync(join(dir, 'part.json')), false);
  });
});
