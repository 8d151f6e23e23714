import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InitramfsFile, initramfs } from './initramfs.ts';
import { type JudgeKernel, kernelFile } from './judge-kernel.ts';

/** One load as the guest runs it. Paths are those inside the initramfs. */
export interface GuestCase {
  readonly id: string;
  readonly flags: number;
  readonly path: string;
  readonly parameters: string;
  readonly before: readonly string[];
}

/** What the kernel said of one case. */
export interface KernelAnswer {
  /** 0 or the errno's number. `undefined`: the kernel died on it. */
  readonly errno: number | undefined;
  /** Lines of /dev/kmsg, in order. */
  readonly dmesg: readonly string[];
  /** `/sys/module/NAME/taint`, when it loaded. */
  readonly taint: string | undefined;
  /** `/proc/sys/kernel/tainted` before and after. */
  readonly tainted: readonly [number, number];
  /** Errors of modules to be loaded before, and modules that could not be unloaded after. */
  readonly trouble: readonly string[];
}

export const bootTimeoutMs = 240_000;

/** qemu's arguments: software emulation of a plain machine, console on standard output. */
function qemu(kernel: JudgeKernel, initrd: string, commandLine: string): [string, string[]] {
  const common = ['-nographic', '-no-reboot', '-m', '1024', '-kernel', kernelFile(kernel), '-initrd', initrd];
  // Without printk.devkmsg=on the kernel drops the marks that init writes to its log, beyond ten in five seconds.
  const quiet = 'panic=-1 quiet loglevel=0 log_buf_len=4M printk.devkmsg=on';
  return kernel.architecture === 'arm64'
    ? [
        'qemu-system-aarch64',
        ['-M', 'virt', '-cpu', 'cortex-a57', ...common, '-append', `console=ttyAMA0 ${quiet} ${commandLine}`],
      ]
    : ['qemu-system-x86_64', ['-cpu', 'max', ...common, '-append', `console=ttyS0 ${quiet} ${commandLine}`]];
}

interface GuestRun {
  readonly console: string;
  /** It was killed for taking too long: an unfinished case says nothing of the kernel then. */
  readonly timedOut: boolean;
}

function runGuest(command: string, args: readonly string[]): Promise<GuestRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, bootTimeoutMs);
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ console: output, timedOut });
    });
  });
}

/** kmsg escapes what is not printable; `\x7f` is the first byte of an ELF file. */
function unescapeKmsg(text: string): string {
  return text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

interface Reading {
  readonly answers: Map<string, KernelAnswer>;
  /** The case that was begun and not ended. */
  readonly unfinished: string | undefined;
  readonly ready: boolean;
}

export function readConsole(output: string): Reading {
  const answers = new Map<string, KernelAnswer>();
  let unfinished: string | undefined;
  let ready = false;
  let errno = 0;
  let taint: string | undefined;
  let tainted: [number, number] = [0, 0];
  let dmesg: string[] = [];
  let trouble: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    const [tag, first = '', second = ''] = line.split('\t');
    if (tag === '@ready') ready = true;
    else if (tag === '@case') {
      unfinished = first;
      [errno, taint, tainted, dmesg, trouble] = [0, undefined, [0, 0], [], []];
    } else if (tag === '@before') trouble.push(`${first} before it: errno ${second}`);
    else if (tag === '@stays') trouble.push(`${first} cannot be unloaded: errno ${second}`);
    else if (tag === '@errno') errno = Number(first);
    else if (tag === '@kmsg') dmesg.push(unescapeKmsg(line.slice('@kmsg\t'.length)));
    else if (tag === '@tainted') tainted = [Number(first), Number(second)];
    else if (tag === '@module') taint = second;
    else if (tag === '@end' && unfinished === first) {
      answers.set(first, { errno, dmesg, taint, tainted, trouble });
      unfinished = undefined;
    }
  }
  return { answers, unfinished, ready };
}

/**
 * Boots `kernel` with the cases and returns its answers. A case that kills the kernel is recorded as such, and the
 * rest is run in another boot.
 */
export async function judge(
  kernel: JudgeKernel,
  cases: readonly GuestCase[],
  files: readonly InitramfsFile[],
  commandLine: string,
  scratch: string,
): Promise<Map<string, KernelAnswer>> {
  const answers = new Map<string, KernelAnswer>();
  let left = [...cases];
  while (left.length > 0) {
    const list = left.map((one) => [one.id, one.flags, one.path, one.parameters, one.before.join(',')].join('\t'));
    const initrd = join(scratch, 'initrd');
    writeFileSync(
      initrd,
      initramfs([...files, { path: 'cases', mode: 0o100644, bytes: Buffer.from(`${list.join('\n')}\n`) }]),
    );
    const { console, timedOut } = await runGuest(...qemu(kernel, initrd, commandLine));
    writeFileSync(join(scratch, 'console.log'), console, 'latin1');
    const reading = readConsole(console);
    if (!reading.ready) throw new Error(`${kernel.name} did not reach the cases: ${console.slice(-500)}`);
    for (const [id, answer] of reading.answers) answers.set(id, answer);
    if (reading.unfinished !== undefined && !timedOut) {
      answers.set(reading.unfinished, { errno: undefined, dmesg: [], taint: undefined, tainted: [0, 0], trouble: [] });
    }
    const before = left.length;
    left = left.filter((one) => !answers.has(one.id));
    if (left.length === before) throw new Error(`${kernel.name} answered no case: ${console.slice(-500)}`);
  }
  return answers;
}
