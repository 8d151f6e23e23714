import type { ScanReport } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import type { Arguments, OptionHelp } from './command.ts';

/** Options that `scan` and `preflight` share. */
export const scanOptions = {
  'no-cache': { type: 'boolean', help: 'look at every file, also where nothing changed since the last scan' },
  jobs: { type: 'string', short: 'j', operand: 'N', help: 'threads (default: one for each core, at most 8)' },
  verbose: { type: 'boolean', short: 'v', help: 'every finding in full (text format)' },
} as const satisfies Record<string, OptionHelp>;

/** More threads wait for the disk and take memory only. */
const mostThreads = 8;

export function threadsOf(args: Arguments, io: CliIo): number {
  const asked = args.value('jobs');
  if (asked === undefined) return Math.max(1, Math.min(mostThreads, io.platform?.cores ?? 1));
  if (!/^[1-9]\d?$/.test(asked)) throw new UsageError(`--jobs takes a number from 1 to 99, not '${asked}'.`);
  return Number(asked);
}

/** `2/8`: the second of eight parts. */
export function shardOf(args: Arguments): { readonly index: number; readonly count: number } | undefined {
  const asked = args.value('shard');
  if (asked === undefined) return undefined;
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(asked) ?? [];
  if (index === undefined || count === undefined || Number(index) < 1 || Number(index) > Number(count)) {
    throw new UsageError(`--shard takes I/N with 1 ≤ I ≤ N, not '${asked}'.`);
  }
  return { index: Number(index), count: Number(count) };
}

/** What is over in the blink of an eye needs no line. */
const silentMs = 300;

/** Shows on a terminal how far a scan is: how many, how fast, how long still. */
export class ProgressLine {
  readonly #io: CliIo;
  readonly #waiting: ReturnType<typeof setTimeout> | undefined;
  /** Where the phase that is counted now began: reading the kernel first must not make the modules look slow. */
  #phase = { total: 0, done: 0, startMs: 0 };
  #latest = 0;
  #shown = false;
  #forget: (() => void) | undefined;

  constructor(io: CliIo) {
    this.#io = io;
    if (!io.progress) return;
    this.#waiting = setTimeout(() => this.#print('reading the kernel and the list of its modules'), silentMs);
    this.#waiting.unref();
    this.#forget = io.onInterrupt?.(() => this.clear());
  }

  /** `undefined` where nobody would see it. */
  get report(): ((done: number, total: number) => void) | undefined {
    return this.#io.progress ? (done, total) => this.#show(done, total) : undefined;
  }

  clear(): void {
    clearTimeout(this.#waiting);
    if (this.#shown) this.#io.err('\r\u001b[K');
    this.#shown = false;
    this.#forget?.();
    this.#forget = undefined;
  }

  #show(done: number, total: number): void {
    clearTimeout(this.#waiting);
    const now = performance.now();
    if (total !== this.#phase.total || done < this.#latest) this.#phase = { total, done, startMs: now };
    this.#latest = done;
    const elapsedMs = now - this.#phase.startMs;
    if (elapsedMs < silentMs || done === this.#phase.done) return;
    const rate = ((done - this.#phase.done) * 1000) / elapsedMs;
    const shownRate = rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
    this.#print(
      `${done} of ${counted(total, 'module')}, ${shownRate} a second, ${duration((total - done) / rate)} left`,
    );
  }

  #print(text: string): void {
    this.#shown = true;
    this.#io.err(`\r\u001b[K${text.slice(0, Math.max(1, (this.#io.progressColumns ?? this.#io.columns) - 1))}`);
  }
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What was not looked at makes the rest a part of an answer: that comes before what is wrong with the rest. */
export function statusOfScan(report: ScanReport): number {
  const nothing = report.modules === 0 && report.shard === undefined;
  if (report.unreadable.length > 0 || nothing) return exitStatus.usage;
  return hasErrors(report) ? exitStatus.findings : exitStatus.clean;
}

function hasErrors(report: ScanReport): boolean {
  return (
    report.refused > 0 ||
    report.undetermined > 0 ||
    report.results.some((result) => result.findings.some((finding) => finding.severity === 'error')) ||
    report.findings.some((finding) => finding.severity === 'error')
  );
}
