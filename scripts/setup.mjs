// Makes a bare checkout ready: installs what package-lock.json names, and says which Node runs the project.
// Plain Node 20 without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/** The Node that comes with the project (24, for TypeScript without a build step), else the one that runs this. */
export function projectNode() {
  const own = path.join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  return fs.existsSync(own) ? own : process.execPath;
}

/** The environment for children: the project's Node and tools first in PATH. */
export function projectEnv(extra = {}) {
  const bin = [path.dirname(projectNode()), path.join(root, 'node_modules', '.bin')].join(path.delimiter);
  const env = { ...process.env, PATH: bin + path.delimiter + process.env.PATH, ...extra };
  // What npm tells the script it runs would mislead an npm that we start for another folder.
  for (const key of Object.keys(env)) if (/^npm_(config_(local_)?prefix|lifecycle|package)/.test(key)) delete env[key];
  return env;
}

/** Runs a program to its end. Never through a shell. */
export function run(command, args, options = {}) {
  const { env, ...rest } = options;
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: projectEnv(env), ...rest });
  if (done.error) throw new Error(`${command} cannot be started: ${done.error.message}`);
  return done;
}

/** As `run`, but a failure ends the whole process with the same status. */
export function must(command, args, options) {
  const { status, signal } = run(command, args, options);
  if (status !== 0) {
    console.error(`${path.basename(command)} ${args[0] ?? ''} failed (${signal ?? `exit ${status}`})`);
    process.exit(status ?? 1);
  }
}

/** Installs the locked packages unless the last install was of the same lock file. Two that start at once take turns. */
export function ensureInstalled() {
  const cache = path.join(root, '.cache');
  fs.mkdirSync(cache, { recursive: true });
  const turn = path.join(cache, 'installing');
  const patienceMs = 5 * 60_000;
  for (const start = Date.now(); ; ) {
    try {
      fs.closeSync(fs.openSync(turn, 'wx'));
      break;
    } catch {
      // Somebody installs, or was killed while installing.
      if (Date.now() - start > patienceMs) break;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    install();
  } finally {
    fs.rmSync(turn, { force: true });
  }
}

function install() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(root, 'node_modules', '.vermagic-installed');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest) return;
  if (fs.lstatSync(path.dirname(stamp), { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error('node_modules is a link, and what it leads to is of another package-lock.json. Remove the link.');
  console.log('Installing packages …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = run(npm, ['ci', '--loglevel=error']);
  if (status !== 0) throw new Error(`npm ci failed (exit ${status})`);
  fs.writeFileSync(stamp, digest);
}

/** Whether a program is on the PATH. */
export function findProgram(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * Installs Debian packages where that can be done without asking anyone: as root on a machine with apt.
 * Returns undefined when all of them are there, else the reason in one sentence.
 */
export function ensureDebianPackages(packages) {
  const missing = packages.filter(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a field of dpkg's format, not of JavaScript's
    (name) => spawnSync('dpkg-query', ['-W', '-f', '${Status}', name]).stdout?.toString() !== 'install ok installed',
  );
  if (missing.length === 0) return undefined;
  const remedy = `apt-get install ${missing.join(' ')}`;
  if (!findProgram('apt-get')) return `needs ${missing.join(', ')}, and this is no Debian machine`;
  if (process.getuid?.() !== 0) return `needs packages: sudo ${remedy}`;
  const env = projectEnv({ DEBIAN_FRONTEND: 'noninteractive' });
  const quiet = { stdio: ['ignore', 'ignore', 'pipe'], env };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet);
  return done.status === 0 ? undefined : `${remedy} failed: ${done.stderr.toString().trim().split('\n').at(-1)}`;
}
