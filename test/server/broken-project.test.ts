/** A `vermagic.json` that cannot be read or understood: each command says so once, and its status is not that of a clean run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const tree = join(root, 'samples/jetson-rt/kernel/build-rt');
const module = join(root, 'samples/jetson-rt/rootfs/lib/modules/6.1.0-56-rt-arm64/updates/skua/skua_led.ko');

describe('a vermagic.json that cannot be understood', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-broken-'));
    writeFileSync(join(folder, 'fine.sh'), '#!/bin/sh\necho fine\n');
    writeFileSync(join(folder, 'force.sh'), '#!/bin/sh\ninsmod -f ./a.ko\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function vermagic(...args: string[]): { readonly status: number | null; readonly out: string; readonly err: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8' });
    return { status, out: stdout, err: stderr };
  }
  const told = (err: string) => err.split('\n').filter((line) => line.includes('vermagic.json'));
  /** Each way a file of that name can be there and say nothing. */
  const broken: readonly (readonly [string, (file: string) => void, RegExp])[] = [
    ['cut off', (file) => writeFileSync(file, '{ "targets": {'), /vermagic\.json:1: this is no valid JSON here: /],
    ['misspelt', (file) => writeFileSync(file, '{\n "polcy": {} }'), /vermagic\.json:2: "polcy" is not a key/],
    ['a folder', (file) => mkdirSync(file), /vermagic\.json: the file cannot be read: it is a folder\.$/],
    [
      'a dangling link',
      (file) => symlinkSync('nowhere', file),
      /vermagic\.json: the file cannot be read: it leads to no file\.$/,
    ],
  ];
  for (const [name, make, message] of broken) {
    it(`is said once by check, lint and scan, which end with 2 (${name})`, () => {
      const file = join(folder, 'vermagic.json');
      make(file);
      try {
        for (const args of [
          ['lint', 'fine.sh'],
          ['check', '--target', tree, module],
          ['scan', '--no-cache', '--jobs', '1', '--target', tree, '--build-tree', join(module, '..')],
        ]) {
          const { status, err } = vermagic(...args);
          assert.equal(status, 2, `${args[0]}: ${err}`);
          assert.match(told(err)[0] ?? '', message);
          assert.equal(new Set(told(err)).size, told(err).length, err);
        }
        assert.equal(vermagic('lint', 'force.sh').status, 1);
        const annotation = vermagic('lint', '--format', 'github', 'fine.sh').out;
        assert.match(annotation, /^::error file=vermagic\.json,.*unreadable/, annotation);
      } finally {
        rmSync(file, { recursive: true });
      }
    });
  }

  it('is a sentence where it may not be read', { skip: process.getuid?.() === 0 && 'root reads everything' }, () => {
    const file = join(folder, 'vermagic.json');
    writeFileSync(file, '{}');
    chmodSync(file, 0);
    try {
      const { status, err } = vermagic('lint', 'fine.sh');
      assert.deepEqual([status, told(err).length], [2, 1]);
      assert.match(err, /vermagic\.json: the file cannot be read: permission denied\.$/m);
      assert.doesNotMatch(err, /internal error/);
    } finally {
      rmSync(file);
    }
  });

  it('that is whole and empty of rules is none of this', () => {
    writeFileSync(join(folder, 'vermagic.json'), '{ "targets": {} } // nothing yet\n');
    const { status, err } = vermagic('lint', 'fine.sh');
    assert.deepEqual([status, err], [0, '']);
  });
});
