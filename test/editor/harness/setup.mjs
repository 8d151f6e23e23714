// Installs code-server and playwright-core beside this file: only for editor tests and `npm start`, 0.6 GB, once.
// code-server's own postinstall is not run: it insists on Node 24 for npm and builds addons that nothing here needs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { projectEnv } from '../../../scripts/setup.mjs';
import { codeServer, harness, projectNode, readyFile } from './paths.mjs';

/** Parts of code-server that neither tests nor `npm start` use; without them it is a third of the size. */
const unused = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'node_modules/@devcontainers',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
];

/** Undefined when everything is there, else the reason in one line. */
export function ensureHarness() {
  const lock = path.join(harness, 'package-lock.json');
  const wanted = createHash('sha256').update(fs.readFileSync(lock)).digest('hex');
  if (fs.existsSync(readyFile) && fs.readFileSync(readyFile, 'utf8') === wanted) return undefined;
  if (process.platform === 'win32') return 'code-server does not run on Windows';
  const [major] = process.versions.node.split('.').map(Number);
  if (projectNode() === process.execPath && major < 24) return `code-server needs Node 24, this is ${process.version}`;
  console.log('Installing code-server and playwright-core for the editor tests …');
  const failed =
    npm(['ci', '--ignore-scripts'], harness) ??
    // Not `npm ci`: the shrinkwrap that code-server publishes is not complete.
    npm(['install', '--omit=dev', '--ignore-scripts', '--no-save'], path.join(codeServer, 'lib/vscode'));
  if (failed) return failed;
  for (const folder of unused) fs.rmSync(path.join(codeServer, 'lib/vscode', folder), { recursive: true, force: true });
  fs.writeFileSync(readyFile, wanted);
  return undefined;
}

function npm(args, cwd) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync('npm', [...args, ...quiet], { cwd, env: projectEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.error) return `npm cannot be started: ${done.error.message}`;
  if (done.status === 0) return undefined;
  const message =
    done.stderr
      .toString()
      .split('\n')
      .find((line) => line.startsWith('npm error')) ?? `exit ${done.status}`;
  return `code-server cannot be installed: ${message}`;
}

if (process.argv[1] === import.meta.filename) {
  const reason = ensureHarness();
  console.log(reason ?? 'The editor harness is ready.');
  process.exit(reason ? 1 : 0);
}
