/**
 * Reads real kernel images alone and compares what they say with the Module.symvers of their headers, and with their own modules:
 * vermagic, size of struct module, signatures. VERMAGIC_REAL_ROOTFS names unpacked image packages, or folders that hold them,
 * separated by colons; headers are looked for beside them and in /usr/src.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readKernelImage } from '../../server/src/kernel/image/read-kernel-image.ts';
import { verifyModuleSignature } from '../../server/src/kernel/signature-verification.ts';
import { modinfoValue } from '../../server/src/module/kernel-module.ts';
import { openKernelModule } from '../../server/src/module/open-kernel-module.ts';
import { nodePorts } from '../../server/src/node/platform.ts';
import { silentLogger } from '../../server/src/ports/logger.ts';
import { fileUri } from '../../server/src/ports/uri.ts';

const ports = nodePorts(silentLogger);
const folders = (process.env['VERMAGIC_REAL_ROOTFS'] ?? '').split(':').filter((folder) => folder !== '');
const images = folders.flatMap(imagesIn);

test('kernel images were given', { skip: folders.length === 0 && 'VERMAGIC_REAL_ROOTFS is not set' }, () => {
  assert.ok(images.length > 0);
});

for (const { root, release, file } of images) {
  const read = () => readKernelImage(ports, readFileSync(file), { label: `vmlinuz-${release}` });
  const symvers = symversOf(root, release);

  test(`${release}: the image's exports are those of Module.symvers`, { skip: !symvers && 'no headers' }, async () => {
    const { symbols, problems } = await read();
    assert.deepEqual(problems, []);
    const ours = [...(symbols?.symbols() ?? [])].map(
      ({ symbol, crc = 0, gplOnly, namespace }) =>
        `0x${crc.toString(16).padStart(8, '0')}\t${symbol}\tvmlinux\tEXPORT_SYMBOL${gplOnly ? '_GPL' : ''}\t${namespace}`,
    );
    const lines = readFileSync(symvers ?? '', 'utf8').split('\n');
    const theirs = lines.filter((line) => line.split('\t')[2] === 'vmlinux');
    assert.ok(theirs.length > 5000);
    assert.deepEqual(ours.toSorted(), theirs.toSorted());
  });

  test(`${release}: vermagic, struct module and keys of the image are those of its modules`, async () => {
    const image = await read();
    const modules = modulesOf(root, release);
    const sizes = new Set<number | undefined>();
    let verified = 0;
    // Every hundredth: one build, one key.
    for (let at = 0; at < modules.length; at += 100) {
      const name = modules[at] ?? '';
      const module = await openKernelModule(ports, fileUri(name));
      assert.equal(modinfoValue(module, 'vermagic'), image.vermagic?.value, name);
      sizes.add(module.structModuleSize);
      const { signature } = module;
      if (signature === undefined) continue;
      const bytes = unpacked(name);
      const signed = bytes.subarray(0, signature.offset);
      const valid = await verifyModuleSignature(signed, signature, image.trustedKeys?.value);
      assert.equal(valid.result, 'valid', `${name}: ${valid.reason}`);
      const changed = signed.slice();
      changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
      assert.equal((await verifyModuleSignature(changed, signature, image.trustedKeys?.value)).result, 'bad-digest');
      verified++;
    }
    assert.ok(verified > 5, 'Debian signs its modules');
    if (image.hasBtf?.value) assert.deepEqual([...sizes], [image.structModuleSize?.value]);
  });
}

interface RealImage {
  readonly root: string;
  readonly release: string;
  readonly file: string;
}

function imagesIn(folder: string): RealImage[] {
  if (!existsSync(path.join(folder, 'boot'))) {
    return readdirSync(folder)
      .map((name) => path.join(folder, name))
      .filter((inner) => statSync(inner).isDirectory() && existsSync(path.join(inner, 'boot')))
      .flatMap(imagesIn);
  }
  return readdirSync(path.join(folder, 'boot'))
    .filter((name) => name.startsWith('vmlinuz-'))
    .map((name) => ({ root: folder, release: name.slice('vmlinuz-'.length), file: path.join(folder, 'boot', name) }));
}

function symversOf(root: string, release: string): string | undefined {
  const beside = readdirSync(path.dirname(root)).filter((name) => name.startsWith(`linux-headers-${release}`));
  const places = [root, ...beside.map((name) => path.join(path.dirname(root), name)), '/'];
  return places
    .map((place) => path.join(place, `usr/src/linux-headers-${release}/Module.symvers`))
    .find((file) => existsSync(file));
}

function modulesOf(root: string, release: string): string[] {
  const folder = path.join(root, 'lib/modules', release, 'kernel');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ko(?:\.xz)?$/.test(name))
    .map((name) => path.join(folder, name));
}

function unpacked(file: string): Uint8Array {
  return file.endsWith('.xz') ? execFileSync('xz', ['-dc', file], { maxBuffer: 1 << 28 }) : readFileSync(file);
}
