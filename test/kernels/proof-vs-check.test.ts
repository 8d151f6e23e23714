/**
 * `vermagic scan` settles most modules by a short proof, without the checks that `vermagic check` makes. Real modules are
 * damaged in one field at a time, in each table that a loader reads, many thousand times: what the proof calls good, the full
 * check has to call good as well. VERMAGIC_MUTATIONS sets how many copies of each module (500).
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { fact } from '../../server/src/kernel/fact.ts';
import type { KernelConfig } from '../../server/src/kernel/kernel-config.ts';
import type { TargetKernel } from '../../server/src/kernel/target-kernel.ts';
import { ProofAndCheck } from '../unit/gate/proof-against-check.ts';
import { type DebianKernel, debianKernel, modulesOf, targetOf, unpackedModule } from './debian-kernel.ts';

const count = Number(process.env['VERMAGIC_MUTATIONS'] ?? 500);
/** Small ones that together have every table: exports with and without GPL, parameters, per-CPU data, init and exit code, BTF. */
const names = [
  'dummy',
  'mii',
  'libcrc32c',
  'i2c_algo_bit',
  'parport',
  'slip',
  'nls_utf8',
  'tcp_cubic',
  'mac80211_hwsim',
];

const origin = { label: 'the test' };
const situations: readonly (readonly [string, (kernel: TargetKernel) => TargetKernel])[] = [
  ['as it is', (kernel) => kernel],
  ['with signatures enforced', (kernel) => ({ ...kernel, sigEnforce: fact(true, origin) })],
  [
    'with the digest in a module',
    (kernel) => ({
      ...kernel,
      sigEnforce: fact(true, origin),
      config: kernel.config && { ...kernel.config, value: withModule(kernel.config.value, 'CRYPTO_SHA256') },
    }),
  ],
  ['with its keys in a ring that nobody asks', inPlatformKeyring],
  ['with its keys unknown', (kernel) => ({ ...kernel, trustedKeys: undefined, lateKeys: undefined })],
  ['with no key trusted', (kernel) => ({ ...kernel, trustedKeys: fact([], origin), lateKeys: undefined })],
];

function withModule(config: KernelConfig, option: string): KernelConfig {
  return {
    size: config.size,
    get: (name) => (name === option ? 'm' : config.get(name)),
    line: (name) => config.line(name),
    enabled: (name) => config.enabled(name),
  };
}

/** A vendor that does not ask `.platform`. */
function inPlatformKeyring(kernel: TargetKernel): TargetKernel {
  const { trustedKeys } = kernel;
  const keys = (trustedKeys?.value ?? []).map((key) => ({ ...key, keyring: 'platform' as const }));
  return { ...kernel, vendor: fact('upstream', origin), trustedKeys: fact(keys, origin), lateKeys: undefined };
}

const nameOf = (file: string) =>
  basename(file)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');

for (const [series, flavour] of [
  ['6.1', 'amd64'],
  ['6.12', 'amd64'],
] as const) {
  const kernel = debianKernel(series, flavour);
  describe(`damaged modules of Debian ${series}`, { skip: typeof kernel === 'string' && kernel }, () => {
    for (const [situation, change] of situations) {
      it(`are never proven good where the full check objects, on the kernel ${situation}`, async (test) => {
        const target = await targetOf(kernel as DebianKernel, ['headers', 'rootfs', 'image']);
        const files = modulesOf(kernel as DebianKernel).filter((file) => names.includes(nameOf(file)));
        assert.ok(files.length >= 5, `only ${files.length} of the modules are there`);
        let [mutated, proven] = [0, 0];
        const disagreements: string[] = [];
        for (const [number, file] of files.entries()) {
          const both = new ProofAndCheck(change(target), nameOf(file));
          const original = new Uint8Array(unpackedModule(file));
          const tally = await both.compare(original, count, 0x51ed + number * 7919);
          mutated += tally.mutated;
          proven += tally.proven;
          disagreements.push(...tally.disagreements);
        }
        test.diagnostic(`${mutated} damaged copies, ${proven} proven good, ${disagreements.length} of them wrongly`);
        assert.deepEqual(disagreements.slice(0, 10), []);
      });
    }
  });
}
