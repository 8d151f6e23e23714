import type { Reading } from '../elf/reading.ts';
import type { Logger } from '../ports/logger.ts';
import type { ScanCache } from '../ports/scan-cache.ts';
import type { ScanPool } from '../ports/scan-pool.ts';
import type { ThreadReader } from '../service/scan-thread.ts';

/** What only scans, and whatever else looks at thousands of files, use of the machine. */
export interface ScanPlatform {
  readonly cores: number;
  startThreads(count: number): ScanPool;
  createReader(): ThreadReader;
  createCache(logger: Logger): ScanCache;
  /** Reads the few ranges of a file that a reading asks for; `undefined` where it cannot be read so. */
  readRanges<T>(uri: string, reading: Reading<T>): T | undefined;
  /** `uname -r` of this machine; `undefined` where it is no Linux. */
  readonly release: string | undefined;
  /** Copies what a scan reads of another machine, by the user's own ssh; `dispose` removes the copy. */
  mirror(
    host: string,
    say: (message: string) => void,
  ): Promise<
    | { readonly root: string; readonly release: string; readonly problems: readonly string[]; dispose(): void }
    | { readonly problem: string }
  >;
  /** Whole or not at all. Throws an Error that says why not. */
  writeFile(path: string, text: string): Promise<void>;
}

/** The terminal, as the commands see it: tests hand in their own. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Whether standard output is a terminal that shows colours (NO_COLOR and TERM=dumb heeded). */
  readonly colour: boolean;
  /** Whether standard error is a terminal, where progress may be shown. */
  readonly progress: boolean;
  /** Width of the terminal, 120 where there is none. */
  readonly columns: number;
  /** Width of the terminal at standard error, where progress is shown; `columns` where it is not known. */
  readonly progressColumns?: number;
  /** Runs `clean` when the user interrupts, before the program ends of it; until what is returned is called. */
  onInterrupt?(clean: () => void): () => void;
  /** Absolute path that relative operands count from. */
  readonly cwd: string;
  /** Absent in tests that do without. */
  readonly platform?: ScanPlatform;
}

/** Exit status of every command. */
export const exitStatus = { clean: 0, findings: 1, usage: 2 } as const;

/** Bad usage or unreadable input: printed as one sentence, exit status 2. */
export class UsageError extends Error {}
