/** Build phases through the built server: what is shown is what runs, and what changed is found at its line. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
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
    await client.start(params().uri);
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
