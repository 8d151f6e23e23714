/** A whole machine for `vermagic scan --live`: a Debian kernel in an emulator, with its modules, Node and the built CLI. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { DebianKernel } from './debian-kernel.ts';
import { type InitramfsFile, initramfs } from './judge/initramfs.ts';

const project = join(import.meta.dirname, '../..');

/** Why such a machine cannot be made here. */
export function guestMissing(): string | undefined {
  for (const program of ['qemu-system-x86_64', 'depmod', 'modinfo', 'ldd']) {
    if (spawnSync(program, ['--version']).error) return `${program} is not installed`;
  }
  const isStatic = spawnSync('ldd', ['/usr/bin/busybox'], { encoding: 'utf8' });
  if (!existsSync('/usr/bin/busybox') || !/not a dynamic/.test(`${isStatic.stdout}${isStatic.stderr}`))
    return 'there is no static busybox (package busybox-static)';
  return existsSync(join(project, 'server/dist/cli.cjs')) ? undefined : 'the CLI is not built (npm run build)';
}

/** Copies modules, and those that they depend on, to the same places of another root. */
export function copyModules(kernel: DebianKernel, wanted: (path: string) => boolean, root: string): void {
  const folder = join(kernel.root, 'lib/modules', kernel.release);
  const all = readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ko(\.xz)?$/.test(name))
    .map((name) => join('kernel', name));
  const nameOf = (path: string) =>
    basename(path)
      .replace(/\.ko.*/, '')
      .replaceAll('-', '_');
  const byName = new Map(all.map((path) => [nameOf(path), path]));
  const queue = all.filter(wanted);
  const taken = new Set<string>();
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (taken.has(path)) continue;
    taken.add(path);
    const to = join(root, 'lib/modules', kernel.release, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(folder, path), to);
    const depends = execFileSync('modinfo', ['-F', 'depends', join(folder, path)], { encoding: 'utf8' }).trim();
    for (const name of depends.split(',')) {
      const other = byName.get(name.replaceAll('-', '_'));
      if (other !== undefined) queue.push(other);
    }
  }
  for (const file of ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'])
    if (existsSync(join(folder, file))) cpSync(join(folder, file), join(root, 'lib/modules', kernel.release, file));
}

/** Node with the libraries that it needs, busybox, and the command line as it is shipped. */
export function addPrograms(root: string): void {
  const node = process.execPath;
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).match(/\/\S+\.so[^\s:]*(?= \()/g) ?? [];
  for (const file of libraries) copyTo(root, file, file);
  copyTo(root, node, '/bin/node');
  copyTo(root, '/usr/bin/busybox', '/bin/busybox');
  const dist = join(project, 'server/dist');
  for (const name of readdirSync(dist)) if (!name.endsWith('.map')) copyTo(root, join(dist, name), `/cli/${name}`);
}

function copyTo(root: string, from: string, to: string): void {
  mkdirSync(join(root, dirname(to)), { recursive: true });
  copyFileSync(realpathSync(from), join(root, to));
}

export interface GuestRun {
  /** Standard output of each command, in order. */
  readonly outputs: readonly string[];
  readonly statuses: readonly number[];
  readonly console: string;
}

/** Boots the kernel over `root`, loads modules and runs commands; software emulation, a minute or two. */
export async function runGuest(
  kernel: DebianKernel,
  root: string,
  load: readonly string[],
  commands: readonly string[],
  timeoutMs: number,
): Promise<GuestRun> {
  const init = [
    '#!/bin/busybox sh',
    'export PATH=/bin',
    'b=/bin/busybox',
    '$b mkdir -p /proc /sys /dev /tmp',
    '$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev',
    ...load.map((file) => `$b insmod ${file} || echo "@failed ${file}"`),
    ...commands.map(
      (command) =>
        `echo "@begin"; ${command} > /tmp/out 2> /tmp/err; s=$?; $b cat /tmp/out; echo; echo "@status $s"; $b cat /tmp/err`,
    ),
    'echo "@end"; $b poweroff -f',
  ];
  writeFileSync(join(root, 'init'), `${init.join('\n')}\n`, { mode: 0o755 });
  const initrd = join(dirname(root), 'initrd');
  writeFileSync(initrd, initramfs(filesOf(root)));
  const image = join(kernel.root, 'boot', `vmlinuz-${kernel.release}`);
  const args = [
    '-cpu',
    'max',
    '-smp',
    '2',
    '-m',
    '3072',
    '-nographic',
    '-no-reboot',
    '-kernel',
    image,
    '-initrd',
    initrd,
  ];
  const child = spawn('qemu-system-x86_64', [...args, '-append', 'console=ttyS0 panic=-1 quiet loglevel=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  rmSync(initrd, { force: true });
  const console = text.replaceAll('\r', '');
  const runs = [...console.matchAll(/@begin\n([\s\S]*?)\n@status (\d+)/g)];
  return { outputs: runs.map((run) => run[1] ?? ''), statuses: runs.map((run) => Number(run[2])), console };
}

/** Folders first, each before what lies in it. */
function filesOf(root: string): InitramfsFile[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  return names.map((name) => {
    const stat = statSync(join(root, name));
    const isFolder = stat.isDirectory();
    return {
      path: relative('.', name),
      mode: isFolder ? 0o040755 : 0o100000 | (stat.mode & 0o777),
      bytes: isFolder ? new Uint8Array(0) : readFileSync(join(root, name)),
    };
  });
}
