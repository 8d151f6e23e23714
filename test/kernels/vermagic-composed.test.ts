import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openTarget } from '../../server/src/kernel/open-target.ts';
import { modinfoValue } from '../../server/src/module/kernel-module.ts';
import { openKernelModule } from '../../server/src/module/open-kernel-module.ts';
import { nodePorts } from '../../server/src/node/platform.ts';
import { silentLogger } from '../../server/src/ports/logger.ts';
import { fileUri } from '../../server/src/ports/uri.ts';

/**
 * Composes vermagic of real kernels from nothing but their release and configuration, and compares it with what their own
 * modules carry. VERMAGIC_REAL_ROOTFS names unpacked root file systems, or folders that hold them, separated by colons.
 */
const roots = (process.env['VERMAGIC_REAL_ROOTFS'] ?? '')
  .split(':')
  .filter((folder) => folder !== '')
  .flatMap(rootsIn);
const ports = nodePorts(silentLogger);

test('root file systems of real kernels were given', {
  skip: roots.length === 0 && 'VERMAGIC_REAL_ROOTFS is not set',
}, () => {
  assert.ok(roots.length > 0);
});

for (const { root, release } of roots) {
  test(`${release} in ${path.basename(root)}: composed vermagic is that of its modules`, async () => {
    const composed = await openTarget(ports, root, { release, readModule: async () => undefined });
    assert.match(composed.vermagic?.origin.label ?? 'nothing', /^composed from/);
    const modules = path.join(root, 'lib/modules', release);
    const listed = readFileSync(path.join(modules, 'modules.order'), 'utf8').trim().split('\n');
    // Every hundredth: the modules of one build carry one string.
    let compared = 0;
    for (let at = 0; at < listed.length; at += 100) {
      const found = ['', '.xz', '.zst', '.gz'].map((suffix) => path.join(modules, `${listed[at]}${suffix}`));
      const file = found.find((candidate) => readable(candidate));
      assert.ok(file, `${listed[at]} is there`);
      const module = await openKernelModule(ports, fileUri(file));
      assert.equal(modinfoValue(module, 'vermagic'), composed.vermagic?.value, file);
      compared++;
    }
    assert.ok(compared > 5);
    const read = await openTarget(ports, root, { release });
    assert.equal(read.vermagic?.value, composed.vermagic?.value);
    assert.deepEqual(read.problems, []);
    assert.ok((read.structModuleSize?.value ?? 0) > 256);
  });
}

function rootsIn(folder: string): { root: string; release: string }[] {
  const releases = namesIn(path.join(folder, 'lib/modules')).filter((name) =>
    namesIn(path.join(folder, 'lib/modules', name)).includes('modules.order'),
  );
  if (releases.length > 0) return releases.map((release) => ({ root: folder, release }));
  return namesIn(folder)
    .filter((name) => namesIn(path.join(folder, name, 'lib/modules')).length > 0)
    .flatMap((name) => rootsIn(path.join(folder, name)));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readable(file: string): boolean {
  return namesIn(path.dirname(file)).includes(path.basename(file));
}
