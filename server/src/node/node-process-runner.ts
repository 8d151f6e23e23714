import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { limits } from '../limits.ts';
import type { ProcessFailure, ProcessOptions, ProcessResult, ProcessRunner } from '../ports/process-runner.ts';

/** Between the polite signal and the one that nobody can refuse. */
const graceMs = 3_000;

/** Programs of this machine, each in a process group of its own, which is ended as a whole. */
export class NodeProcessRunner implements ProcessRunner {
  run(argv: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
    const [program, ...rest] = argv;
    if (program === undefined || argv.some((word) => word.includes('\0'))) return Promise.resolve(neverRan('io'));
    if (options.signal?.aborted) return Promise.resolve(neverRan('cancelled'));
    return new Promise((resolve) => start(program, rest, options, resolve));
  }
}

function start(
  program: string,
  rest: readonly string[],
  options: ProcessOptions,
  resolve: (result: ProcessResult) => void,
): void {
  let child: ChildProcess;
  try {
    child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (error) {
    resolve(neverRan(failureOf(error, options)));
    return;
  }
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output[stream] = (output[stream] + text).slice(-limits.processOutput);
      options.onOutput?.(text, stream);
    });
  }
  let failure: ProcessFailure | undefined;
  let grace: NodeJS.Timeout | undefined;
  const end = (why: ProcessFailure) => {
    if (failure) return;
    failure = why;
    killGroup(child, 'SIGTERM');
    grace = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
  };
  const abort = () => end('cancelled');
  options.signal?.addEventListener('abort', abort, { once: true });
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => end('timeout'), options.timeoutMs);
  const settle = (result: Omit<ProcessResult, 'stdout' | 'stderr'>) => {
    clearTimeout(timer);
    clearTimeout(grace);
    options.signal?.removeEventListener('abort', abort);
    // What the program left behind in its group goes too, when it was ended by us.
    if (failure) killGroup(child, 'SIGKILL');
    resolve({ ...result, ...output });
  };
  child.once('error', (error) => {
    if (child.pid === undefined) settle({ status: undefined, endedBy: undefined, failure: failureOf(error, options) });
  });
  // A grandchild that keeps the pipe open must not keep us waiting once we ended the group.
  child.once('exit', () => {
    if (failure) killGroup(child, 'SIGKILL');
  });
  child.once('close', (code, signal) => settle({ status: code ?? undefined, endedBy: signal ?? undefined, failure }));
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

function neverRan(failure: ProcessFailure): ProcessResult {
  return { status: undefined, endedBy: undefined, failure, stdout: '', stderr: '' };
}

function failureOf(error: unknown, options: ProcessOptions): ProcessFailure {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES') return 'no-permission';
  if (code === 'ENOTDIR') return 'bad-folder';
  // spawn says ENOENT for the program and for the folder alike.
  if (code === 'ENOENT') return options.cwd !== undefined && !isFolder(options.cwd) ? 'bad-folder' : 'not-found';
  return 'io';
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
