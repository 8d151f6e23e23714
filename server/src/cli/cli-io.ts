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
  /** Absolute path that relative operands count from. */
  readonly cwd: string;
}

/** Exit status of every command. */
export const exitStatus = { clean: 0, findings: 1, usage: 2 } as const;

/** Bad usage or unreadable input: printed as one sentence, exit status 2. */
export class UsageError extends Error {}
