import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Difference, type ModuleReport, type ModuleSummary, method, type TargetsResult } from '@vermagic/shared';
import { LspClient, root } from './lsp-client.ts';

describe('the language server over stdio, on the sample workspace', () => {
  let folder: string;
  let client: LspClient;
  const uri = (name: string) => pathToFileURL(path.join(folder, name)).href;
  let refused: string;
  let loads: string;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-server-'));
    cpSync(path.join(root, 'samples/jetson-rt'), folder, { recursive: true });
    const expectations: { module: string; target: string; verdict: string }[] = JSON.parse(
      readFileSync(path.join(root, 'samples/expectations.json'), 'utf8'),
    );
    const onRt = (verdict: string, name: string) =>
      expectations
        .find((entry) => entry.target === 'orin-rt' && entry.verdict === verdict && entry.module.endsWith(`/${name}`))
        ?.module.replace(/^jetson-rt\//, '') ?? '';
    refused = onRt('refused', 'orca_dma.ko');
    loads = onRt('loads', 'orca_npu.ko');
    assert.ok(refused && loads, 'the sample has one of each');
    client = new LspClient();
    await client.start(pathToFileURL(folder).href);
  });

  after(async () => {
    assert.equal(await client.stop(), 0, 'the server leaves politely');
    rmSync(folder, { recursive: true });
  });

  it('finds the targets of vermagic.json and selects its default', async () => {
    const { targets, selected } = await client.request<TargetsResult>(method.targets, null);
    assert.deepEqual(
      targets.map((target) => target.name),
      ['orin-rt', 'orin-stock'],
    );
    assert.equal(selected, 'orin-rt');
    assert.match(targets[0]?.vermagic ?? '', /^6\.1\.0-\d+-rt-arm64 SMP preempt_rt mod_unload modversions aarch64$/);
  });

  it('publishes why a module is refused, with the line of Module.symvers that it contradicts', async () => {
    await client.until('findings of the refused module', () => (client.diagnostics.get(uri(refused)) ?? []).length > 0);
    const mismatch = client.diagnostics.get(uri(refused))?.find((item) => item.code === 'crc-mismatch');
    assert.ok(mismatch, 'the CRC mismatch');
    assert.equal(mismatch.severity, 1);
    assert.deepEqual(mismatch.range, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } });
    const [related] = mismatch.relatedInformation ?? [];
    assert.ok(related, 'a related place');
    const symvers = readFileSync(new URL(related.location.uri), 'utf8').split('\n');
    assert.match(symvers[related.location.range.start.line] ?? '', /^0x[0-9a-f]{8}\t__get_free_pages\t/);
  });

  it('has no error for a module that loads', async () => {
    await client.until('the first pass', () => client.diagnostics.has(uri(refused)));
    const errors = (client.diagnostics.get(uri(loads)) ?? []).filter((item) => item.severity === 1);
    assert.deepEqual(errors, []);
  });

  it('summarises a module for the Explorer', async () => {
    const summary = await client.request<ModuleSummary>(method.moduleSummary, { uri: uri(refused) });
    assert.equal(summary.verdict, 'refused');
    assert.equal(summary.target, 'orin-rt');
    assert.match(summary.reason ?? '', /__get_free_pages/);
  });

  it('reports every target, the selected one first', async () => {
    const report = await client.request<ModuleReport>(method.moduleReport, { uri: uri(loads) });
    assert.deepEqual(
      report.targets.map(({ check }) => [check.target.name, check.verdict]),
      [
        ['orin-rt', 'loads'],
        ['orin-stock', 'refused'],
      ],
    );
    const differing = report.targets[1]?.tokens.filter((token) => !token.same && token.counts);
    assert.deepEqual(
      differing?.map((token) => [token.module, token.kernel]),
      [['preempt_rt', '']],
    );
  });

  it('gives the two sides of the vermagic and of the CRCs', async () => {
    const vermagic = await client.request<Difference>(method.difference, { uri: uri(loads), kind: 'vermagic' });
    assert.match(vermagic.left.text, /^6\.1\.0-\d+-rt-arm64\nSMP\npreempt_rt\n/);
    const crc = await client.request<Difference>(method.difference, { uri: uri(refused), kind: 'crc' });
    const line = (text: string) => text.split('\n').find((row) => row.endsWith('\t__get_free_pages'));
    assert.notEqual(line(crc.left.text), line(crc.right.text));
  });

  it('takes the findings away when the file is replaced by a good one, and brings them back', async () => {
    const errors = () => (client.diagnostics.get(uri(refused)) ?? []).filter((item) => item.severity === 1).length;
    await client.until('errors', () => errors() > 0);
    const bad = readFileSync(path.join(folder, refused));
    copyFileSync(path.join(folder, loads), path.join(folder, refused));
    await client.filesChanged(uri(refused));
    await client.until('no errors', () => errors() === 0);
    writeFileSync(path.join(folder, refused), bad);
    await client.filesChanged(uri(refused));
    await client.until('errors again', () => errors() > 0);
  });

  it('checks again when the target changes', async () => {
    const symvers = path.join(folder, 'kernel/build-rt/Module.symvers');
    const text = readFileSync(symvers, 'utf8');
    const summary = await client.request<ModuleReport>(method.moduleReport, { uri: uri(refused) });
    const row = summary.targets[0]?.symbols.find((symbol) => symbol.symbol === '__get_free_pages');
    assert.ok(row?.actual && row.expected);
    writeFileSync(symvers, text.replace(`${row.expected}\t__get_free_pages`, `${row.actual}\t__get_free_pages`));
    await client.filesChanged(pathToFileURL(symvers).href);
    const errors = () => (client.diagnostics.get(uri(refused)) ?? []).filter((item) => item.severity === 1).length;
    await client.until('no errors', () => errors() === 0);
    writeFileSync(symvers, text);
    await client.filesChanged(pathToFileURL(symvers).href);
    await client.until('errors again', () => errors() > 0);
  });

  it('selects another target', async () => {
    await client.request(method.selectTarget, { name: 'orin-stock' });
    const summary = await client.request<ModuleSummary>(method.moduleSummary, { uri: uri(loads) });
    assert.deepEqual([summary.target, summary.verdict], ['orin-stock', 'refused']);
    await client.request(method.selectTarget, { name: null });
  });

  it('has no report of a file that is not there', async () => {
    assert.equal(await client.request(method.moduleReport, { uri: uri('none.ko') }), null);
  });
});

describe('the protocol page', () => {
  it('names every message of ours', () => {
    const page = readFileSync(path.join(root, 'docs/protocol.md'), 'utf8');
    for (const name of Object.values(method)) assert.ok(page.includes(`\`${name}\``), name);
  });
});
