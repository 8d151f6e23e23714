/**
 * samples/expectations.json is what really happens: the sample's modules are handed to both booted arm64 kernels, and
 * each must end with the errno, the deciding line and the taint that the file says.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { test } from 'node:test';
import { type GuestCase, judge } from './judge/boot.ts';
import { buildInit, kernelScratch } from './judge/build-judge.ts';
import { errnoName } from './judge/comparison.ts';
import { isJudge, judgeKernel } from './judge/judge-kernel.ts';

interface Expectation {
  readonly module: string;
  readonly target: string;
  readonly errno: string | null;
  readonly line: string | null;
  readonly taint?: string;
  readonly with?: readonly string[];
}

const samples = resolve(import.meta.dirname, '../../samples');
const expectations: readonly Expectation[] = JSON.parse(readFileSync(join(samples, 'expectations.json'), 'utf8'));
const release = readFileSync(join(samples, 'jetson-rt/kernel/build-rt/include/config/kernel.release'), 'utf8').trim();

/** The module as insmod hands it over: unpacked. */
function unpacked(path: string): Buffer {
  const file = join(samples, path);
  return path.endsWith('.xz') ? execFileSync('xz', ['--decompress', '--stdout', file]) : readFileSync(file);
}

const guestPath = (path: string) => `m/${basename(path).replace(/\.xz$/, '')}`;

for (const [target, name] of [
  ['orin-rt', '6.1 rt-arm64'],
  ['orin-stock', '6.1 arm64'],
] as const) {
  const found = judgeKernel(name);
  const kernel = isJudge(found) ? found : undefined;
  const reason = isJudge(found) ? `the samples are of ${release}, apt has ${found.release}` : found.reason;
  const same = kernel !== undefined && release.startsWith(kernel.release.replace(/-(rt-)?arm64$/, ''));
  test(`${target} is what ${name} does`, { skip: same ? false : `${name}: ${reason}` }, async () => {
    assert.ok(kernel);
    const rows = expectations.filter((row) => row.target === target);
    const cases: GuestCase[] = rows.map((row) => ({
      id: basename(row.module),
      flags: 0,
      path: `/${guestPath(row.module)}`,
      parameters: '',
      before: (row.with ?? []).map((other) => `/${guestPath(other)}`),
    }));
    const files = rows.map((row) => ({ path: guestPath(row.module), mode: 0o100644, bytes: unpacked(row.module) }));
    const scratch = join(kernelScratch(kernel), 'samples');
    mkdirSync(scratch, { recursive: true });
    const init = { path: 'init', mode: 0o100755, bytes: buildInit(kernel) };
    const answers = await judge(kernel, cases, [init, ...files], '', scratch);
    writeFileSync(join(scratch, 'answers.json'), `${JSON.stringify([...answers], null, 1)}\n`);
    const said = rows.map((row) => {
      const answer = answers.get(basename(row.module));
      const errno = errnoName(answer?.errno);
      const base = { module: row.module, errno };
      return errno === null
        ? { ...base, taint: answer?.taint }
        : { ...base, line: answer?.dmesg.at(-1)?.trimEnd() ?? null };
    });
    const expected = rows.map(({ module, errno, line, taint }) =>
      errno === null ? { module, errno, taint } : { module, errno, line },
    );
    assert.deepEqual(said, expected);
  });
}
