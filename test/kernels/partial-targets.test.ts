/**
 * An image alone, headers alone, a root file system alone: each gives the verdict that all of them together give, or
 * "undetermined" with the fact it lacks. Over modules of two Debian kernels: their own, each other's, and damaged ones.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Verdict } from '../../server/src/loader/verdict.ts';
import { openKernelModule } from '../../server/src/module/open-kernel-module.ts';
import { ModuleChecker } from '../../server/src/service/module-checker.ts';
import {
  type DebianKernel,
  debianKernel,
  modulesOf,
  ports,
  type Source,
  spread,
  targetOf,
  unpackedModule,
} from './debian-kernel.ts';
import { ModuleBytes } from './judge/module-bytes.ts';

const wanted = [
  ['6.1', 'amd64'],
  ['6.12', 'amd64'],
] as const;
const kernels = wanted.map(([series, flavour]) => debianKernel(series, flavour));
const all: readonly Source[] = ['headers', 'rootfs', 'image'];
const subsets: readonly (readonly Source[])[] = [
  ['image'],
  ['headers'],
  ['rootfs'],
  ['image', 'rootfs'],
  ['headers', 'rootfs'],
  ['headers', 'image'],
];
const scratch = mkdtempSync(join(tmpdir(), 'partial-targets-'));
const table: string[] = [];

/** Changes the bytes in place, or gives others. */
type Damage = (module: ModuleBytes) => unknown;

/** What happens to modules on their way; each kind is put to three modules. */
const damages: Readonly<Record<string, Damage>> = {
  'crc-layout': (module) => module.flipCrc('module_layout'),
  'no-crc-layout': (module) => module.dropVersion('module_layout'),
  'other-flags': (module) => module.setModinfo('vermagic', 'vermagic=6.1 SMP preempt_rt'),
  'no-vermagic': (module) => module.setModinfo('vermagic', 'nothing=1'),
  'changed-after-signing': (module) => {
    const text = module.offsetOf(module.section('.text'));
    module.bytes[text] = (module.bytes[text] ?? 0) ^ 1;
  },
  unsigned: (module) => module.bytes.subarray(0, module.bytes.lastIndexOf('~Module signature appended~') - 800),
  'hidden-versions': (module) => module.setFlags(module.section('__versions'), (flags) => flags & ~2),
  'cut-off': (module) => module.bytes.subarray(0, module.bytes.length >> 1),
};

/** Files of this kernel's own modules, the other's, and damaged ones. */
function sample(kernel: DebianKernel, other: DebianKernel): readonly string[] {
  const own = spread(modulesOf(kernel), 24);
  const foreign = spread(modulesOf(other), 12);
  const victims = own.filter((_, index) => index % 8 === 3).slice(0, 3);
  const damaged = Object.entries(damages).flatMap(([name, damage]) =>
    victims.map((file) => {
      const module = new ModuleBytes(unpackedModule(file));
      const changed = damage(module);
      const bytes = changed instanceof Uint8Array ? changed : module.bytes;
      const path = join(scratch, `${kernel.release}-${name}-${basename(file).replace(/\.xz$/, '')}`);
      writeFileSync(path, bytes);
      return path;
    }),
  );
  return [...own, ...foreign, ...damaged];
}

describe('targets of some sources', () => {
  for (const [index, kernel] of kernels.entries()) {
    const other = kernels[1 - index];
    if (typeof kernel === 'string' || other === undefined || typeof other === 'string') {
      const reason = [kernel, other].find((one) => typeof one === 'string');
      test(`${wanted[index]?.join(' ')}`, { skip: String(reason) }, () => {});
      continue;
    }
    test(kernel.release, async () => {
      const files = sample(kernel, other);
      assert.equal(files.length, 60);
      const whole = await verdicts(kernel, all, files);
      const undecided = [...whole].filter(([, { verdict }]) => verdict === 'undetermined');
      assert.deepEqual(
        undecided.map(([file, { missing }]) => [file, missing]),
        [],
        'all sources decide everything',
      );
      const loads = [...whole.values()].filter(({ verdict }) => verdict === 'loads').length;
      assert.ok(loads >= 24 && loads <= 40, `${loads} of 60 load`);
      for (const sources of subsets) {
        const partial = await verdicts(kernel, sources, files);
        let same = 0;
        const wrong: string[] = [];
        const lacking = new Set<string>();
        for (const file of files) {
          const [expected, actual] = [whole.get(file), partial.get(file)];
          assert.ok(expected && actual);
          if (actual.verdict === 'undetermined') {
            if (actual.missing.length === 0) wrong.push(`${basename(file)}: no missing fact is named`);
            for (const { fact } of actual.missing) lacking.add(fact.replace(/^who exports .*/, 'who exports …'));
          } else if (actual.verdict !== expected.verdict || (actual.errno ?? expected.errno) !== expected.errno) {
            wrong.push(
              `${basename(file)}: ${actual.verdict} ${actual.errno}, with all: ${expected.verdict} ${expected.errno}`,
            );
          } else same++;
        }
        table.push(
          `${kernel.release.padEnd(22)} ${sources.join('+').padEnd(15)} ${same}/${files.length} the same; lacking: ${[...lacking].join('; ') || 'nothing'}`,
        );
        assert.deepEqual(wrong, [], sources.join('+'));
      }
    });
  }

  after(() => {
    rmSync(scratch, { recursive: true });
    console.log(table.join('\n'));
  });
});

async function verdicts(
  kernel: DebianKernel,
  sources: readonly Source[],
  files: readonly string[],
): Promise<ReadonlyMap<string, Verdict>> {
  const target = await targetOf(kernel, sources);
  const checker = new ModuleChecker(ports);
  const found = new Map<string, Verdict>();
  for (const file of files) {
    const module = await openKernelModule(ports, pathToFileURL(file).href);
    found.set(file, (await checker.check(module, target)).verdict);
  }
  return found;
}
