import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { nodeGrammarLoader } from '../../../server/src/node/node-grammar-loader.ts';
import { silentLogger } from '../../../server/src/ports/logger.ts';
import { headersPackageFindings } from '../../../server/src/service/pipeline-headers.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const release = '5.15.148-tegra';
const name = `linux-headers-${release}_5.15.148-1_arm64.deb`;

async function messages(files: Record<string, string>): Promise<string[]> {
  const ports = {
    files: new MemoryFileSystem(files),
    decompressor: new NodeDecompressor(),
    grammars: nodeGrammarLoader(),
    logger: silentLogger,
  };
  const question = { rootUri: 'file:///w', release, rootfsUri: 'file:///w/rootfs' };
  const findings = await headersPackageFindings(ports, question);
  assert.ok(findings.every(({ rule }) => rule === 'headers-package-mismatch'));
  return findings.map(({ message }) => message);
}

test('a kernel without its headers package, or with one of another kernel, is told', async () => {
  assert.match(
    (await messages({ '/w/Makefile': '' })).join(),
    /headers package linux-headers-5\.15\.148-tegra_\*\.deb was not/,
  );
  const other = 'linux-headers-5.15.136-tegra_1_arm64.deb';
  assert.match((await messages({ [`/w/out/${other}`]: '' })).join(), new RegExp(`the project has out/${other}`));
});

test('the package has to be in the root file system for the first boot, as a package or unpacked', async () => {
  const built = { [`/w/out/${name}`]: '', '/w/rootfs/etc/fstab': '' };
  assert.match((await messages(built)).join(), /root file system does not have .* before any installer/);
  assert.match(
    (await messages({ ...built, '/w/rootfs/opt/kernel-headers/linux-headers-5.15.136-tegra_1_arm64.deb': '' })).join(),
    /it has .*5\.15\.136-tegra_1_arm64\.deb instead/,
  );
  assert.deepEqual(await messages({ ...built, [`/w/rootfs/opt/kernel-headers/${name}`]: '' }), []);
  assert.deepEqual(await messages({ ...built, [`/w/rootfs/usr/src/linux-headers-${release}/Makefile`]: '' }), []);
});
