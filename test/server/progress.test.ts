/** The progress line of `vermagic scan` on a real terminal (a pty of python3): what stands on it, in any width, and after Ctrl-C. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const modules = 4000;

/** Runs a program on a terminal of that width; prints what it wrote, how it ended, and how long that took after Ctrl-C. */
const terminal = `
import fcntl, json, os, pty, signal, struct, sys, termios, time
columns, interrupt, to_file, *command = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(columns), 0, 0))
    if to_file: os.dup2(os.open(to_file, os.O_WRONLY | os.O_CREAT), 1)
    os.execv(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, int(columns), 0, 0))
signal.alarm(110)
seen, sent = b'', 0
while True:
    try: part = os.read(fd, 65536)
    except OSError: break
    if not part: break
    seen += part
    if interrupt and not sent and b' a second' in seen:
        os.write(fd, b'\\x03')
        sent = time.time()
_, status = os.waitpid(pid, 0)
print(json.dumps({'seen': seen.decode(), 'signal': status & 127, 'status': status >> 8, 'ms': (time.time() - sent) * 1000 if sent else 0}))
`;

interface Seen {
  readonly seen: string;
  readonly signal: number;
  readonly status: number;
  /** From Ctrl-C to the end. */
  readonly ms: number;
}

const absent =
  spawnSync('python3', ['-c', 'import pty']).status !== 0 && 'there is no python3 here to make a terminal with';

describe('the progress line', { skip: absent }, () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-progress-'));
    const tree = join(folder, 'rootfs/lib/modules/6.1.0-56-amd64/extra');
    mkdirSync(tree, { recursive: true });
    const first = join(tree, 'm0.ko');
    copyFileSync(join(root, 'test/fixtures/modules/6.1-amd64/listener.ko'), first);
    for (let at = 1; at < modules; at++) linkSync(first, join(tree, `m${at}.ko`));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function onTerminal(columns: number, options: { interrupt?: boolean; to?: string } = {}): Seen {
    const command = [process.execPath, cli, 'scan', '--rootfs', 'rootfs'];
    const args = ['-c', terminal, String(columns), options.interrupt ? 'yes' : '', options.to ?? '', ...command];
    const { stdout, stderr } = spawnSync('python3', args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: folder },
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as Seen;
  }

  /** What stood on the line, one after the other; the report, which ends with a newline, is none. */
  const lines = (seen: string) =>
    seen
      .split('\r\u001b[K')
      .filter((text) => text !== '' && !text.includes('\n'))
      .map((text) => text.replace(/\^C$/, ''));

  it('tells how many, how fast and how long still, and is gone when the report comes', () => {
    const { seen, status } = onTerminal(100);
    const counting = lines(seen).filter((text) => / a second/.test(text));
    assert.ok(counting.length >= 3, seen.slice(0, 500));
    for (const text of counting) {
      const [, done, all, rate] =
        /^(\d+) of (\d+) modules, ([\d.]+) a second, (?:\d+ h )?(?:\d+ min )?(?:\d+ s )?left$/.exec(text) ?? [];
      assert.ok(done !== undefined, text);
      assert.equal(Number(all), modules);
      assert.ok(Number(done) <= modules && Number(rate) > 0, text);
    }
    const done = counting.map((text) => Number.parseInt(text, 10));
    assert.ok((done.at(-1) ?? 0) > (done[0] ?? 0), done.join(' '));
    const report = seen.slice(seen.lastIndexOf('\u001b[K') + 3);
    assert.doesNotMatch(report, /a second/);
    assert.match(report, /4000 modules/);
    assert.notEqual(status, 2);
  });

  for (const [columns, to] of [
    [40, ''],
    [40, 'report.txt'],
    [12, ''],
  ] as const) {
    it(`keeps to one row of ${columns} columns${to === '' ? '' : ', also with the report in a file'}`, () => {
      const { seen } = onTerminal(columns, { to });
      const shown = lines(seen);
      assert.ok(
        shown.some((text) => /^\d+ of \d+/.test(text)),
        seen.slice(0, 300),
      );
      for (const text of shown) assert.ok(text.length < columns, `${text.length} characters: ${text}`);
      if (to !== '') assert.ok(seen.endsWith('\r\u001b[K'), JSON.stringify(seen.slice(-60)));
    });
  }

  it('leaves a clean line and nothing behind when Ctrl-C ends the scan', () => {
    rmSync(join(folder, 'cache'), { recursive: true, force: true });
    const { seen, signal, ms } = onTerminal(100, { interrupt: true });
    assert.equal(signal, 2, seen.slice(-200));
    assert.ok(seen.endsWith('\r\u001b[K'), JSON.stringify(seen.slice(-80)));
    assert.ok(ms < 3000, `it took ${Math.round(ms)} ms`);
    assert.equal(existsSync(join(folder, 'cache')), false);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== 'report.txt'),
      ['rootfs'],
    );
  });
});
