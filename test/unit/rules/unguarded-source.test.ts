import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Policy } from '../../../server/src/rules/policy.ts';
import { lintDocument } from '../../../server/src/service/lint-document.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const line = 'deb https://repo.download.nvidia.com/jetson/common r36.4 main\n';
const stanza = 'Types: deb\nURIs: https://repo.download.nvidia.com/jetson/t234\nSuites: r36.4\nComponents: main\n';
const list = '/rootfs/etc/apt/sources.list.d/nvidia-l4t-apt-source.list';
const hold = 'Package: nvidia-l4t-kernel\nStatus: hold ok installed\nVersion: 5\n\n';

async function found(text: string, beside: Readonly<Record<string, string>> = {}, path = list, packs = true) {
  const files = new MemoryFileSystem({ ...beside, [path]: text });
  const policy = new Policy(packs ? { packs: ['jetson-l4t'] } : {});
  const findings = await lintDocument({ uri: `file://${path}`, text }, { policy, files });
  const edit = findings[0]?.fixes?.find((fix) => fix.kind === 'edit');
  const [change] = edit?.kind === 'edit' ? edit.edits : [];
  const lines = text.split('\n');
  const at = change?.range.start.line ?? 0;
  if (change) lines[at] = change.newText + lines[at];
  return {
    rules: findings.map(({ rule }) => rule),
    places: findings.map(({ where }) => where?.range.start),
    fixed: change && lines.join('\n'),
  };
}

describe('unguarded-source', () => {
  it("points at the vendor's archive, and turns it off", async () => {
    const one = await found(`# vendor\n${line}`);
    assert.deepEqual(one.rules, ['unguarded-source']);
    assert.deepEqual(one.places, [{ line: 1, character: 4 }]);
    assert.equal(one.fixed, `# vendor\n# ${line}`);
  });

  it('reads options, stanzas and several archives', async () => {
    const options = await found(
      'deb [arch=arm64 signed-by=/k.gpg] https://repo.download.nvidia.com/jetson/common r36.4 main\n',
    );
    assert.deepEqual(options.places, [{ line: 0, character: 34 }]);
    const sources = '/rootfs/etc/apt/sources.list.d/nvidia.sources';
    const two = await found(`${stanza}\n${stanza}`, {}, '/rootfs/etc/apt/sources.list.d/nvidia.sources');
    assert.deepEqual(two.places, [
      { line: 1, character: 6 },
      { line: 6, character: 6 },
    ]);
    assert.equal((await found(stanza, {}, sources)).fixed, `Enabled: no\n${stanza}`);
  });

  it('is content with a pin, a frozen version or a hold', async () => {
    const pinned = {
      '/rootfs/etc/apt/preferences.d/kernel': 'Package: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: -1\n',
    };
    assert.deepEqual((await found(line, pinned)).rules, []);
    const frozen = {
      '/rootfs/etc/apt/preferences': 'Package: nvidia-l4t-kernel\nPin: version 5.15*\nPin-Priority: 1001\n',
    };
    assert.deepEqual((await found(line, frozen)).rules, []);
    assert.deepEqual((await found(line, { '/rootfs/var/lib/dpkg/status': hold })).rules, []);
  });

  it('is not content with a pin of something else', async () => {
    const other = { '/rootfs/etc/apt/preferences.d/x': 'Package: docker-ce\nPin: release *\nPin-Priority: -1\n' };
    assert.deepEqual((await found(line, other)).rules, ['unguarded-source']);
    const unread = {
      '/rootfs/etc/apt/preferences.d/nv.conf': 'Package: nvidia-l4t-*\nPin: release *\nPin-Priority: -1\n',
    };
    assert.deepEqual((await found(line, unread)).rules, ['unguarded-source'], 'apt passes over .conf');
    const held = { '/rootfs/var/lib/dpkg/status': hold.replace('nvidia-l4t-kernel', 'git') };
    assert.deepEqual((await found(line, held)).rules, ['unguarded-source']);
  });

  it('is silent about what is off, source packages, other archives and other projects', async () => {
    assert.deepEqual((await found(`# ${line}`)).rules, []);
    assert.deepEqual((await found(`deb-src ${line.slice(4)}`)).rules, []);
    assert.deepEqual((await found(`${stanza}Enabled: no\n`, {}, list.replace(/list$/, 'sources'))).rules, []);
    assert.deepEqual((await found(stanza.replace('deb', 'deb-src'), {}, list.replace(/list$/, 'sources'))).rules, []);
    assert.deepEqual((await found('deb http://deb.debian.org/debian bookworm main\n')).rules, []);
    assert.deepEqual((await found(line, {}, '/etc/apt/sources.list', false)).rules, []);
  });

  it('is silent where other files cannot be looked at', async () => {
    const policy = new Policy({ packs: ['jetson-l4t'] });
    assert.deepEqual(await lintDocument({ uri: `file://${list}`, text: line }, { policy }), []);
  });
});
