import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { NodeFileWriter } from '../../../server/src/node/node-file-writer.ts';
import { NodeProcessRunner } from '../../../server/src/node/node-process-runner.ts';
import { fileUri } from '../../../server/src/ports/uri.ts';

const runner = new NodeProcessRunner();

test('arguments and values arrive as they are; no shell reads them', async () => {
  const harm = '$(echo harm); `id` | "x" \'y\' \\ \n *';
  const { stdout, status } = await runner.run(['printf', '%s|', harm, '-n']);
  assert.equal(stdout, `${harm}|-n|`);
  assert.equal(status, 0);
  assert.equal((await runner.run(['printenv', 'VALUE'], { env: { VALUE: harm } })).stdout, `${harm}\n`);
});

test('status, both streams and what ended it are told', async () => {
  const seen: string[] = [];
  const result = await runner.run(['sh', '-c', 'echo out; echo err >&2; exit 3'], {
    onOutput: (text, stream) => seen.push(`${stream}:${text.trim()}`),
  });
  assert.deepEqual([result.status, result.stdout, result.stderr, result.failure], [3, 'out\n', 'err\n', undefined]);
  assert.deepEqual(seen.toSorted(), ['stderr:err', 'stdout:out']);
  assert.equal((await runner.run(['sh', '-c', 'kill -9 $$'])).endedBy, 'SIGKILL');
});

test('a missing program, a missing folder and a file that may not be run are told apart', async () => {
  assert.equal((await runner.run(['no-such-program-here'])).failure, 'not-found');
  assert.equal((await runner.run(['true'], { cwd: '/no/such/folder' })).failure, 'bad-folder');
  assert.equal((await runner.run(['/etc/passwd'])).failure, 'no-permission');
  assert.equal((await runner.run(['a\0b'])).failure, 'io');
});

test('stopping ends everything the program started, even what ignores the polite signal', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-run-'));
  const pidFile = path.join(folder, 'pid');
  const controller = new AbortController();
  const script = `trap '' TERM; sleep 300 & echo $! > ${pidFile}; wait; sleep 300`;
  const running = runner.run(['sh', '-c', script], { signal: controller.signal });
  while (!fs.existsSync(pidFile) || fs.readFileSync(pidFile, 'utf8') === '')
    await new Promise((r) => setTimeout(r, 20));
  const pid = Number(fs.readFileSync(pidFile, 'utf8'));
  controller.abort();
  assert.equal((await running).failure, 'cancelled');
  const state = fs.existsSync(`/proc/${pid}/stat`)
    ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[2]
    : 'gone';
  assert.ok(state === 'gone' || state === 'Z', `the child is ${state}`);
  fs.rmSync(folder, { recursive: true });
});

test('a program that takes too long is ended', async () => {
  assert.equal((await runner.run(['sleep', '60'], { timeoutMs: 50 })).failure, 'timeout');
});

test('a record is written as a whole, with its folders, and says why it cannot be', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-write-'));
  const writer = new NodeFileWriter();
  await writer.writeFile(fileUri(`${folder}/a/b c/record.json`), 'one');
  await writer.writeFile(fileUri(`${folder}/a/b c/record.json`), 'two');
  assert.deepEqual(fs.readdirSync(`${folder}/a/b c`), ['record.json']);
  assert.equal(fs.readFileSync(`${folder}/a/b c/record.json`, 'utf8'), 'two');
  await assert.rejects(writer.writeFile(fileUri(`${folder}/a/b c/record.json/x`), ''), { name: 'FileError' });
  await writer.remove(fileUri(`${folder}/nothing`));
  fs.rmSync(folder, { recursive: true });
});
