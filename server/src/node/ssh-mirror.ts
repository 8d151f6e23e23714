import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isRunning } from './running-process.ts';

/**
 * What is asked of the other machine: constant text, into which nothing of ours or of the user is put. All of it only reads, and
 * keeps to what both GNU's and busybox's programs understand.
 */
const remote = {
  release: 'uname -r',
  /** The modules with their lists, and what says what the kernel demands. Status 3 where there is nothing of it. */
  tree: `r=$(uname -r) && cd / && set -- && for f in lib/modules/"$r"/* boot/config-"$r" boot/vmlinuz-"$r" usr/src/linux-headers-"$r"/.config usr/src/linux-headers-"$r"/Module.symvers usr/src/linux-headers-"$r"/include/generated/utsrelease.h; do case "$f" in */build|*/source) continue;; esac; if [ -d "$f" ] || [ -r "$f" ]; then set -- "$@" "$f"; fi; done; [ $# -gt 0 ] || exit 3; exec tar -cf - "$@"`,
  /** Files that tar would take for empty, each after a line with its name and size. */
  proc: 'cd / && for f in proc/version proc/config.gz proc/cmdline proc/sys/kernel/osrelease proc/sys/kernel/arch proc/sys/kernel/tainted proc/sys/kernel/modules_disabled proc/modules sys/module/*/notes/.note.gnu.build-id sys/module/module/parameters/sig_enforce sys/kernel/security/lockdown; do [ -r "$f" ] || continue; n=$(cat "$f" 2>/dev/null | wc -c); if [ "$n" -gt 0 ]; then echo "$f" $n; cat "$f"; fi; done; exit 0',
} as const;

/** What the one pattern in `proc` finds. */
const buildIdFile = /^sys\/module\/\w+\/notes\/\.note\.gnu\.build-id$/;

/** A file this small is held in memory; proc's config.gz has 60 kB. */
const mostBytes = 16 * 1024 * 1024;

/** Of a machine's complaints that much is kept. */
const mostComplaint = 64 * 1024;

export type Mirror =
  | {
      readonly root: string;
      readonly release: string;
      /** What could not be copied, in one sentence each. */
      readonly problems: readonly string[];
      dispose(): void;
    }
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
  const copied = await unpackFrom(host, folder);
  const facts = 'problem' in copied ? copied : await capture(host, remote.proc);
  if ('problem' in copied || 'problem' in facts) {
    dispose();
    return 'problem' in copied ? copied : (facts as { readonly problem: string });
  }
  for (const { name: file, bytes } of framedFiles(facts.bytes)) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), bytes);
  }
  return {
    root: pathToFileURL(folder).href,
    release: name,
    problems: copied.problems,
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

/** Files as `remote.proc` prints them; names that it does not ask for are not taken. */
export function* framedFiles(bytes: Buffer): Generator<{ readonly name: string; readonly bytes: Buffer }> {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, at);
    const [, name, size] =
      /^((?:proc|sys)\/[\w./-]+) +(\d+)$/.exec(end < 0 ? '' : bytes.toString('latin1', at, end)) ?? [];
    if (name === undefined || name.includes('..') || !(remote.proc.includes(` ${name}`) || buildIdFile.test(name)))
      return;
    at = end + 1 + Number(size);
    yield { name, bytes: bytes.subarray(end + 1, at) };
  }
}

/** No questions on the terminal, and no waiting for a machine that does not answer or answers no more. */
const options = [
  ...['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15'],
  ...['-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
];

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
      resolve(status === 0 ? { bytes: Buffer.concat(parts) } : { problem: refusal(host, status, complaint) });
    });
  });
}

function refusal(host: string, status: number | null, complaint: string): string {
  const why = complaint.trim().split('\n').at(-1)?.trim().replace(/\.$/, '');
  return `ssh ended with status ${status}${why ? `: ${why}` : ''}. "ssh ${host} uname -r" has to work without a question first.`;
}

/** Remote tar to local tar, nothing in between. GNU and busybox tar both leave names with `..` out. */
function unpackFrom(
  host: string,
  folder: string,
): Promise<{ readonly problems: readonly string[] } | { readonly problem: string }> {
  return new Promise((resolve) => {
    const sender = spawn('ssh', ['-C', ...options, '--', host, remote.tree], { stdio: ['ignore', 'pipe', 'pipe'] });
    const unpacker = spawn('tar', ['-xf', '-', '--no-same-owner', '-C', folder], {
      stdio: [sender.stdout, 'ignore', 'pipe'],
    });
    // The pipe is the two programs' own now: an end held here would keep either from noticing that the other is gone.
    sender.stdout.destroy();
    let complaint = '';
    let trouble = '';
    sender.stderr.on('data', (part: Buffer) => {
      if (complaint.length < mostComplaint) complaint += part.toString('utf8');
    });
    unpacker.stderr?.on('data', (part: Buffer) => {
      trouble = `${trouble}${part.toString('utf8')}`.slice(-2000);
    });
    sender.on('error', (error) => resolve({ problem: explain(error) }));
    unpacker.on('error', (error) => {
      sender.kill();
      resolve({ problem: explain(error) });
    });
    const ended = [sender, unpacker].map(
      (child) => new Promise<number | null>((done) => child.on('close', (status) => done(status))),
    );
    void Promise.all(ended).then(([sent, unpacked]) => {
      if (sent === 3) resolve({ problems: [] });
      // 255 is ssh's own; tar ends with 1 or 2 when it left files out, and what came over is whole.
      else if (sent === 255 || sent === null) resolve({ problem: refusal(host, sent, complaint) });
      else if (unpacked !== 0) {
        const why = trouble.trim().split('\n')[0] ?? '';
        resolve({
          problem: `the modules could not be unpacked into ${folder}: ${why || `tar ended with status ${unpacked}`}.`,
        });
      } else resolve({ problems: leftOut(complaint) });
    });
  });
}

/** What tar says of files that it had to leave out: `tar: lib/modules/…/a.ko: Cannot open: Permission denied`. */
function leftOut(complaint: string): string[] {
  return complaint.split('\n').flatMap((line) => {
    const [, what] = /^(?:.*\/)?tar: (?:can't (?:open|stat|read) ')?lib\/modules\/[^/]+\/(.+)$/.exec(line) ?? [];
    return what === undefined ? [] : [`${what.replace("':", ':')} (on that machine).`];
  });
}

function explain(error: Error): string {
  return 'code' in error && error.code === 'ENOENT' ? `there is no program for it: ${error.message}.` : error.message;
}
