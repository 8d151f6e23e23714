import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vendors } from '../../../server/src/kernel/target-kernel.ts';
import { parseProjectFile } from '../../../server/src/service/project-file.ts';
import { TargetRegistry } from '../../../server/src/service/target-registry.ts';
import { discoverWorkspace } from '../../../server/src/service/workspace-discovery.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const decompressor = { unpack: async () => ({ problem: 'not here' }) };

function tree(folder: string, release: string, architecture = 'ARM64'): Record<string, string> {
  return {
    [`${folder}/Kconfig`]: '',
    [`${folder}/Kbuild`]: '',
    [`${folder}/Makefile`]: '',
    [`${folder}/.config`]: `# Automatically generated file\nCONFIG_${architecture}=y\nCONFIG_SMP=y\n`,
    [`${folder}/include/generated/utsrelease.h`]: `#define UTS_RELEASE "${release}"\n`,
  };
}

async function registryOf(
  files: MemoryFileSystem,
  options: { project?: string; settings?: Record<string, string[]> } = {},
) {
  const ports = { files, decompressor };
  const registry = new TargetRegistry(ports);
  const discovered = (await discoverWorkspace(ports, ['/w'])).targets;
  const projects =
    options.project === undefined ? [] : [parseProjectFile(options.project, 'file:///w/vermagic.json').value];
  registry.define({ discovered, projects, settings: options.settings ?? {}, folders: ['file:///w'] });
  return registry;
}

const names = (registry: TargetRegistry) => registry.definitions.map((definition) => definition.name);

test('settings come before vermagic.json, both before what was found; nothing is named twice', async () => {
  const files = new MemoryFileSystem({
    ...tree('/w/rt', '6.1.0-rt'),
    ...tree('/w/stock', '6.1.0'),
    ...tree('/w/other', '6.6.0'),
  });
  const registry = await registryOf(files, {
    project: '{"targets": {"orin": "rt", "board": "nowhere"}}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the editor's own variable, as it stands in settings
    settings: { board: ['${workspaceFolder}/stock'] },
  });
  assert.deepEqual(names(registry), ['board', 'orin', '6.6.0']);
  assert.equal((await registry.get('board'))?.release?.value, '6.1.0');
  assert.equal((await registry.summary('orin'))?.source, 'vermagic.json');
  assert.equal(await registry.get('unknown'), undefined);
});

test('a target is read once, and again only after one of its files changed', async () => {
  const files = new MemoryFileSystem({ ...tree('/w/a', '6.1.0'), ...tree('/w/b', '6.6.0') });
  const registry = await registryOf(files);
  await registry.get('6.1.0');
  await registry.get('6.6.0');
  files.forget();
  await registry.get('6.1.0');
  assert.equal(files.accesses.length, 0);
  files.write('/w/a/.config', '# Automatically generated file\nCONFIG_ARM64=y\n');
  assert.deepEqual(registry.invalidate(['file:///w/a/drivers/x.c']), []);
  assert.deepEqual(registry.invalidate(['file:///w/a/.config']), ['6.1.0']);
  assert.equal((await registry.get('6.1.0'))?.vermagic?.value, '6.1.0 aarch64');
  assert.equal((await registry.get('6.6.0'))?.vermagic?.value, '6.6.0 SMP aarch64');
});

test('a change while a target is being opened is not lost', async () => {
  const header = 'file:///w/a/include/generated/utsrelease.h';
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  class SlowFiles extends MemoryFileSystem {
    override async readFile(uri: string, maxBytes: number): Promise<Uint8Array> {
      const bytes = await super.readFile(uri, maxBytes);
      if (uri.endsWith('/.config')) await gate;
      return bytes;
    }
  }
  const files = new SlowFiles(tree('/w/a', '6.1.0'));
  const registry = await registryOf(files);
  const opening = registry.get('6.1.0');
  while (files.count('readFile', '/w/a/.config') === 0) await new Promise(setImmediate);
  files.write('/w/a/include/generated/utsrelease.h', '#define UTS_RELEASE "6.1.1"\n');
  registry.invalidate([header]);
  release();
  assert.equal((await opening)?.release?.value, '6.1.0');
  assert.equal((await registry.get('6.1.0'))?.release?.value, '6.1.1');
});

test('the default of vermagic.json is selected, unless someone selects another that exists', async () => {
  const files = new MemoryFileSystem({ ...tree('/w/a', '6.1.0'), ...tree('/w/b', '6.6.0') });
  const project = '{"defaultTarget": "b", "targets": {"a": "a", "b": "b"}}';
  const registry = await registryOf(files, { project });
  assert.equal(await registry.selected([]), 'b');
  registry.select('a');
  assert.equal(await registry.selected([]), 'a');
  registry.select('gone');
  assert.equal(await registry.selected([]), 'b');
});

test('without a choice the kernel is selected whose release and architecture most modules have', async () => {
  const files = new MemoryFileSystem({
    ...tree('/w/a', '6.1.0', 'X86_64'),
    ...tree('/w/b', '6.6.0'),
    ...tree('/w/c', '6.1.0'),
  });
  const registry = await registryOf(files);
  const arm = { machine: 183, vermagic: '6.1.0 SMP aarch64' };
  const chosen = await registry.selected([arm, arm, { machine: 183, vermagic: '6.6.0 SMP aarch64' }]);
  assert.deepEqual((await registry.get(chosen ?? ''))?.architecture?.value.name, 'arm64');
  assert.deepEqual((await registry.get(chosen ?? ''))?.release?.value, '6.1.0');
  assert.equal(await new TargetRegistry({ files, decompressor }).selected([arm]), undefined);
});

test('expect: a vermagic that the sources contradict is a problem of the target', async () => {
  const files = new MemoryFileSystem({ ...tree('/w/a', '6.1.0'), '/w/EXPECTED': '6.1.0 SMP preempt_rt aarch64\n' });
  const literal = await registryOf(files, {
    project: '{"targets": {"t": {"sources": ["a"], "expect": "6.1.0 SMP preempt aarch64"}}}',
  });
  assert.match(
    (await literal.get('t'))?.problems.map((problem) => problem.message).join() ?? '',
    /"6\.1\.0 SMP aarch64".*"6\.1\.0 SMP preempt aarch64" by "expect" of t/,
  );
  const file = await registryOf(files, { project: '{"targets": {"t": {"sources": ["a"], "expect": "EXPECTED"}}}' });
  assert.match(
    (await file.get('t'))?.problems.map((problem) => problem.message).join() ?? '',
    /preempt_rt aarch64" by EXPECTED/,
  );
  const missing = await registryOf(files, { project: '{"targets": {"t": {"sources": ["a"], "expect": "GONE"}}}' });
  assert.match(
    (await missing.get('t'))?.problems.map((problem) => problem.message).join() ?? '',
    /names \/w\/GONE, which holds no vermagic/,
  );
});

test('vendor: what the target says of itself in vermagic.json counts where no source shows whose kernel it is', async () => {
  const files = new MemoryFileSystem(tree('/w/a', '6.1.0'));
  const silent = await registryOf(files, { project: '{"targets": {"t": {"sources": ["a"]}}}' });
  assert.equal((await silent.get('t'))?.vendor, undefined);
  for (const vendor of vendors) {
    const registry = await registryOf(files, {
      project: `{"targets": {"t": {"sources": ["a"], "vendor": "${vendor}"}}}`,
    });
    const target = await registry.get('t');
    assert.deepEqual([target?.vendor?.value, target?.vendor?.origin.label], [vendor, '"vendor" of t in vermagic.json']);
    assert.deepEqual(target?.problems, (await silent.get('t'))?.problems);
  }
  const tegra = new MemoryFileSystem(tree('/w/a', '5.15.148-tegra'));
  const other = await registryOf(tegra, { project: '{"targets": {"t": {"sources": ["a"], "vendor": "debian"}}}' });
  const target = await other.get('t');
  assert.equal(target?.vendor?.value, 'l4t');
  assert.match(
    target?.problems.map(({ message }) => message).join() ?? '',
    /distributor is "l4t" by .*, but "debian" by "vendor" of t/,
  );
});
