// The build side of `npm run bench`: long configurations and Module.symvers over the server, and a kernel tree in the workspace.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { BenchClient } from './bench-client.mjs';
import { cacheDirectory } from './samples/debian-kernels.mjs';
import { findProgram } from './setup.mjs';

const median = (times) => times.sort((one, two) => one - two)[times.length >> 1];
const uriOf = (file) => pathToFileURL(file).href;
const sleep = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** How long a session may take until it has looked at all it wants to. */
const settledMs = 3000;

/** `bench`: {command, environment, scratch, once, bound, skip, lacks}; `headers`: a headers folder of a real kernel, `other`: of another. */
export async function benchBuildSide(bench, headers, other) {
  await symversDiff(bench, headers, other);
  await longConfig(bench, path.join(headers, '.config'));
  await longSymvers(bench, path.join(headers, 'Module.symvers'));
  await kernelTree(bench);
}

/** Less what starting costs: the work of reading, comparing and telling. The fastest runs count: others waited for the machine. */
async function symversDiff({ cli, once, bound, skip, lacks }, headers, other) {
  for (const [work, files] of [
    ['symvers diff, the same kernel', [headers, headers]],
    ['symvers diff, unrelated kernels', [headers, other]],
  ]) {
    const [before, after] = files.map((folder) => path.join(folder, 'Module.symvers'));
    const reason = lacks(before, after);
    if (reason) {
      skip(work, reason);
      continue;
    }
    const [all, start] = [[], []];
    for (let round = 0; round < 7; round++) {
      all.push((await once(cli[0], [...cli.slice(1), 'symvers', 'diff', before, after])).ms);
      start.push((await once(cli[0], [...cli.slice(1), '--version'])).ms);
    }
    bound(work, Math.max(0, Math.min(...all) - Math.min(...start)), 100, 'ms');
  }
}

async function longConfig({ server, environment, bound, skip, lacks }, file) {
  const work = 'configuration of 10,000 lines';
  const source = [process.env.VERMAGIC_KERNEL_CACHE, cacheDirectory]
    .filter((base) => base !== undefined)
    .map((base) => path.join(base, 'linux-source-6.1'))
    .find((folder) => fs.existsSync(path.join(folder, 'Kconfig')));
  const reason =
    lacks(file, '/proc/self/schedstat') ??
    (source ? undefined : 'no linux-source-6.1 (npm run test:kernels fetches it)');
  if (reason) return skip(work, reason);
  const text = fs.readFileSync(file, 'utf8');
  const client = new BenchClient(server, environment);
  await client.open(uriOf(source));
  const uri = uriOf(path.join(source, '.config'));
  const textDocument = { uri };
  const before = client.processorMs();
  client.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'kconfig-dotconfig', version: 1, text },
  });
  const pull = () => client.request('textDocument/diagnostic', { textDocument });
  await pull();
  bound('.config opened, Kconfig read', client.processorMs() - before, 1500, 'ms');
  const line = text.split('\n').findIndex((one) => one.startsWith('CONFIG_NET_9P='));
  const character = 'CONFIG_NET_9P='.length;
  const position = { line, character: 10 };
  const timed = async (rounds, ask) => {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const start = client.processorMs();
      await ask(round);
      if (round >= rounds / 2) times.push(client.processorMs() - start);
    }
    return median(times);
  };
  const keystroke = await timed(60, async (round) => {
    client.notify('textDocument/didChange', {
      textDocument: { uri, version: round + 2 },
      contentChanges: [
        {
          range: { start: { line, character }, end: { line, character: character + 1 } },
          text: round % 2 === 0 ? 'n' : 'm',
        },
      ],
    });
    await pull();
  });
  bound('keystroke in .config', keystroke, 15, 'ms');
  bound(
    'hover in .config',
    await timed(20, () => client.request('textDocument/hover', { textDocument, position })),
    30,
    'ms',
  );
  bound(
    'line above .config',
    await timed(20, () => client.request('textDocument/codeLens', { textDocument })),
    15,
    'ms',
  );
  client.end();
}

async function longSymvers({ server, environment, scratch, bound, skip, lacks }, file) {
  const reason = lacks(file, '/proc/self/schedstat');
  if (reason) return skip('Module.symvers of 30,000 lines', reason);
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  const text = `${Array.from({ length: 30_000 }, (_, at) => lines[at] ?? lines[at % lines.length].replace('\t', `\tmore_${at}_`)).join('\n')}\n`;
  const folder = path.join(scratch, 'symvers');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'Module.symvers'), text);
  const client = new BenchClient(server, environment);
  await client.open(uriOf(folder));
  const textDocument = { uri: uriOf(path.join(folder, 'Module.symvers')) };
  const cost = async (ask) => {
    const before = client.processorMs();
    await ask();
    return client.processorMs() - before;
  };
  const opened = await cost(() => {
    client.notify('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'module-symvers', version: 1, text },
    });
    return client.request('textDocument/diagnostic', { textDocument });
  });
  bound('Module.symvers of 30,000 lines opened', opened, 500, 'ms');
  const hover = (line) => client.request('textDocument/hover', { textDocument, position: { line, character: 14 } });
  bound('first hover in it', await cost(() => hover(20_000)), 100, 'ms');
  const more = [];
  for (let line = 100; line < 120; line++) more.push(await cost(() => hover(line)));
  bound('hover in it', median(more), 30, 'ms');
  bound('outline of it', await cost(() => client.request('textDocument/documentSymbol', { textDocument })), 100, 'ms');
  client.end();
}

/** 80,000 files as a kernel has them: none may be walked. VERMAGIC_KERNEL_TREE names a real one instead. */
async function kernelTree({ server, environment, scratch, bound, skip }) {
  const strace = findProgram('strace');
  const reason = strace && fs.existsSync('/proc/self/status') ? undefined : 'no strace';
  if (reason) return skip('a kernel tree of 80,000 files', reason);
  const tree = process.env.VERMAGIC_KERNEL_TREE ?? madeTree(path.join(scratch, 'linux'));
  const empty = path.join(scratch, 'empty');
  fs.mkdirSync(empty);
  const session = async (folder, command) => {
    const client = new BenchClient(command, environment);
    await client.open(uriOf(folder));
    await client.request('vermagic/targets', {});
    await sleep(settledMs);
    const memory = client.memory();
    client.end();
    return memory;
  };
  const trace = path.join(scratch, 'trace');
  const files = 'openat,open,stat,lstat,newfstatat,statx,access,faccessat2,readlink,inotify_add_watch';
  await session(tree, [strace, '-f', '-qq', '-e', `trace=${files}`, '-o', trace, ...server]);
  const touched = new Set(
    [...fs.readFileSync(trace, 'utf8').matchAll(/"(\/[^"]*)"/g)]
      .map((match) => match[1])
      .filter((name) => name.startsWith(tree)),
  );
  bound('kernel tree opened: files touched', touched.size, 200, 'files');
  const [own, none] = [await session(tree, server), await session(empty, server)];
  bound('kernel tree opened: memory over none', Math.max(0, own.highest - none.highest), 50, 'MB');
}

function madeTree(folder) {
  const write = (name) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), '');
  };
  for (const name of [
    'Kconfig',
    'Makefile',
    'Kbuild',
    'MAINTAINERS',
    'scripts/Makefile.build',
    'include/linux/module.h',
  ])
    write(name);
  for (const part of ['arch', 'drivers', 'fs', 'net', 'sound', 'tools', 'Documentation', 'kernel']) {
    for (let at = 0; at < 10_000; at++) {
      const parent = path.join(folder, part, `part${Math.floor(at / 400)}`, `unit${Math.floor(at / 20) % 20}`);
      if (at % 20 === 0) fs.mkdirSync(parent, { recursive: true });
      fs.writeFileSync(path.join(parent, at % 20 === 0 ? 'Makefile' : `file${at}.c`), '');
    }
  }
  return folder;
}
