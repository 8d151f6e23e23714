/** `scan --live --ssh` against a real sshd of this machine, which shows a prepared folder in place of `/`. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScanReport } from '@vermagic/shared';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const release = '6.1.0-56-rt-arm64';
const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find((file) => existsSync(file));
const isRoot = process.getuid?.() === 0;
const absent = sshd === undefined ? 'there is no sshd here (package openssh-server)' : false;

describe('vermagic scan --live --ssh', { skip: absent }, () => {
  let folder = '';
  let machine = '';
  let server: ChildProcess | undefined;
  const log = () => readFileSync(join(folder, 'commands'), 'utf8');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-sshd-'));
    machine = join(folder, 'machine');
    for (const name of ['host', 'user', 'other'])
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    prepareMachine();
    const port = await freePort();
    // sshd checks where a root login comes from, and wants its folder of its own.
    if (isRoot) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, 'commands'), '');
    writeFileSync(
      join(folder, 'command.sh'),
      `#!/bin/sh
printf '%s\\n' "$SSH_ORIGINAL_COMMAND" >> '${folder}/commands'
PATH='${machine}/bin':$PATH
exec sh -c "$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed 's#cd /#cd ${machine}#')"
`,
      { mode: 0o755 },
    );
    writeFileSync(
      join(folder, 'sshd_config'),
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${folder}/host`,
        'PidFile none',
        `AuthorizedKeysFile ${folder}/user.pub`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        `ForceCommand ${folder}/command.sh`,
      ].join('\n'),
    );
    const host = readFileSync(join(folder, 'host.pub'), 'utf8');
    writeFileSync(join(folder, 'known'), `[127.0.0.1]:${port} ${host}`);
    const common = (key: string, known: string) =>
      `  HostName 127.0.0.1\n  Port ${port}\n  User ${userInfo().username}\n  IdentityFile ${folder}/${key}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${folder}/${known}\n`;
    writeFileSync(
      join(folder, 'ssh_config'),
      `Host board\n${common('user', 'known')}Host refused\n${common('other', 'known')}Host stranger\n${common('user', 'nobody')}Host shut\n  HostName 127.0.0.1\n  Port 9\nHost nameless\n  HostName no-such-host.invalid\n`,
    );
    mkdirSync(join(folder, 'bin'));
    const real = spawnSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${real} -F '${folder}/ssh_config' "$@"\n`, { mode: 0o755 });
    server = spawn(sshd ?? '', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: 'ignore' });
    await answered(port);
  });
  after(() => {
    server?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What such a machine has; the link leads to where its kernel was built. */
  function prepareMachine(): void {
    mkdirSync(machine);
    cpSync(join(root, 'samples/jetson-rt/rootfs/lib'), join(machine, 'lib'), { recursive: true });
    const modules = join(machine, 'lib/modules', release);
    symlinkSync('/usr/src/nowhere', join(modules, 'build'));
    writeFileSync(join(modules, 'modules.dep'), '');
    for (const [name, text] of [
      ['proc/version', `Linux version ${release} (build@host) (gcc-12) #1 SMP PREEMPT_RT\n`],
      ['proc/sys/kernel/osrelease', `${release}\n`],
      ['proc/sys/kernel/arch', 'aarch64\n'],
      ['sys/module/module/parameters/sig_enforce', 'N\n'],
    ] as const) {
      mkdirSync(join(machine, name, '..'), { recursive: true });
      writeFileSync(join(machine, name), text);
    }
    mkdirSync(join(machine, 'bin'));
    writeFileSync(join(machine, 'bin/uname'), `#!/bin/sh\necho ${release}\n`, { mode: 0o755 });
  }

  function scan(host: string, ...args: string[]) {
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, TMPDIR: join(folder, 'tmp') };
    mkdirSync(env.TMPDIR, { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [cli, 'scan', '--live', '--ssh', host, '--no-cache', '--format', 'json', ...args],
      { cwd: folder, encoding: 'utf8', env, timeout: 60_000 },
    );
    assert.deepEqual(readdirSync(env.TMPDIR), [], 'the copy is gone');
    return { status, out: stdout, err: stderr };
  }

  it('finds what a scan of the same files finds, names them with their machine, and changes nothing there', () => {
    const untouched = snapshot(machine);
    const { out, err } = scan('board');
    const report = JSON.parse(out) as ScanReport;
    assert.equal(report.modules, 15, err);
    assert.equal(report.target.release, release);
    assert.deepEqual(report.unreadable, []);
    for (const { module } of report.results)
      assert.match(module.path, new RegExp(`^board:/lib/modules/${release}/updates/`));
    const local = spawnSync(process.execPath, [cli, 'scan', '--no-cache', '--format', 'json', '--rootfs', machine], {
      encoding: 'utf8',
    });
    const here = JSON.parse(local.stdout) as ScanReport;
    const kinds = (of: ScanReport) =>
      of.results.flatMap(({ module, findings }) => findings.map(({ rule }) => `${module.name} ${rule}`)).sort();
    assert.deepEqual([kinds(report), report.refused], [kinds(here), here.refused]);
    assert.deepEqual(snapshot(machine), untouched);
  });

  it('asks for three things only, and of those only what reads', () => {
    const commands = log().trim().split('\n');
    assert.equal(new Set(commands).size, 3);
    const programs = commands.flatMap((line) => line.match(/(?:^|[;|&(]|\bdo |\bexec |\bthen ) *([a-z]+)/g) ?? []);
    const known = /\b(?:uname|r|cd|set|for|do|done|case|esac|if|then|fi|exec|tar|exit|n|cat|wc|echo|continue)$/;
    for (const program of programs) assert.match(program.trim(), known);
    assert.doesNotMatch(commands.join('\n'), /[^2]>|>(?!\/dev\/null)|\brm\b|\bmv\b|\bcp\b|-xf|modprobe|insmod/);
  });

  it('tells of loaded modules that are not what the next boot loads', () => {
    const planted = ['proc/modules', 'sys/module/orca_dma', 'sys/module/orca_ring'].map((name) => join(machine, name));
    writeFileSync(
      join(machine, 'proc/modules'),
      ['orca_dma', 'orca_ring', 'visitor'].map((name) => `${name} 16384 0 - Live 0x0000000000000000 (O)\n`).join(''),
    );
    for (const [name, change] of [
      ['orca_dma', 0],
      ['orca_ring', 1],
    ] as const) {
      const note = noteOf(join(machine, 'lib/modules', release, `updates/orca/${name}.ko`));
      note[16] = (note[16] as number) ^ change;
      const notes = join(machine, 'sys/module', name, 'notes');
      mkdirSync(notes, { recursive: true });
      writeFileSync(join(notes, '.note.gnu.build-id'), note);
    }
    try {
      const { findings } = JSON.parse(scan('board').out) as ScanReport;
      const loaded = findings.filter(({ rule }) => rule === 'loaded-module-differs');
      assert.deepEqual(
        loaded.map(({ path, message }) => [path, message.split(' ', 1)[0]]),
        [
          [`lib/modules/${release}`, 'visitor'],
          [`lib/modules/${release}/updates/orca/orca_ring.ko`, 'orca_ring'],
        ],
      );
    } finally {
      for (const name of planted) rmSync(name, { recursive: true });
    }
  });

  it('says which modules it was not allowed to copy', { skip: isRoot && 'root may read everything' }, () => {
    const locked = join(machine, 'lib/modules', release, 'updates/skua/skua_led.ko');
    chmodSync(locked, 0);
    try {
      const { status, out } = scan('board');
      const report = JSON.parse(out) as ScanReport;
      assert.equal(report.modules, 14);
      assert.match(report.unreadable.join('\n'), /skua_led\.ko: .*Permission denied/);
      assert.notEqual(status, 0);
    } finally {
      chmodSync(locked, 0o644);
    }
  });

  it('a key that is refused, a machine not known, one that does not answer, a name nobody has: one sentence each', () => {
    for (const [host, why] of [
      ['refused', /Permission denied/],
      ['stranger', /Host key verification failed|No ED25519 host key is known/],
      ['shut', /Connection refused/],
      ['nameless', /Could not resolve hostname/],
      ['-oProxyCommand=x', /no name of a machine/],
    ] as const) {
      const { status, out, err } = scan(host.startsWith('-') ? `=${host}`.slice(1) : host);
      assert.deepEqual([status, out], [2, ''], host);
      if (host.startsWith('-')) continue;
      assert.match(err, why, host);
      assert.match(
        err,
        /^vermagic scan: --ssh \w+: .+ has to work without a question first\.\nSee: vermagic scan --help\n$/,
      );
    }
  });

  it('a machine without modules of its kernel', () => {
    const place = join(machine, 'lib/modules', release);
    cpSync(place, join(folder, 'kept'), { recursive: true });
    rmSync(place, { recursive: true });
    try {
      const { status, err } = scan('board');
      assert.equal(status, 2);
      assert.match(
        err,
        new RegExp(`board runs ${release}, and has no lib/modules/${release}: no module can be loaded`),
      );
    } finally {
      cpSync(join(folder, 'kept'), place, { recursive: true });
    }
  });
});

/** The build id as the kernel shows it: note header, "GNU", the id. */
function noteOf(file: string): Buffer {
  const bytes = readFileSync(file);
  const at = bytes.indexOf(Buffer.from('\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0', 'latin1'));
  assert.ok(at > 0, `${file} has no build id`);
  return Buffer.from(bytes.subarray(at, at + 36));
}

function snapshot(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return `${name} ${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs}`;
    });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answered(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { status } = spawnSync('ssh-keyscan', ['-T', '1', '-p', String(port), '127.0.0.1'], { encoding: 'utf8' });
    if (status === 0) return;
    await wait(100);
  }
  throw new Error('sshd does not answer');
}
