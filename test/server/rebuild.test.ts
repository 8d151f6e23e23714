/** Build phases through the built server: what is shown is what runs, and what changed is found at its line. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  type BuildProgress,
  method,
  type PipelineReport,
  type RebuildPlanReport,
  type RebuildReport,
} from '@vermagic/shared';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { LspClient } from './lsp-client.ts';

const project = {
  pipeline: {
    phases: [
      {
        name: 'kernel',
        command: ['sh', 'build.sh', '$(touch harm)'],
        inputs: ['versions.env', 'build.sh'],
        outputs: ['out.txt'],
        container: false,
      },
      { name: 'flash', command: ['touch', 'flashed'] },
    ],
  },
};
const script =
  'echo "a.c:3:2: error: bad"; echo "$1"; . ./versions.env; echo "$LOCALVERSION" > out.txt; exit "$STATUS"\n';

describe('build phases over the protocol', () => {
  let folder: string;
  let client: LspClient;
  const progress: BuildProgress[] = [];
  const file = (name: string) => path.join(folder, name);
  const params = () => ({ uri: pathToFileURL(folder).href });
  const plan = (more = {}) => client.request<RebuildPlanReport>(method.rebuildPlan, { ...params(), ...more });
  const run = (hash: string, more = {}) =>
    client.request<RebuildReport>(method.rebuild, { ...params(), ...more, run: 'r', hash });

  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vermagic-rebuild-')));
    writeFileSync(file('vermagic.json'), JSON.stringify(project));
    writeFileSync(file('build.sh'), script);
    writeFileSync(file('versions.env'), '# pins\nLOCALVERSION=-a\nSTATUS=0\n');
    client = new LspClient();
    client.connection.onNotification(method.buildProgress, (event: BuildProgress) => {
      progress.push(event);
    });
    await client.start(params().uri, {}, { trusted: true });
  });

  after(async () => {
    await client.stop();
    rmSync(folder, { recursive: true });
  });

  it('shows exactly what would be run, and runs only that', async () => {
    const { steps, hash } = await plan();
    assert.deepEqual(steps, [{ phase: 'kernel', commands: [['sh', 'build.sh', '$(touch harm)']], cwd: folder }]);
    await assert.rejects(run('another hash'), /not the ones you were shown/);
    assert.ok(!existsSync(file('out.txt')));
    const report = await run(hash);
    assert.equal(report.status, 'done', report.cause ?? '');
    assert.ok(existsSync(file('out.txt')) && !existsSync(file('harm')));
    const lines = progress.flatMap((event) => event.lines);
    assert.ok(lines.includes('$(touch harm)') && progress.every((event) => event.run === 'r'));
  });

  it('finds a changed value at its line, and takes the finding away after the run', async () => {
    const uri = pathToFileURL(file('versions.env')).href;
    const changed = async (text: string) => {
      writeFileSync(file('versions.env'), text);
      await client.filesChanged(uri);
    };
    await changed('# pins\nLOCALVERSION=-b\nSTATUS=0\n');
    const found = () => client.diagnostics.get(uri) ?? [];
    await client.until('a finding in versions.env', () => found().length > 0);
    const [finding] = found();
    assert.equal(finding?.code, 'stale-build');
    assert.equal(finding?.range.start.line, 1);
    assert.match(String(finding?.message), /LOCALVERSION was '-a', is '-b'.*Run kernel, then flash yourself/);
    const { phases } = await client.request<PipelineReport>(method.pipeline, params());
    assert.deepEqual(
      phases.map(({ name, state, manual }) => [name, state, manual]),
      [
        ['kernel', 'stale', false],
        ['flash', 'stale', true],
      ],
    );
    assert.equal((await run((await plan()).hash)).status, 'done');
    await client.until('no finding in versions.env', () => found().length === 0);
  });

  it('never flashes', async () => {
    const { steps, refused } = await plan({ phase: 'flash' });
    assert.deepEqual(steps, []);
    assert.match(refused.join(), /Vermagic never runs it/);
    assert.ok(!existsSync(file('flashed')));
  });

  it('puts the errors of a failed build at the files of this machine, the cause first', async () => {
    writeFileSync(file('versions.env'), 'LOCALVERSION=-b\nSTATUS=2\n');
    const report = await run((await plan({ phase: 'kernel' })).hash, { phase: 'kernel' });
    assert.equal(report.status, 'failed');
    assert.match(report.cause ?? '', /a\.c:3: bad$/);
    const [problem] = report.problems;
    assert.deepEqual(
      [problem?.uri, problem?.range.start],
      [pathToFileURL(file('a.c')).href, { line: 2, character: 1 }],
    );
  });

  it('stops when the request is cancelled', async () => {
    writeFileSync(file('build.sh'), 'sleep 300\n');
    const { hash } = await plan({ phase: 'kernel' });
    const source = new CancellationTokenSource();
    const pending = client.connection.sendRequest<RebuildReport>(
      method.rebuild,
      { ...params(), phase: 'kernel', run: 's', hash },
      source.token,
    );
    while (!progress.some((event) => event.run === 's')) await new Promise((resolve) => setTimeout(resolve, 20));
    source.cancel();
    assert.equal((await pending).status, 'cancelled');
  });
});

describe('a workspace that is not trusted', () => {
  const run = async (initializationOptions: unknown, use: (client: LspClient, folder: string) => Promise<void>) => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vermagic-untrusted-')));
    const phases = [{ name: 'kernel', command: ['touch', 'harm'], container: false }];
    writeFileSync(path.join(folder, 'vermagic.json'), JSON.stringify({ pipeline: { phases } }));
    const client = new LspClient();
    // The workspace's own settings cannot make it trusted.
    client.settings = { trusted: true };
    try {
      await client.start(pathToFileURL(folder).href, {}, initializationOptions);
      await use(client, folder);
    } finally {
      await client.stop();
      rmSync(folder, { recursive: true });
    }
  };

  for (const [what, options] of [
    ['a client that says nothing', undefined],
    ['a client that says no', { trusted: false }],
    ['a client that says something else', { trusted: 'true' }],
  ] as const) {
    it(`has nothing run for ${what}, until the user trusts it`, () =>
      run(options, async (client, folder) => {
        const uri = pathToFileURL(folder).href;
        const plan = () => client.request<RebuildPlanReport>(method.rebuildPlan, { uri });
        const ask = (hash: string) => client.request<RebuildReport>(method.rebuild, { uri, run: 'r', hash });
        const { phases } = await client.request<PipelineReport>(method.pipeline, { uri });
        assert.equal(phases.length, 1, 'reading is allowed');
        assert.match((await plan()).problem ?? '', /not trusted/);
        await assert.rejects(ask(''), /not trusted/);
        assert.ok(!existsSync(path.join(folder, 'harm')));
        await client.connection.sendNotification(method.trust, { trusted: true });
        const { hash, problem } = await plan();
        assert.equal(problem, null);
        await client.connection.sendNotification(method.trust, { trusted: false });
        await assert.rejects(ask(hash), /not trusted/);
        assert.ok(!existsSync(path.join(folder, 'harm')));
        await client.connection.sendNotification(method.trust, { trusted: true });
        assert.equal((await ask(hash)).status, 'done');
        assert.ok(existsSync(path.join(folder, 'harm')));
      }));
  }
});

describe('a build whose server goes away', () => {
  const started = async (stateHome: string) => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'vermagic-away-')));
    const command = ['sh', '-c', 'echo $$ > pid; sleep 300; touch done'];
    writeFileSync(
      path.join(folder, 'vermagic.json'),
      JSON.stringify({ pipeline: { phases: [{ name: 'kernel', command, container: false }] } }),
    );
    const client = new LspClient({ XDG_STATE_HOME: stateHome });
    const uri = pathToFileURL(folder).href;
    await client.start(uri, {}, { trusted: true });
    const { hash } = await client.request<RebuildPlanReport>(method.rebuildPlan, { uri });
    client.connection.sendRequest(method.rebuild, { uri, run: 'r', hash }).catch(() => undefined);
    const pidFile = path.join(folder, 'pid');
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(20);
    return { client, folder, uri, pid: Number(readFileSync(pidFile, 'utf8')) };
  };
  const isThere = (pid: number) => {
    try {
      // A process that has ended and that nobody asked for yet counts as gone.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  const untilGone = async (pid: number) => {
    for (const end = Date.now() + 60_000; isThere(pid) && Date.now() < end; ) await sleep(50);
    assert.ok(!isThere(pid), 'the build still runs');
  };
  let stateHome: string;
  before(() => {
    stateHome = mkdtempSync(path.join(os.tmpdir(), 'vermagic-state-'));
  });
  after(() => rmSync(stateHome, { recursive: true, force: true }));

  const ways: readonly (readonly [string, (client: LspClient) => void])[] = [
    ['its standard input closes', (client) => client.process.stdin?.destroy()],
    ['SIGTERM', (client) => client.process.kill('SIGTERM')],
    ['SIGHUP', (client) => client.process.kill('SIGHUP')],
    ['a polite end', (client) => void client.stop()],
  ];
  for (const [what, end] of ways) {
    it(`ends with it: ${what}`, { skip: process.platform !== 'linux' }, async () => {
      const { client, folder, pid } = await started(stateHome);
      end(client);
      await untilGone(pid);
      rmSync(folder, { recursive: true });
    });
  }

  it('is found and ended by the next server after SIGKILL, which says so', {
    skip: process.platform !== 'linux',
  }, async () => {
    const { client, folder, uri, pid } = await started(stateHome);
    client.process.kill('SIGKILL');
    await sleep(300);
    assert.ok(isThere(pid), 'nothing could end it');
    const next = new LspClient({ XDG_STATE_HOME: stateHome });
    const said: string[] = [];
    next.connection.onNotification('window/showMessage', ({ message }: { message: string }) => {
      said.push(message);
    });
    await next.start(uri, {}, { trusted: true });
    await untilGone(pid);
    await next.until('a message', () => said.length > 0, 60_000);
    assert.match(said.join(), /The build phase kernel of .* whose Vermagic had ended .* is stopped now/);
    const { phases } = await next.request<PipelineReport>(method.pipeline, { uri });
    assert.equal(phases[0]?.state, 'stale');
    await next.stop();
    rmSync(folder, { recursive: true });
  });
});
