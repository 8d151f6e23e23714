import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import zlib from 'node:zlib';
import { openKernelModule } from '../../../server/src/module/open-kernel-module.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { NodeFileSystem } from '../../../server/src/node/node-file-system.ts';
import { FileError } from '../../../server/src/ports/file-system.ts';
import { buildModule } from '../elf/elf-builder.ts';

const folder = mkdtempSync(join(tmpdir(), 'vermagic-files-'));
after(() => rmSync(folder, { recursive: true }));
const uri = (name: string) => pathToFileURL(join(folder, name)).href;
const files = new NodeFileSystem();
const ports = { files, decompressor: new NodeDecompressor() };

writeFileSync(join(folder, 'a file.ko'), buildModule());
writeFileSync(join(folder, 'packed.ko'), zlib.gzipSync(buildModule()));
mkdirSync(join(folder, 'sub'));
symlinkSync('a file.ko', join(folder, 'link'));
symlinkSync('nowhere', join(folder, 'dangling'));
symlinkSync('loop-b', join(folder, 'loop-a'));
symlinkSync('loop-a', join(folder, 'loop-b'));

const hasCode = (code: string) => (error: unknown) => error instanceof FileError && error.code === code;

describe('files of this machine', () => {
  it('stat follows links and tells those that lead nowhere', async () => {
    assert.equal((await files.stat(uri('link')))?.type, 'file');
    assert.equal((await files.stat(uri('sub')))?.type, 'directory');
    assert.equal((await files.stat(uri('dangling')))?.type, 'symlink');
    assert.equal((await files.stat(uri('loop-a')))?.type, 'symlink');
    assert.equal(await files.stat(uri('missing')), undefined);
    assert.equal(await files.stat(uri('a%20file.ko/below')), undefined);
  });

  it('errors have codes', async () => {
    await assert.rejects(files.open(uri('missing')), hasCode('not-found'));
    await assert.rejects(files.open(uri('sub')), hasCode('is-directory'));
    await assert.rejects(files.open(uri('loop-a')), hasCode('loop'));
    await assert.rejects(files.readDirectory(uri('link')), hasCode('not-a-directory'));
    await assert.rejects(files.realPath(uri('dangling')), hasCode('not-found'));
    await assert.rejects(files.readFile(uri('link'), 10), hasCode('too-large'));
    await assert.rejects(files.open('untitled:x'), hasCode('not-found'));
  });

  it('lists entries without following links', async () => {
    const entries = await files.readDirectory(pathToFileURL(folder).href);
    const types = Object.fromEntries(entries.map((entry) => [entry.name, entry.type]));
    assert.deepEqual([types['link'], types['sub'], types['a file.ko']], ['symlink', 'directory', 'file']);
  });

  it('reads ranges, shorter only at the end', async () => {
    const source = await files.open(uri('link'));
    const target = new Uint8Array(100);
    assert.equal(await source.read(0, target), 100);
    assert.deepEqual([...target.subarray(1, 4)], [0x45, 0x4c, 0x46]);
    assert.equal(await source.read(source.sizeBytes - 10, target), 10);
    await source.close();
  });

  it('reads files whose size is unknown beforehand', { skip: process.platform !== 'linux' }, async () => {
    const text = new TextDecoder().decode(await files.readFile('file:///proc/version', 1 << 20));
    assert.match(text, /^Linux version/);
  });

  it('a pipe is refused instead of waited for', { skip: process.platform === 'win32' }, async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await assert.rejects(files.open(uri('pipe')), hasCode('io'));
  });
});

describe('opening a module never throws', () => {
  it('reads a compressed one by its contents, not its name', async () => {
    const module = await openKernelModule(ports, uri('packed.ko'));
    assert.deepEqual([module.compression, module.structModuleName, module.problems.length], ['gzip', 'demo', 0]);
  });

  for (const [name, message] of [
    ['missing', 'The file does not exist.'],
    ['sub', 'This is a directory, not a file.'],
    ['loop-a', 'The symbolic link leads in a circle.'],
  ] as const) {
    it(`${name}: ${message}`, async () => {
      const module = await openKernelModule(ports, uri(name));
      assert.deepEqual(
        module.problems.map((problem) => problem.message),
        [message],
      );
    });
  }
});
