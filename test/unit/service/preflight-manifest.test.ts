/** A manifest says what was verified: no hash stands for a file that went away meanwhile. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { preflightManifest, type VerifiedTree } from '../../../server/src/cli/preflight-manifest.ts';
import { portsOver } from '../gate/scan-support.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const target = { name: 'board', release: '6.1', vermagic: '6.1 SMP ', origins: [] };
const counts = { modules: 2, loads: 2, refused: 0, undetermined: 0 };
const scan = { target, ...counts, results: [], findings: [], unsigned: 0, unreadable: [], notes: [], durationMs: 1 };
const names = ['a', 'b'];
const tree: VerifiedTree = {
  path: 'rootfs',
  root: 'file:///r',
  report: scan,
  modules: names.map((name) => ({ uri: `file:///r/lib/${name}.ko`, path: `lib/${name}.ko`, name })),
};
const verdict = {
  ready: true,
  reasons: [],
  gates: [{ kind: 'rootfs', path: 'rootfs', ready: true, reasons: [] }],
} as const;
const manifest = (files: MemoryFileSystem, verified = tree) =>
  preflightManifest(verdict, [verified], portsOver(files), '1.2.3', new Date('2026-05-04T03:02:01Z'));

it('hashes every module that was verified', async () => {
  const files = new MemoryFileSystem({ '/r/lib/a.ko': 'one', '/r/lib/b.ko': 'two' });
  const found = await manifest(files);
  assert.deepEqual(
    found.trees[0]?.modules,
    ['one', 'two'].map((text, index) => ({
      path: `lib/${names[index]}.ko`,
      sizeBytes: 3,
      sha256: createHash('sha256').update(text).digest('hex'),
    })),
  );
  assert.equal(found.time, '2026-05-04T03:02:01.000Z');
});

it('is not written where one of them is gone', async () => {
  const files = new MemoryFileSystem({ '/r/lib/a.ko': 'one' });
  await assert.rejects(manifest(files), /rootfs\/lib\/b\.ko was verified and can no longer be read; verify again/);
  // What the scan could not read either is among the reasons already.
  const known = { ...tree, report: { ...scan, unreadable: ['rootfs/lib/b.ko: permission denied.'] } };
  assert.equal((await manifest(files, known)).trees[0]?.modules.length, 1);
});
