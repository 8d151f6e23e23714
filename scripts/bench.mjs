// npm run bench: the budgets of the command line and the server, as ratios to the C tools in one run. What the material for is
// missing on this machine is skipped, with the reason. Real kernels: VERMAGIC_KERNEL_CACHE, headers in /usr/src.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchBuildSide } from './bench-build-side.mjs';
import { BenchClient } from './bench-client.mjs';
import { findProgram, projectNode, root } from './setup.mjs';

const cache = process.env['VERMAGIC_KERNEL_CACHE'] ?? path.join(root, '.cache/kernels/x');
const plain = { release: '6.1.0-56-amd64', folder: path.join(cache, 'linux-image-6.1.0-56-amd64_amd64') };
const packed = { release: '6.12.117+deb12-amd64', folder: path.join(cache, 'linux-image-6.12.117+deb12-amd64_amd64') };
const headersOf = (release) => `/usr/src/linux-headers-${release}`;
const node = projectNode();
const cli = path.join(root, 'server/bin/vermagic.mjs');
const server = path.join(root, 'server/dist/server.cjs');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-bench-'));
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));
const environment = { ...process.env, XDG_CACHE_HOME: path.join(scratch, 'cache'), NO_COLOR: '1' };
const rounds = Number(process.env['VERMAGIC_BENCH_ROUNDS'] ?? 5);
const widths = [38, 12, 24, 12, 10];
const rows = {
  missed: 0,
  /** Shown at once: a run takes minutes. */
  push(row) {
    const mark = row[5] === undefined ? ' ' : row[5] ? '✓' : '✗';
    if (row[5] === false) this.missed++;
    console.log(
      `${mark} ${widths.map((width, column) => String(row[column]).padEnd(width)).join(' ')}${row[6] ?? ''}`.trimEnd(),
    );
  },
};

/** Wall time in ms, CPU time of all its threads and children in ms, and the largest resident memory in MB of one run. */
function once(program, args) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, { env: environment, stdio: 'ignore' });
    let memory = 0;
    let cpu = 0;
    const timer = setInterval(() => {
      try {
        const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
        memory = Math.max(memory, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
        // Behind the name in brackets: utime, stime, cutime and cstime, in ticks of 10 ms.
        const stat = fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        cpu = stat.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
      } catch {
        // It has ended.
      }
    }, 10);
    child.on('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on('exit', () => {
      clearInterval(timer);
      resolve({ ms: performance.now() - start, cpu, memory });
    });
  });
}

/** Runs the commands in turn, so that what else the machine does hits all alike; the medians. */
async function inTurn(...commands) {
  const results = commands.map(() => []);
  for (const [program, ...args] of commands) await once(program, args);
  for (let round = 0; round < rounds; round++) {
    for (const [index, [program, ...args]] of commands.entries()) results[index].push(await once(program, args));
  }
  const middle = (values) => values.sort((a, b) => a - b)[rounds >> 1];
  return results.map((runs) => ({
    ms: middle(runs.map((run) => run.ms)),
    cpu: middle(runs.map((run) => run.cpu)),
    memory: Math.max(...runs.map((run) => run.memory)),
  }));
}

const ms = (value) =>
  value < 10 ? `${value.toFixed(2)} ms` : value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

function ratio(work, own, peer, peerName, budget) {
  const value = own.ms / peer.ms;
  rows.push([
    work,
    ms(own.ms),
    `${ms(peer.ms)} ${peerName}`,
    `${value.toFixed(2)} ×`,
    `≤ ${budget} ×`,
    value <= budget,
    `CPU ${ms(own.cpu)} to ${ms(peer.cpu)}`,
  ]);
}

function bound(work, value, budget, unit) {
  rows.push([
    work,
    unit === 'ms' ? ms(value) : `${Math.round(value)} ${unit}`,
    '',
    '',
    `≤ ${budget} ${unit}`,
    value <= budget,
  ]);
}

function skip(work, reason) {
  rows.push([work, `skipped: ${reason}`, '', '', '', undefined]);
}

const scanOf = ({ release, folder }, ...more) => [
  node,
  cli,
  'scan',
  '--rootfs',
  folder,
  '--target',
  headersOf(release),
  ...more,
];

function lacks(...paths) {
  const missing = paths.filter((one) => !fs.existsSync(one));
  return missing.length > 0 ? `${missing.join(', ')} is not there` : undefined;
}

async function againstDepmod() {
  const work = 'scan of 4,000 modules, every check';
  const symvers = path.join(headersOf(plain.release), 'Module.symvers');
  const reason = lacks(plain.folder, symvers) ?? (findProgram('depmod') ? undefined : 'no depmod');
  if (reason) return skip(work, reason);
  const depmod = ['depmod', '-n', '-e', '-E', symvers, '-b', plain.folder, plain.release];
  const [fresh, again, peer] = await inTurn(scanOf(plain, '--no-cache'), scanOf(plain), depmod);
  ratio(work, fresh, peer, 'depmod -E', 0.5);
  ratio('the same again, nothing changed', again, peer, 'depmod -E', 0.5);
  bound('memory of that scan', fresh.memory, 200, 'MB');
}

async function vermagics() {
  const work = 'vermagic of 4,000 modules';
  const reason = lacks(plain.folder) ?? (findProgram('modinfo') ? undefined : 'no modinfo');
  if (reason) return skip(work, reason);
  const list = path.join(scratch, 'plain-modules');
  fs.writeFileSync(list, `${modulesBelow(plain.folder).join('\0')}\0`);
  const [own, peer] = await inTurn(
    [node, cli, 'inspect', '--field', 'vermagic', plain.folder],
    ['xargs', '-0', '-a', list, 'modinfo', '-F', 'vermagic'],
  );
  ratio(work, own, peer, 'modinfo', 1);
  bound('memory of that', own.memory, 200, 'MB');
}

async function packedModules() {
  const work = 'scan of 4,200 .ko.xz';
  const reason = lacks(packed.folder, headersOf(packed.release)) ?? (findProgram('modinfo') ? undefined : 'no modinfo');
  if (reason) return skip(work, reason);
  const files = modulesBelow(packed.folder);
  const list = path.join(scratch, 'modules');
  fs.writeFileSync(list, `${files.join('\0')}\0`);
  const own = await once(...split(scanOf(packed, '--no-cache')));
  const peer = await once('xargs', ['-0', '-a', list, 'modinfo', '-F', 'vermagic']);
  ratio(work, own, peer, 'modinfo', 0.6);
  bound('memory of that scan', own.memory, 200, 'MB');
}

const split = ([program, ...args]) => [program, args];

function modulesBelow(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => /\.ko(\.xz)?$/.test(name))
    .map((name) => path.join(folder, name));
}

/** Ever more links to modules that export nothing: the cost of each stays the same. */
async function growth() {
  const headers = headersOf(plain.release);
  const reason = lacks(plain.folder, headers);
  if (reason) return skip('growth from 500 to 16,000 modules', reason);
  const symvers = fs.readFileSync(path.join(headers, 'Module.symvers'), 'utf8');
  const exporters = new Set(symvers.split('\n').map((line) => line.split('\t')[2]?.split('/').at(-1)));
  const files = modulesBelow(plain.folder).filter((file) => !exporters.has(path.basename(file, '.ko')));
  const times = [];
  for (const count of [500, 2000, 4000, 8000, 16_000]) {
    const tree = path.join(scratch, `tree-${count}`);
    for (let at = 0; at < count; at++) {
      const folder = path.join(tree, String(Math.floor(at / files.length)));
      if (at % files.length === 0) fs.mkdirSync(folder, { recursive: true });
      fs.symlinkSync(files[at % files.length], path.join(folder, path.basename(files[at % files.length])));
    }
    const { ms: wall, memory } = await once(node, [
      cli,
      'scan',
      '--build-tree',
      tree,
      '--target',
      headers,
      '--no-cache',
    ]);
    times.push({ count, wall, memory });
  }
  for (const { count, wall, memory } of times) {
    rows.push([
      `growth: ${count} modules`,
      ms(wall),
      `${Math.round(memory)} MB`,
      `${((wall * 1000) / count).toFixed(0)} µs each`,
      '',
      undefined,
    ]);
  }
}

async function languageServer() {
  const reason = lacks(server);
  if (reason) return skip('language server', reason);
  const folder = path.join(root, 'samples/jetson-rt');
  const uri = pathToFileURL(folder).href;
  const starts = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const client = new BenchClient([node, server, '--stdio'], environment);
    await client.request('initialize', {
      processId: process.pid,
      rootUri: uri,
      capabilities: {},
      workspaceFolders: [{ uri, name: 'jetson-rt' }],
    });
    starts.push(performance.now() - start);
    if (round < rounds - 1) client.end();
    else {
      client.notify('initialized', {});
      const modules = modulesBelow(folder).map((file) => pathToFileURL(file).href);
      // The first answer waits for the workspace to be known.
      await client.request('vermagic/moduleSummary', { uri: modules[0] });
      const unseen = [];
      const seen = [];
      for (const module of modules.slice(1)) {
        for (const times of [unseen, seen]) {
          const asked = performance.now();
          await client.request('vermagic/moduleSummary', { uri: module });
          times.push(performance.now() - asked);
        }
      }
      const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
      bound('summary of a module not seen before', median(unseen), 30, 'ms');
      bound('summary of a module seen before', median(seen), 1, 'ms');
      client.end();
    }
  }
  bound('server start to initialized', starts.sort((a, b) => a - b)[rounds >> 1], 150, 'ms');
}

/** From a letter typed in a script of 5,000 lines to its findings: in the core, then over the server as an editor asks. */
async function scriptKeystroke() {
  const { longScript, run } = await import(pathToFileURL(path.join(root, 'test/bench/script-keystroke.bench.ts')).href);
  for (const { name, value, budget } of await run()) bound(name, value, budget, 'ms');
  const reason = lacks(server, '/proc/self/schedstat');
  if (reason) return skip('keystroke over the server', reason);
  const text = `${longScript()}\nsudo insmod -f "$DIR/x.ko"\n`;
  const line = text.slice(0, text.indexOf('\n# Step ', text.length / 2)).split('\n').length;
  const folder = path.join(scratch, 'scripts');
  const uri = pathToFileURL(path.join(folder, 'install.sh')).href;
  fs.mkdirSync(folder);
  const client = new BenchClient([node, server, '--stdio'], environment);
  await client.request('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { diagnostic: {} } },
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'scripts' }],
  });
  client.notify('initialized', {});
  client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'shellscript', version: 1, text } });
  const pull = () => client.request('textDocument/diagnostic', { textDocument: { uri } });
  await pull();
  const [wall, own] = [[], []];
  const typed = '\nsudo modprobe --first-time driver';
  for (let version = 2; version < 2 + 8 * typed.length; version++) {
    const at = (version - 2) % typed.length;
    // First a line of its own, above the one typed before.
    const place = { line, character: Math.max(0, at - 1) };
    const [start, before] = [performance.now(), client.processorMs()];
    client.notify('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: place, end: place }, text: typed[at] }],
    });
    const { items } = await pull();
    // The first ones also pay for the compiler that makes the next ones fast.
    if (version > 4 * typed.length) {
      wall.push(performance.now() - start);
      own.push(client.processorMs() - before);
    }
    if (!items.some((item) => item.code === 'force-load')) throw new Error('the script has lost its finding');
  }
  client.end();
  const median = (times) => times.sort((one, two) => one - two)[times.length >> 1];
  // Processor time of the server: what it waits for on a busy machine is not its own.
  rows.push([
    'keystroke over the server',
    ms(median(own)),
    `${ms(median(wall))} on the clock`,
    '',
    '≤ 15 ms',
    median(own) <= 15,
  ]);
}

if (lacks(cli)) {
  console.error('server/dist is not built: npm run build');
  process.exit(2);
}
const { status } = spawnSync(node, [cli, '--version'], { env: environment });
if (status !== 0) process.exit(2);
await againstDepmod();
await vermagics();
await packedModules();
await growth();
await languageServer();
await scriptKeystroke();
await benchBuildSide(
  { cli: [node, cli], server: [node, server, '--stdio'], environment, scratch, once, bound, skip, lacks },
  headersOf(plain.release),
  headersOf(packed.release),
);

process.exit(rows.missed > 0 ? 1 : 0);
