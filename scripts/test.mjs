// npm test: sets up what it needs, builds, runs every ring and counts. `node scripts/test.mjs RING…` runs only those.
import fs from 'node:fs';
import path from 'node:path';
import { ensureDebianPackages, ensureInstalled, findProgram, projectNode, root, run } from './setup.mjs';

const results = path.join(root, 'test-results');
fs.mkdirSync(results, { recursive: true });

/** Runs node:test over a folder and counts from its own summary. */
function nodeTests(ring, folder, { env = {}, timeoutMs = 120_000, only = /\.test\.ts$/, atOnce = 2 } = {}) {
  const tap = path.join(results, `${ring}.tap`);
  const files = fs
    .readdirSync(path.join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && only.test(name))
    .map((name) => path.join(folder, name));
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const { status } = run(
    projectNode(),
    [
      '--test',
      `--test-concurrency=${atOnce}`,
      // A hang is a failure, not a wait for the job's limit. Booting kernels takes its time.
      `--test-timeout=${timeoutMs}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${tap}`,
      ...files,
    ],
    { env: { NODE_NO_WARNINGS: '1', ...env } },
  );
  const summary = fs.existsSync(tap) ? fs.readFileSync(tap, 'utf8') : '';
  const count = (word) => Number(summary.match(new RegExp(`^# ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: status !== 0 && failed === 0 ? 1 : failed, skipped: count('skipped') };
}

/** A step that either holds or does not. */
function step(command, args) {
  return run(command, args).status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** A script that closes with «N passed, N failed, N skipped». */
function countingScript(script, args = [], env = {}) {
  const { status, stdout } = run(projectNode(), [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const text = stdout.toString();
  process.stdout.write(text);
  const line = [...text.matchAll(/(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/g)].at(-1);
  if (!line) return { passed: 0, failed: 1, skipped: 0 };
  const failed = Number(line[2]);
  return { passed: Number(line[1]), failed: status !== 0 && failed === 0 ? 1 : failed, skipped: Number(line[3] ?? 0) };
}

function skip(ring, reason) {
  console.log(`${ring}: skipped: ${reason}`);
  return { passed: 0, failed: 0, skipped: 1 };
}

function sum(...parts) {
  return parts.reduce((a, b) => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }));
}

const biome = path.join(root, 'node_modules/.bin/biome');
const tsc = path.join(root, 'node_modules/.bin/tsc');

const rings = {
  checks: () =>
    sum(
      step(projectNode(), ['scripts/check-floors.mjs']),
      step(biome, ['check', '--error-on-warnings', '.']),
      ...['server/tsconfig.core.json', 'server/tsconfig.json', 'client/tsconfig.json', 'test/tsconfig.json'].map(
        (project) => step(tsc, ['-p', project]),
      ),
    ),
  unit: () => nodeTests('unit', 'test/unit'),
  grammars: () => countingScript('test/grammars/run.mjs'),
  server: () => nodeTests('server', 'test/server'),
  package: () => countingScript('scripts/package.mjs', ['--check']),
  editor: () => {
    const browser = process.env.CHROMIUM ?? findProgram('chromium');
    const reason = browser ? undefined : ensureDebianPackages(['chromium']);
    if (reason) return skip('editor', `no Chromium: ${reason}`);
    if (!findProgram('nvim')) ensureDebianPackages(['neovim']);
    return countingScript('test/editor/run.mjs');
  },
  desktop: () => countingScript('test/editor/desktop.mjs'),
  // What the booted kernels judge, without the runs over whole distributions.
  judges: () =>
    nodeTests('judges', 'test/kernels', { timeoutMs: 1_800_000, only: /^(samples|loader|modpost)-agreement/ }),
  kernels: () => nodeTests('kernels', 'test/kernels', { timeoutMs: 1_800_000, atOnce: 1 }),
};
const byDefault = ['checks', 'unit', 'grammars', 'server', 'package', 'editor'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in rings));
if (unknown.length > 0) {
  console.error(`No such ring: ${unknown.join(', ')}. There are: ${Object.keys(rings).join(', ')}.`);
  process.exit(2);
}
ensureInstalled();
if (run(projectNode(), ['scripts/build.mjs']).status !== 0) process.exit(1);

const table = [];
for (const name of asked.length > 0 ? asked : byDefault) {
  console.log(`\n── ${name} ──`);
  const started = Date.now();
  let counts;
  try {
    counts = rings[name]();
  } catch (error) {
    console.error(error.message);
    counts = { passed: 0, failed: 1, skipped: 0 };
  }
  table.push({ ring: name, ...counts, seconds: Math.round((Date.now() - started) / 100) / 10 });
}
console.log('');
console.table(table);
const total = sum(...table);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
