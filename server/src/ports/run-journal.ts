/** A run of a build phase while it lasts. */
export interface RunRecord {
  /** Of this run: hexadecimal digits. */
  readonly id: string;
  readonly phase: string;
  /** Absolute path of the project's folder on this machine. */
  readonly folder: string;
  /** As engines are named in `vermagic.json`. */
  readonly engine: string;
  /** The container's name, where we started it. */
  readonly container: string | undefined;
  /** Absolute path of the devcontainer's folder, where it runs in one. */
  readonly devcontainer?: string | undefined;
  /** Containers that ran before it, where the project's own command starts one. */
  readonly before: readonly string[];
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
}

export interface JournalEntry {
  readonly record: RunRecord;
  /** Id of the process that started it. */
  readonly owner: number;
  /** Whether that process is there; otherwise nobody watches the run any more. */
  readonly watched: boolean;
}

/**
 * What runs now, kept outside of every workspace, so that a build whose Vermagic was killed is found by the next one.
 * Never throws: a build is not refused because it cannot be noted down.
 */
export interface RunJournal {
  begin(record: RunRecord): Promise<void>;
  /** The program of a run has started; it leads a process group of its own. */
  started(id: string, pid: number): Promise<void>;
  end(id: string): Promise<void>;
  /** Runs of this machine and user, our own left out. */
  others(): Promise<readonly JournalEntry[]>;
  /** Ends what is left of the program of a run that nobody watches; false when nothing was left. */
  endProgram(id: string): Promise<boolean>;
}
