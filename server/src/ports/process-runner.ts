export interface ProcessOptions {
  /** Absolute path. */
  readonly cwd?: string;
  /** Added to the environment of this process; nothing of it is expanded. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborting ends the program and everything it started. */
  readonly signal?: AbortSignal;
  /** Output as it comes, both streams, in parts of any length. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  readonly timeoutMs?: number;
  /** Called with the id of the process, which leads a process group of its own. */
  readonly onStart?: (pid: number) => void;
}

/** Why a program did not end by itself; `undefined` when it did. */
export type ProcessFailure =
  | 'not-found'
  | 'no-permission'
  | 'bad-folder'
  | 'cancelled'
  | 'timeout'
  | 'io'
  | 'untrusted';

export interface ProcessResult {
  /** Exit status; `undefined` when it was ended by a signal or never started. */
  readonly status: number | undefined;
  /** `SIGKILL` and the like. */
  readonly endedBy: string | undefined;
  readonly failure: ProcessFailure | undefined;
  /** Standard output and standard error, each the last `limits.processOutput` characters. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs programs of this machine. `argv` is handed over as it is: no shell reads it. Never throws. */
export interface ProcessRunner {
  run(argv: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
}
