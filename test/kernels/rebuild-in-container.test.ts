/** A module that the target refuses is rebuilt in a real container by a real Kbuild; builds that fail, and that are stopped. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { method, type RebuildPlanReport } from '@vermagic/shared';
import { LspClient } from '../server/lsp-client.ts';
import { buildOnHost, helloC, moduleWorkspace, rebuildEngine } from './rebuild-engine.ts';

const cli = path.resolve(import.meta.dirname, '../../server/src/node/cli-main.ts');
const engine = rebuildEngine();
const skip = engine.problem ?? false;
const stateHome = mkdtempSync(path.join(os.tmpdir(), 'vermagic-state-'));
const env = { ...process.env, ...engine.env, NODE_NO_WARNINGS: '1', NO_COLOR: '1', XDG_STATE_HOME: stateHome };
const folders: string[] = [];
after(() => {
  rmSync(stateHome, { recursive: true, force: true });
  for (const folder of folders) rmSync(path.dirname(folder), { recursive: true, force: true });
});

function workspaceOf(files: Readonly<Record<string, string>> = {}, name?: string): string {
  const folder = moduleWorkspace(engine, files, name);
  folders.push(folder);
  return folder;
}

function vermagic(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

function podman(...args: string[]): string {
  return spawnSync(engine.name, args, { env, encoding: 'utf8' }).stdout.trim();
}

const ourContainers = () => podman('ps', '--all', '--quiet', '--filter=name=^vermagic-');
const verdictOf = (folder: string) =>
  JSON.parse(vermagic(folder, 'check', '--format', 'json', 'hello.ko').stdout)[0].verdict as string;
const stateOf = (folder: string) =>
  JSON.parse(vermagic(folder, 'status', '--format', 'json').stdout).phases[0] as { state: string; reasons: string[] };

test('a module built for the stock kernel loads on the real-time kernel after the rebuild', { skip }, () => {
  // A folder whose name would do harm in a shell, and would end a mount's field.
  const folder = workspaceOf({}, 'my $(touch HARM),"ws; touch HARM');
  const plain = workspaceOf();
  buildOnHost(plain, engine.stock);
  writeFileSync(path.join(folder, 'hello.ko'), readFileSync(path.join(plain, 'hello.ko')));
  assert.equal(verdictOf(folder), 'refused');
  const rebuilt = vermagic(folder, 'rebuild');
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
  assert.match(rebuilt.stdout, /[1-9]\d* findings vanished/);
  assert.equal(verdictOf(folder), 'loads');
  assert.ok(!existsSync(path.join(folder, 'HARM')) && !existsSync('HARM'));
  assert.equal(stateOf(folder).state, 'fresh');
  writeFileSync(path.join(folder, 'hello.c'), `${helloC}/* changed */\n`);
  assert.deepEqual(stateOf(folder).reasons, ['hello.c changed']);
  assert.equal(ourContainers(), '');
});

const failing: [what: string, from: string, to: string, place: RegExp][] = [
  ['a syntax error', 'return 0;', 'return 0', /hello\.c:9:\d+: error: expected ';'/],
  [
    'a symbol that nobody exports',
    'kfree(memory);',
    'extern void lost(void *);\n\tlost(memory);',
    /hello\.c:9:2: error: "lost" .*hello\.ko\] undefined!/,
  ],
  [
    'a namespace that is not imported',
    'kfree(memory);',
    'extern struct dma_buf *dma_buf_get(int fd);\n\tdma_buf_get(1);',
    /hello\.c:9:2: error: module hello uses symbol dma_buf_get from namespace DMA_BUF/,
  ],
];

for (const [what, from, to, place] of failing) {
  test(`${what} is shown at its line of this machine's file, and the old module stays what it was`, { skip }, () => {
    const folder = workspaceOf({ 'hello.c': helloC.replace(from, to) });
    const { status, stdout, stderr } = vermagic(folder, 'rebuild');
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, place);
    assert.ok(stdout.includes(`${folder}/hello.c`), stdout);
    assert.match(stdout.split('\n')[0] ?? '', /^Failed in modules: /);
    assert.notEqual(stateOf(folder).state, 'fresh');
  });
}

/** A build that waits in the compiler's place until it is stopped. */
function slowWorkspace(): string {
  return workspaceOf({ Kbuild: 'obj-m := hello.o\n$(obj)/hello.o: $(obj)/wait\n$(obj)/wait: FORCE\n\tsleep 600\n' });
}

async function waitForContainer(child: ChildProcess): Promise<string> {
  for (let attempt = 0; attempt < 150 && child.exitCode === null; attempt++) {
    const id = podman('ps', '--quiet', '--filter=name=^vermagic-modules-');
    if (id !== '') return id;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the container did not start');
}

function start(folder: string) {
  const child = spawn(process.execPath, [cli, 'rebuild', 'modules'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output };
}

test('stopping in the middle of a build leaves no container, and a module that is as valid as before', {
  skip,
}, async () => {
  const folder = workspaceOf();
  assert.equal(vermagic(folder, 'rebuild').status, 0);
  const before = readFileSync(path.join(folder, 'hello.ko'));
  writeFileSync(path.join(folder, 'Kbuild'), readFileSync(path.join(slowWorkspace(), 'Kbuild')));
  const { child, ended, output } = start(folder);
  await waitForContainer(child);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.match(output(), /Stopped in modules/);
  assert.equal(ourContainers(), '');
  assert.deepEqual(readFileSync(path.join(folder, 'hello.ko')), before);
  assert.deepEqual(stateOf(folder).reasons, ['Kbuild changed']);
});

test('a container that someone kills is told as such, and nothing counts as done', { skip }, async () => {
  const folder = slowWorkspace();
  const { child, ended, output } = start(folder);
  const id = await waitForContainer(child);
  podman('kill', id);
  assert.equal(await ended, 1);
  assert.match(output(), /The container was killed \(SIGKILL\)/);
  assert.notEqual(stateOf(folder).state, 'fresh');
  assert.equal(ourContainers(), '');
});

test('a build whose vermagic is killed is found by the next one, and its container ended', { skip }, async () => {
  const folder = slowWorkspace();
  const { child, ended, output } = start(folder);
  await waitForContainer(child);
  // A build that still writes would end by itself: nobody reads it.
  while (!output().includes('sleep 600')) await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGKILL');
  await ended;
  assert.notEqual(ourContainers(), '', 'nothing could end the container');
  assert.match(vermagic(folder, 'status').stderr, /modules may still be running.*--stop-abandoned/);
  const { stdout } = vermagic('/', 'rebuild', '--stop-abandoned');
  assert.match(stdout, /The build phase modules of .* is stopped now/);
  assert.equal(ourContainers(), '');
  assert.match(stateOf(folder).reasons.join(), /its last run never ended/);
  assert.equal(vermagic('/', 'rebuild', '--stop-abandoned').stdout, '');
});

test('a second build of the same project is refused while the first one runs', { skip }, async () => {
  const folder = slowWorkspace();
  const { child, ended } = start(folder);
  await waitForContainer(child);
  const second = vermagic(folder, 'rebuild', 'modules');
  assert.equal(second.status, 2);
  assert.match(second.stderr, /modules is being built already, by process \d+/);
  assert.notEqual(ourContainers(), '', 'the first one goes on');
  child.kill('SIGTERM');
  assert.equal(await ended, 130);
  assert.equal(ourContainers(), '');
});

for (const [what, end] of [
  ['its standard input closes', (client: LspClient) => client.process.stdin?.destroy()],
  ['it is told to end', (client: LspClient) => client.process.kill('SIGTERM')],
] as const) {
  test(`a server takes the container of its build along when ${what}`, { skip }, async () => {
    const folder = slowWorkspace();
    const client = new LspClient({ ...engine.env, XDG_STATE_HOME: stateHome });
    const uri = pathToFileURL(folder).href;
    await client.start(uri, {}, { trusted: true });
    const { hash } = await client.request<RebuildPlanReport>(method.rebuildPlan, { uri });
    client.connection.sendRequest(method.rebuild, { uri, run: 'r', hash }).catch(() => undefined);
    await waitForContainer(client.process);
    end(client);
    for (const until = Date.now() + 30_000; ourContainers() !== '' && Date.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(ourContainers(), '');
  });
}

test('a disk that is full is told as the cause, and the half-made module does not count', { skip }, (t) => {
  const disk = mkdtempSync(path.join(os.tmpdir(), 'vermagic-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]);
  try {
    if (mounted.status !== 0) return t.skip('no file system can be mounted here');
    const plain = workspaceOf();
    for (const file of ['vermagic.json', 'Kbuild', 'hello.c'])
      writeFileSync(path.join(disk, file), readFileSync(path.join(plain, file)));
    const { status, stdout, stderr } = vermagic(disk, 'rebuild');
    assert.equal(status, 1, stdout + stderr);
    assert.match(stderr, /No space left on device/, 'the compiler did not fill the disk');
    assert.match(stdout, /^Failed in modules: The disk is full\./);
    assert.notEqual(stateOf(disk).state, 'fresh');
    assert.equal(ourContainers(), '');
  } finally {
    if (mounted.status === 0) spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  }
});

test('a missing image, engine or program is named with what to do', { skip }, () => {
  const folder = workspaceOf();
  const file = path.join(folder, 'vermagic.json');
  const project = readFileSync(file, 'utf8');
  writeFileSync(file, project.replaceAll(engine.image, 'localhost/vermagic-nowhere:1'));
  assert.match(vermagic(folder, 'rebuild').stdout, /There is no image localhost\/vermagic-nowhere:1 on this machine\./);
  writeFileSync(file, project.replace('"make"', '"no-such-program"'));
  assert.match(vermagic(folder, 'rebuild').stdout, /has no program no-such-program/);
  writeFileSync(file, project);
  const missing = spawnSync(process.execPath, [cli, 'rebuild'], {
    cwd: folder,
    env: { ...env, PATH: '/nowhere' },
    encoding: 'utf8',
  });
  assert.match(missing.stdout, new RegExp(`There is no ${engine.name} on this machine\\. Install it`));
});

test('words of a shell in targets, values and names are handed over as they are', { skip }, () => {
  const folder = workspaceOf();
  const file = path.join(folder, 'vermagic.json');
  const project = JSON.parse(readFileSync(file, 'utf8'));
  const harm = '$(touch /src/HARM)`touch /src/HARM`; touch /src/HARM | tee "HARM" && \'x\'';
  project.pipeline.phases = [
    { name: `echo ${harm}`, command: ['printf', '%s|', harm, '--privileged'], env: { VALUE: harm }, inputs: [harm] },
    { name: 'value', command: ['printenv', 'VALUE'], env: { VALUE: harm } },
  ];
  writeFileSync(file, JSON.stringify(project));
  const { status, stderr, stdout } = vermagic(folder, 'rebuild');
  assert.equal(status, 0, stdout + stderr);
  assert.ok(stderr.includes(`${harm.replaceAll('/src', folder)}|--privileged|`), stderr);
  assert.ok(!existsSync(path.join(folder, 'HARM')));
});
