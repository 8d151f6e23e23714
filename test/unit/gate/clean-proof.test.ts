/** The proof may only be quicker than the full check, never kinder. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import { FullChecker } from '../../../server/src/service/full-checker.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { fixture, flavours, isProven, kernelFor, moduleOf, planFor, portsOver, proveBytes } from './scan-support.ts';

const names = ['beacon', 'listener'] as const;

/** A reproducible sequence (xorshift32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

async function fixturesOf(flavour: string): Promise<MemoryFileSystem> {
  const files = new MemoryFileSystem();
  for (const name of names) files.write(`/m/${name}.ko`, fixture(flavour, `${name}.ko`));
  return files;
}

/** Whether the full check has nothing to say of the file beyond remarks. */
async function isClean(kernel: TargetKernel, bytes: Uint8Array, name: string): Promise<string | true> {
  const files = new MemoryFileSystem({ [`/m/${name}.ko`]: bytes });
  const module = { uri: `file:///m/${name}.ko`, path: `${name}.ko`, name };
  const providers = { present: undefined, own: [] };
  const [checked] = await new FullChecker(portsOver(files), kernel)
    .ofTree(providers, { levels: {}, pathPrefix: '' })
    .check([module]);
  const { verdict, findings } = checked?.report ?? { verdict: 'none', findings: [] };
  const worse = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
  return verdict === 'loads' && worse.length === 0
    ? true
    : `${verdict}: ${worse.map(({ rule, message }) => `${rule} ${message}`).join('; ')}`;
}

for (const [flavour, arch] of flavours) {
  describe(`the proof over ${flavour}`, async () => {
    const files = await fixturesOf(flavour);
    const beacon = await moduleOf(files, '/m/beacon.ko');
    const listener = await moduleOf(files, '/m/listener.ko');
    const kernel = kernelFor(listener, beacon, arch);
    const plan = planFor(kernel);

    it('settles good modules without the full check', async () => {
      assert.ok(isProven(proveBytes(plan, fixture(flavour, 'beacon.ko'), 'beacon')));
      assert.equal(await isClean(kernel, fixture(flavour, 'beacon.ko'), 'beacon'), true);
    });

    for (const name of names) {
      it(`never calls a damaged ${name} clean that the full check does not`, async () => {
        const original = fixture(flavour, `${name}.ko`);
        const next = numbers(0x2f6e2b1 + original.length);
        let accepted = 0;
        for (let round = 0; round < 250; round++) {
          const bytes = original.slice();
          // Headers and tables are what matters: code has most of the bytes and decides nothing.
          const changes = 1 + (next() % 2);
          for (let change = 0; change < changes; change++) {
            const at = next() % 3 === 0 ? next() % 64 : next() % bytes.length;
            bytes[at] = next() % 4 === 0 ? 0 : (bytes[at] as number) ^ (1 << (next() % 8));
          }
          const cut = next() % 16 === 0 ? bytes.subarray(0, next() % bytes.length) : bytes;
          if (!isProven(proveBytes(plan, cut, name))) continue;
          accepted++;
          assert.equal(await isClean(kernel, cut, name), true, `round ${round}`);
        }
        assert.ok(name === 'listener' || accepted > 0, 'no mutation was harmless: the test shows nothing');
      });
    }

    it('leaves every single changed CRC, missing export and other licence in doubt', () => {
      const text = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      const original = fixture(flavour, 'beacon.ko');
      const changed = (from: string, to: string): Uint8Array => {
        const at = text(original).indexOf(from);
        assert.ok(at >= 0, `${from} is not in the module`);
        const bytes = original.slice();
        bytes.set(new TextEncoder().encode(to), at);
        return bytes;
      };
      assert.equal(isProven(proveBytes(plan, changed('license=', 'licence='), 'beacon')), false);
      assert.equal(isProven(proveBytes(plan, changed(' SMP ', ' SMq '), 'beacon')), false);
      // CRCs take the place of the release.
      assert.equal(isProven(proveBytes(plan, changed('vermagic=6', 'vermagic=5'), 'beacon')), true);
      const layout = text(original).indexOf('module_layout\0');
      const bytes = original.slice();
      const crc = layout - (arch === 'x86_64' || arch === 'arm64' ? 8 : 4);
      bytes[crc] = (bytes[crc] as number) ^ 0x55;
      assert.equal(isProven(proveBytes(plan, bytes, 'beacon')), false);
    });
  });
}
