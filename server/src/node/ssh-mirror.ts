import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRunning } from './running-process.ts';

/** What is asked of the other machine: constant text, into which nothing of ours or of the user is put. All of it only reads. */
const remote = {
  release: 'uname -r',
  tree: 'r=$(uname -r) && cd / && tar -cf - --ignore-failed-read lib/modules/"$r"/modules.* lib/modules/"$r"/kernel $(for d in extra updates misc weak-updates; do [ -d "lib/modules/$r/$d" ] && echo "lib/modules/$r/$d"; done) $(for f in boot/config-"$r" boot/vmlinuz-"$r" usr/src/linux-headers-"$r"/.config usr/src/linux-headers-"$r"/Module.symvers usr/src/linux-headers-"$r"/include/generated/utsrelease.h; do [ -r "$f" ] && echo "$f"; done) 2>/dev/null',
} as const;

/** Small files that tar would take for empty. */
const procFiles = [
  'proc/version',
  'proc/config.gz',
  'proc/cmdline',
  'proc/sys/kernel/osrelease',
  'proc/sys/kernel/arch',
  'proc/sys/kernel/tainted',
  'proc/sys/kernel/modules_disabled',
  'sys/module/module/parameters/sig_enforce',
  'sys/kernel/security/lockdown',
] as const;

/** A file this small is held in memory; proc's config.gz has 60 kB. */
const mostBytes = 16 * 1024 * 1024;

export type Mirror =
  | { readonly root: string; readonly release: string; dispose(): void }
  | { readonly problem: string };

/**
 * Copies what a scan reads of another machine into a temporary folder, with the user's own ssh and its configuration. The folder
 * goes with `dispose`, with the process, and when it is interrupted.
 */
export async function mirrorMachine(host: string, say: (message: string) => void): Promise<Mirror> {
  if (host === '' || host.startsWith('-')) return { problem: 'this is no name of a machine.' };
  const release = await capture(host, remote.release);
  if ('problem' in release) return release;
  const name = release.bytes.toString('utf8').trim();
  if (!/^\d[\w.+~-]*$/.test(name))
    return { problem: `"uname -r" says '${name.slice(0, 80)}', which is no kernel release.` };
  removeAbandoned();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `vermagic-ssh-${process.pid}-`));
  const dispose = () => fs.rmSync(folder, { recursive: true, force: true });
  const interrupted = () => {
    dispose();
    process.exit(130);
  };
  process.once('exit', dispose);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  say(`copying the modules of ${name} from ${host} (only reading there)`);
  const problem = await unpackFrom(host, folder);
  if (problem !== undefined) {
    dispose();
    return { problem };
  }
  for (const file of procFiles) {
    const read = await capture(host, `cat /${file} 2>/dev/null || exit 0`);
    if ('problem' in read || read.bytes.length === 0) continue;
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), read.bytes);
  }
  return {
    root: pathToFileURL(folder).href,
    release: name,
    dispose() {
      process.off('exit', dispose);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      dispose();
    },
  };
}

/** Copies of scans that were killed: nothing else would ever remove them. */
function removeAbandoned(): void {
  for (const name of fs.readdirSync(os.tmpdir())) {
    const owner = /^vermagic-ssh-(\d+)-/.exec(name)?.[1];
    if (owner === undefined || isRunning(Number(owner))) continue;
    try {
      fs.rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's, who removes it with the next scan.
    }
  }
}

const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'];

function capture(host: string, command: string): Promise<{ readonly bytes: Buffer } | { readonly problem: string }> {
  return new Promise((resolve) => {
    const child = spawn('ssh', [...options, '--', host, command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    let size = 0;
    let complaint = '';
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > mostBytes) child.kill();
      else parts.push(part);
    });
    child.stderr.on('data', (part: Buffer) => {
      complaint = `${complaint}${part.toString('utf8')}`.slice(-2000);
    });
    child.on('error', (error) => resolve({ problem: explain(error) }));
    child.on('close', (status) => {
      const why = complaint.trim().split('\n').at(-1);
      resolve(
        status === 0
          ? { bytes: Buffer.concat(parts) }
          : { problem: `ssh ended with status ${status}${why ? `: ${why}` : ''}.` },
      );
    });
  });
}

/** Remote tar to local tar, nothing in between. GNU and busybox tar both leave names with `..` out. */
function unpackFrom(host: string, folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const sender = spawn('ssh', ['-C', ...options, '--', host, remote.tree], { stdio: ['ignore', 'pipe', 'inherit'] });
    const unpacker = spawn('tar', ['-xf', '-', '--no-same-owner', '-C', folder], {
      stdio: [sender.stdout, 'ignore', 'inherit'],
    });
    sender.on('error', (error) => resolve(explain(error)));
    unpacker.on('error', (error) => {
      sender.kill();
      resolve(explain(error));
    });
    unpacker.on('close', (status) => {
      // Files that vanish meanwhile make tar on the other side fail at the end; what came over is whole.
      resolve(status === 0 ? undefined : `the modules could not be unpacked here (tar: status ${status}).`);
    });
  });
}

function explain(error: Error): string {
  return 'code' in error && error.code === 'ENOENT' ? `there is no program for it: ${error.message}.` : error.message;
}
