/** One operand that leads nowhere does not keep a command from the others; the exit status says that not all was looked at. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { CheckReport } from '@vermagic/shared';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const kernel = join(root, 'samples/jetson-rt/kernel/build-rt');
const modules = join(root, 'samples/jetson-rt/rootfs/lib/modules/6.1.0-56-rt-arm64/updates/skua');

describe('operands of which some are bad', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-operands-'));
    cpSync(modules, join(folder, 'good'), { recursive: true });
    mkdirSync(join(folder, 'dir.ko'));
    writeFileSync(join(folder, 'force.sh'), '#!/bin/sh\ninsmod -f ./a.ko\n');
    writeFileSync(join(folder, 'fine.sh'), '#!/bin/sh\necho fine\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function vermagic(...args: string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }
  const check = (...operands: string[]) => vermagic('check', '--target', kernel, '--format', 'json', ...operands);

  it('check: a folder without modules, a pattern that matched nothing and a name that is wrong', () => {
    const { status, out, err } = check('dir.ko', 'good/*.zz', 'nowhere.ko', 'good/skua_led.ko', 'good');
    const paths = (JSON.parse(out) as CheckReport[]).map((report) => report.module.path);
    assert.deepEqual([paths.length, paths[0]], [9, 'good/skua_led.ko']);
    assert.match(err, /^vermagic check: dir\.ko: there is no module \(.+\) in this folder\.$/m);
    assert.match(err, /^vermagic check: good\/\*\.zz: there is no such file or folder\.$/m);
    assert.match(err, /^vermagic check: nowhere\.ko: there is no such file or folder\.$/m);
    assert.equal(status, 2);
  });

  it('check: with nothing left there is no report', () => {
    const { status, out, err } = check('dir.ko', 'nowhere.ko');
    assert.deepEqual([status, out], [2, '']);
    assert.match(err, /dir\.ko: .+\n.*nowhere\.ko: .+\nSee: vermagic check --help\n$/);
  });

  it('inspect: the others are shown', () => {
    const { status, out, err } = vermagic('inspect', '--format', 'json', 'nowhere.ko', 'good/skua_led.ko');
    assert.equal((JSON.parse(out) as unknown[]).length, 1);
    assert.match(err, /^vermagic inspect: nowhere\.ko: /);
    assert.equal(status, 2);
  });

  it('lint: the others are checked, and an error among them decides the status', () => {
    const fine = vermagic('lint', 'nowhere.sh', 'fine.sh');
    assert.equal(fine.status, 2);
    assert.match(fine.err, /^vermagic lint: nowhere\.sh: there is no such file or folder\.$/m);
    const bad = vermagic('lint', 'nowhere.sh', 'force.sh');
    assert.equal(bad.status, 1);
    assert.match(bad.out, /force-load/);
  });

  it('lint: a file that is no text is said not to have been looked at', () => {
    writeFileSync(join(folder, 'utf16.sh'), Buffer.from('\ufeff#!/bin/sh\ninsmod -f x.ko\n', 'utf16le'));
    const { status, out, err } = vermagic('lint', 'utf16.sh', 'force.sh');
    assert.match(err, /^vermagic lint: utf16\.sh: it is binary, or text in UTF-16/m);
    assert.equal(status, 1);
    assert.match(out, /^1 file,/m);
    assert.equal(vermagic('lint', 'utf16.sh', 'fine.sh').status, 2);
  });

  it('folders that may not be looked into', { skip: process.getuid?.() === 0 && 'root may read everything' }, () => {
    mkdirSync(join(folder, 'locked'));
    chmodSync(join(folder, 'locked'), 0);
    try {
      const { status, out, err } = check('locked', 'good');
      assert.equal((JSON.parse(out) as unknown[]).length, 8);
      assert.match(err, /locked: the folder cannot be looked into: permission denied\./);
      assert.equal(status, 2);
      assert.match(vermagic('lint', '.').err, /locked: the folder cannot be looked into: permission denied\./);
    } finally {
      chmodSync(join(folder, 'locked'), 0o755);
      rmSync(join(folder, 'locked'), { recursive: true });
    }
  });
});
