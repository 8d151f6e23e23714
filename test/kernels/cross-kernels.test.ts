/**
 * Every module of one kernel, predicted for another: an update that changed the ABI, one that did not, and the RT flavour.
 * What is expected is worked out another way: kmod reads each module's CRCs, and they are compared with the lines of the
 * target's Module.symvers. Samples are put to the booted kernel itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run, unpackedPackage } from '../../scripts/samples/debian-kernels.mjs';
import { predictLoad } from '../../server/src/loader/pipeline.ts';
import type { Verdict } from '../../server/src/loader/verdict.ts';
import { openKernelModule } from '../../server/src/module/open-kernel-module.ts';
import { type DebianKernel, debianKernel, modulesOf, ports, spread, targetOf } from './debian-kernel.ts';
import { judge, type KernelAnswer } from './judge/boot.ts';
import { buildInit } from './judge/build-judge.ts';
import { isJudge, type JudgeKernel, judgeKernel } from './judge/judge-kernel.ts';

const newest = debianKernel('6.1', 'amd64');
const realtime = debianKernel('6.1', 'rt-amd64');
const table: string[] = [];
const layoutLine = /^\S+: disagrees about version of symbol module_layout$/;
/** Modules of each pair that are put to the booted kernel, and how large each may be. */
const sampleSize = 50;
const sampleBytes = 150_000;

interface Pair {
  readonly name: string;
  readonly from: DebianKernel;
  readonly to: DebianKernel;
}

interface Predicted {
  readonly file: string;
  readonly verdict: Verdict;
}

/** Older releases of the same flavour, newest first. */
function olderReleases(release: string): readonly string[] {
  const [, series, number] = /^([\d.]+)-(\d+)-/.exec(release) ?? [];
  return run('apt-cache', ['pkgnames', `linux-image-${series}-`])
    .split('\n')
    .flatMap(
      (name) => new RegExp(`^linux-image-(${series?.replaceAll('.', '\\.')}-(\\d+)-amd64)$`).exec(name)?.slice(1) ?? [],
    )
    .filter((_, index, parts) => index % 2 === 0 && Number(parts[index + 1]) < Number(number))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

function olderKernel(release: string): DebianKernel {
  const headers = join(unpackedPackage(`linux-headers-${release}`, 'amd64'), 'usr', 'src', `linux-headers-${release}`);
  return { release, headers, root: unpackedPackage(`linux-image-${release}`, 'amd64') };
}

/** symbol → CRC as text, by the lines of Module.symvers. */
function symversOf(kernel: Pick<DebianKernel, 'headers'>): ReadonlyMap<string, string> {
  const lines = readFileSync(join(kernel.headers, 'Module.symvers'), 'utf8').split('\n');
  return new Map(lines.map((line) => line.split('\t')).map(([crc = '', symbol = '']) => [symbol, crc]));
}

/** Whether all CRCs that kmod finds in the module are those of the target. */
function crcsAgree(file: string, symvers: ReadonlyMap<string, string>): boolean {
  const { stdout, status } = spawnSync('modprobe', ['--dump-modversions', file], { encoding: 'utf8' });
  assert.equal(status, 0, file);
  const lines = stdout.trim().split('\n');
  assert.ok(
    lines.some((line) => line.endsWith('\tmodule_layout')),
    `${file} has a CRC of module_layout`,
  );
  return lines.every((line) => {
    const [crc = '', symbol = ''] = line.split('\t');
    return Number(crc) === Number(symvers.get(symbol));
  });
}

async function predictAll({ from, to }: Pair): Promise<readonly Predicted[]> {
  const target = await targetOf(to, ['headers', 'rootfs']);
  const predicted: Predicted[] = [];
  for (const file of modulesOf(from)) {
    const module = await openKernelModule(ports, pathToFileURL(file).href);
    // Each build signs with a key of its own, which no other build knows.
    const evidence = new Map([[module, { signature: 'unknown-key' as const }]]);
    predicted.push({ file, verdict: predictLoad({ target, request: {}, loaded: [], evidence }, module) });
  }
  return predicted;
}

const missing = [newest, realtime].find((kernel) => typeof kernel === 'string');

describe('modules of one kernel on another', { skip: missing === undefined ? false : String(missing) }, () => {
  if (typeof newest === 'string' || typeof realtime === 'string') return;
  const samples = new Map<string, readonly Predicted[]>();
  let pairs: readonly Pair[] = [];

  before(() => {
    const layout = symversOf(newest).get('module_layout');
    const older = olderReleases(newest.release).slice(0, 4);
    const crc = (release: string) =>
      symversOf({
        headers: join(unpackedPackage(`linux-headers-${release}`, 'amd64'), 'usr/src', `linux-headers-${release}`),
      }).get('module_layout');
    const changed = older.find((release) => crc(release) !== layout);
    const kept = older.find((release) => crc(release) === layout);
    pairs = [
      ...(changed ? [{ name: 'an update that changed the ABI', from: olderKernel(changed), to: newest }] : []),
      ...(kept ? [{ name: 'an update that kept the ABI', from: olderKernel(kept), to: newest }] : []),
      { name: 'RT on non-RT', from: realtime, to: newest },
      { name: 'non-RT on RT', from: newest, to: realtime },
    ];
  });

  test('every module: refused where a CRC differs, loaded where none does', async () => {
    assert.ok(pairs.length >= 3);
    for (const pair of pairs) {
      const predicted = await predictAll(pair);
      const symvers = symversOf(pair.to);
      const refused = predicted.filter(({ verdict }) => verdict.verdict === 'refused');
      const loads = predicted.filter(({ verdict }) => verdict.verdict === 'loads');
      assert.ok(predicted.length > 3500);
      assert.equal(refused.length + loads.length, predicted.length, 'nothing is left open');
      for (const { file, verdict } of refused) {
        assert.equal(verdict.errno, 'ENOEXEC', file);
        assert.match(verdict.dmesg.at(-1) ?? '', layoutLine, file);
      }
      for (const { file, verdict } of loads) {
        // C: the staging drivers.
        assert.equal(verdict.taint, file.includes('/staging/') ? 'CE' : 'E', file);
      }
      // Asking kmod about 4,000 modules takes minutes; these are spread over all of them.
      for (const { file, verdict } of spread(predicted, 150)) {
        assert.equal(crcsAgree(file, symvers), verdict.verdict === 'loads', file);
      }
      const what = `${pair.from.release} on ${pair.to.release}`;
      table.push(`${pair.name.padEnd(32)} ${what.padEnd(40)} ${refused.length} refused, ${loads.length} load`);
      samples.set(pair.name, sample(predicted));
    }
  });

  for (const [judgeName, to] of [
    ['6.1 amd64', newest],
    ['6.1 rt-amd64', realtime],
  ] as const) {
    test(`${sampleSize} of each, put to ${judgeName}, booted`, async (context) => {
      const court = judgeKernel(judgeName);
      if (!isJudge(court)) return context.skip(court.reason);
      assert.equal(court.release, to.release);
      const put = pairs.filter((pair) => pair.to === to).map(({ name }) => ({ name, sample: samples.get(name) ?? [] }));
      const answers = await ask(
        court,
        put.flatMap((one) => one.sample),
      );
      for (const { name, sample } of put) {
        assert.ok(sample.length >= sampleSize / 2, name);
        const wrong = sample.filter(({ file, verdict }) => !confirms(answers.get(file), verdict));
        assert.deepEqual(
          wrong.map(({ file }) => [file, answers.get(file)]),
          [],
          name,
        );
        const ran = sample.filter(({ file }) => answers.get(file)?.errno === 0).length;
        table.push(`${name.padEnd(32)} ${sample.length} put to ${to.release}: as predicted, ${ran} of them run`);
      }
    });
  }

  after(() => {
    console.log(table.join('\n'));
  });
});

/** Small modules that need no other one: a loaded sample must reach its own init function. */
function sample(predicted: readonly Predicted[]): readonly Predicted[] {
  const small = predicted.filter(({ file }) => statSync(file).size < sampleBytes);
  if (small.every(({ verdict }) => verdict.verdict === 'refused')) return spread(small, sampleSize);
  return spread(
    small.filter(({ file }) => /\/(?:lib|crypto|net\/sched|fs\/nls)\//.test(file) && !needsOthers(file)),
    sampleSize,
  );
}

function needsOthers(file: string): boolean {
  const { stdout } = spawnSync('modinfo', ['--field', 'depends', file], { encoding: 'utf8' });
  return stdout.trim() !== '';
}

/** Boots the kernel and has it load each module, in order; by file. */
async function ask(court: JudgeKernel, put: readonly Predicted[]): Promise<ReadonlyMap<string, KernelAnswer>> {
  const scratch = mkdtempSync(join(tmpdir(), 'cross-kernels-'));
  const name = (index: number) => `m/${index}.ko`;
  const cases = put.map((_, index) => ({
    id: String(index),
    flags: 0,
    path: `/${name(index)}`,
    parameters: '',
    before: [],
  }));
  const modules = put.map(({ file }, index) => ({ path: name(index), mode: 0o100644, bytes: readFileSync(file) }));
  const files = [
    { path: 'init', mode: 0o100755, bytes: buildInit(court) },
    { path: 'preload', mode: 0o100644, bytes: Buffer.alloc(0) },
    ...modules,
  ];
  try {
    const answers = await judge(court, cases, files, '', scratch);
    return new Map(
      put.flatMap(({ file }, index) => {
        const answer = answers.get(String(index));
        return answer === undefined ? [] : [[file, answer] as const];
      }),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const loaderLine = /disagrees about|version magic|Unknown symbol|section size must match/;

/** ENOEXEC is the loader's here; whatever else init says (ENODEV, EEXIST) it says after the loader has let the module in. */
function confirms(answer: KernelAnswer | undefined, verdict: Verdict): boolean {
  const enoexec = 8;
  if (answer?.errno === undefined) return false;
  if (verdict.verdict === 'refused') {
    return answer.errno === enoexec && answer.dmesg.some((line) => layoutLine.test(line.trimEnd()));
  }
  const letIn = answer.errno !== enoexec && !answer.dmesg.some((line) => loaderLine.test(line));
  return letIn && (answer.errno !== 0 || answer.taint === verdict.taint);
}
