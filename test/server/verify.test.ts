import assert from 'node:assert/strict';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type ModuleSummary, method, type VerifyPlace, type VerifyReport } from '@vermagic/shared';
import { CancellationTokenSource, ProgressType, type WorkDoneProgressReport } from 'vscode-languageserver/node';
import { LspClient, root } from './lsp-client.ts';

const release = '6.1.0-56-rt-arm64';
const progressType = new ProgressType<WorkDoneProgressReport>();
/** `RequestCancelled` of the protocol. */
const requestCancelled = -32800;

interface Expectation {
  readonly module: string;
  readonly target: string;
  readonly verdict: string;
}

describe('verifying trees over stdio, on the sample workspace', () => {
  let folder: string;
  let cache: string;
  let client: LspClient;
  const uri = (...names: string[]) => pathToFileURL(path.join(folder, ...names)).href;
  const expectations: Expectation[] = JSON.parse(readFileSync(path.join(root, 'samples/expectations.json'), 'utf8'));
  const inRootfs = expectations.filter(
    ({ module, target }) => target === 'orin-rt' && module.startsWith('jetson-rt/rootfs/'),
  );
  const rulesOf = (name: string) => (client.diagnostics.get(uri(name)) ?? []).map(({ code }) => code);
  const host = `rootfs/lib/modules/${release}/updates/orca/orca_host.ko`;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-verify-'));
    cache = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cache-'));
    process.env['XDG_CACHE_HOME'] = cache;
    cpSync(path.join(root, 'samples/jetson-rt'), folder, { recursive: true });
    // A kernel build leaves this; without it, a folder with a kernel's headers is no build of modules.
    writeFileSync(path.join(folder, 'kernel/build-rt/modules.order'), 'reference.ko\n');
    client = new LspClient();
    await client.start(pathToFileURL(folder).href);
  });

  after(async () => {
    assert.equal(await client.stop(), 0, 'the server leaves politely');
    delete process.env['XDG_CACHE_HOME'];
    for (const made of [folder, cache]) rmSync(made, { recursive: true });
  });

  it('names the trees of the workspace with the kernel that each is compared with; facts of a kernel are no tree', async () => {
    const places = await client.request<VerifyPlace[]>(method.verifyPlaces, null);
    assert.deepEqual(places.map(({ kind, name, target, releases }) => [kind, name, target, releases]).toSorted(), [
      ['build-tree', 'kernel/build-rt', 'orin-rt', []],
      ['rootfs', 'rootfs', 'orin-rt', [release]],
    ]);
  });

  it('verifies a root file system: the verdicts of its modules, with progress', async () => {
    const told: WorkDoneProgressReport[] = [];
    const listening = client.connection.onProgress(progressType, 'first', (value) => void told.push(value));
    const params = { kind: 'rootfs', uri: uri('rootfs'), workDoneToken: 'first' };
    const report = await client.request<VerifyReport>(method.verify, params);
    listening.dispose();
    assert.equal(report.modules, inRootfs.length);
    const [tree] = report.trees;
    assert.ok(tree);
    assert.equal(tree.target.name, 'orin-rt');
    const refused = inRootfs.filter(({ verdict }) => verdict === 'refused');
    assert.deepEqual(
      tree.results.filter(({ verdict }) => verdict === 'refused').map((module) => module.uri),
      refused.map(({ module }) => uri(module.replace(/^jetson-rt\//, ''))).toSorted(),
    );
    assert.equal(tree.refused, refused.length);
    assert.equal(report.ready, false);
    assert.match(report.verdict, /^Not ready: rootfs: 9 of 15 modules would be refused; .*mixed-vermagic/);
    assert.equal((told[0] as { kind: string }).kind, 'begin');
    assert.equal((told.at(-1) as { kind: string }).kind, 'end');
    assert.ok(
      told.some(({ message }) => /^15 of 15 modules, \d+ a second$/.test(message ?? '')),
      JSON.stringify(told),
    );
  });

  it('publishes what only the whole tree shows beside what the module shows alone, and nothing twice', async () => {
    await client.until('the tree’s finding', () => rulesOf(host).includes('mixed-vermagic'));
    await client.until('the module’s own finding', () => rulesOf(host).includes('wrong-architecture'));
    assert.deepEqual(
      rulesOf(host).filter((rule) => rule === 'wrong-architecture'),
      ['wrong-architecture'],
    );
    const dep = `rootfs/lib/modules/${release}/modules.dep`;
    await client.until('the finding about modules.dep', () => rulesOf(dep).includes('modules-dep-stale'));
  });

  it('takes findings about the tree away as soon as a module of it changes', async () => {
    await client.filesChanged(uri(`rootfs/lib/modules/${release}/updates/skua/skua_led.ko`));
    await client.until('no finding about the tree', () => !rulesOf(host).includes('mixed-vermagic'));
    assert.ok(rulesOf(host).includes('wrong-architecture'), 'what the module itself shows stays');
  });

  it('takes findings away when they are not wanted any more', async () => {
    await client.request(method.verify, { kind: 'rootfs', uri: uri('rootfs') });
    await client.until('the tree’s finding again', () => rulesOf(host).includes('mixed-vermagic'));
    await client.request(method.forgetVerified, { uri: null });
    await client.until('no finding about the tree', () => !rulesOf(host).includes('mixed-vermagic'));
  });

  it('compares with the kernel that was asked for', async () => {
    const asked = { kind: 'rootfs', uri: uri('rootfs'), target: 'orin-stock' };
    const report = await client.request<VerifyReport>(method.verify, asked);
    assert.equal(report.trees[0]?.target.name, 'orin-stock');
    await client.request(method.forgetVerified, { uri: uri('rootfs') });
  });

  it('says before flashing what stands against it, in modules and in scripts', async () => {
    const report = await client.request<VerifyReport>(method.verify, { kind: 'preflight', uri: uri() });
    assert.equal(report.ready, false);
    assert.match(report.verdict, /^Do not flash: .*rootfs: 9 of 15 modules would be refused/);
    const forced = report.scripts.find(({ rule }) => rule === 'force-load');
    assert.ok(forced?.range);
    assert.equal(forced.uri, uri('scripts/bench/load_anyway.sh'));
    const line = readFileSync(new URL(forced.uri), 'utf8').split('\n')[forced.range.start.line] ?? '';
    assert.match(line.slice(forced.range.start.character), /^(?:--force|-f)\b/);
  });

  it('says in a sentence why there is nothing to verify', async () => {
    await assert.rejects(
      client.request(method.verify, { kind: 'rootfs', uri: uri('scripts') }),
      /scripts: there is no lib\/modules\/RELEASE in it, so it is no root file system with modules\./,
    );
    await assert.rejects(
      client.request(method.verify, { kind: 'build-tree', uri: uri('scripts') }),
      /scripts: there is no module \(\*\.ko\) in it\./,
    );
  });

  describe('a large tree', () => {
    /** Refused ones are checked in full, which takes long. */
    const modules = 1500;
    let large: string;

    before(() => {
      large = mkdtempSync(path.join(os.tmpdir(), 'vermagic-large-'));
      const updates = path.join(folder, `rootfs/lib/modules/${release}/updates/skua`);
      const names = readdirSync(updates).filter((name) => /_(?:imu|ctl|led)\.ko$/.test(name));
      const extra = path.join(large, `lib/modules/${release}/extra`);
      mkdirSync(extra, { recursive: true });
      const source = path.join(large, 'source');
      cpSync(updates, source, { recursive: true });
      for (let index = 0; index < modules; index++) {
        const name = names[index % names.length] ?? '';
        linkSync(path.join(source, name), path.join(extra, name.replace('.ko', `_${index}.ko`)));
      }
    });

    after(() => rmSync(large, { recursive: true }));

    const params = () => ({ kind: 'rootfs', uri: pathToFileURL(large).href, target: 'orin-rt' });

    it('leaves the editor answered: a summary comes within 200 ms while it is verified', async () => {
      const asked = uri(host);
      await client.request<ModuleSummary>(method.moduleSummary, { uri: asked });
      let running = true;
      const verifying = client.request<VerifyReport>(method.verify, params()).finally(() => {
        running = false;
      });
      const times: number[] = [];
      while (running) {
        const start = performance.now();
        await client.request<ModuleSummary>(method.moduleSummary, { uri: asked });
        if (running) times.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const report = await verifying;
      assert.equal(report.modules, modules);
      assert.ok(times.length >= 5, `${times.length} summaries were asked for`);
      const sorted = times.toSorted((a, b) => a - b);
      const most = sorted[Math.floor(sorted.length * 0.9)] ?? Number.NaN;
      assert.ok(most <= 200, `${times.length} answers, nine of ten within ${most} ms`);
    });

    it('can be cancelled in the middle, and the next one is not disturbed', async () => {
      rmSync(path.join(cache, 'vermagic'), { recursive: true, force: true });
      const cancel = new CancellationTokenSource();
      const listening = client.connection.onProgress(progressType, 'large', ({ message }) => {
        if (/^[1-9]\d* of /.test(message ?? '')) cancel.cancel();
      });
      await assert.rejects(
        client.connection.sendRequest(method.verify, { ...params(), workDoneToken: 'large' }, cancel.token),
        { code: requestCancelled },
      );
      listening.dispose();
      const report = await client.request<VerifyReport>(method.verify, { kind: 'rootfs', uri: uri('rootfs') });
      assert.equal(report.modules, inRootfs.length);
    });
  });
});
