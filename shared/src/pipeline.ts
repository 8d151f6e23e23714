/** Messages about the project's build phases; `protocol.ts` names the methods. */

export interface PipelineParams {
  /** URI of a workspace folder, or of anything in it. */
  readonly uri: string;
}

export interface TrustNotification {
  /** Until the client says `true`, here or as initialization option, nothing is run. */
  readonly trusted: boolean;
}

/** A file, and where in it. */
export interface PipelinePlace {
  readonly uri: string;
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
}

export interface ReasonReport {
  /** A sentence without its full stop. */
  readonly message: string;
  /** Where the change was made; null for what is in no file. */
  readonly place: PipelinePlace | null;
}

export interface PhaseReport {
  readonly name: string;
  readonly kind: string;
  readonly state: 'fresh' | 'stale' | 'unknown' | 'by-hand';
  /** Why it is stale. */
  readonly reasons: readonly ReasonReport[];
  /** It is being run now, by this server. */
  readonly running: boolean;
  /** When its last run began, in milliseconds since the epoch; null when none is recorded. */
  readonly timeMs: number | null;
  /** The log of its last run; null when there is none. */
  readonly log: string | null;
  readonly command: readonly string[];
  /** `podman · IMAGE`, or where else it runs. */
  readonly place: string;
  /** In a few words where it comes from, and the place there. */
  readonly why: string;
  readonly where: PipelinePlace;
  /** Writes a device: a person runs it. */
  readonly manual: boolean;
}

export interface PipelineReport {
  readonly rootUri: string;
  readonly source: 'vermagic.json' | 'detected';
  readonly phases: readonly PhaseReport[];
  readonly problems: readonly string[];
}

/** What is to be run; nothing named means everything that is stale. */
export interface RebuildParams {
  readonly uri: string;
  readonly phase?: string;
  /** URI of a module: the phases that make it. */
  readonly module?: string;
  /** With `module`: its own folder only, where no phase makes it. */
  readonly onlyModule?: boolean;
  readonly kind?: 'rootfs' | 'headers';
}

export interface RebuildPlanReport {
  readonly rootUri: string;
  readonly engine: string;
  readonly steps: readonly {
    readonly phase: string;
    /** Argument lists, as they will be run. */
    readonly commands: readonly (readonly string[])[];
    readonly cwd: string;
  }[];
  /** Sentences: what may not be run, and why. */
  readonly refused: readonly string[];
  /** Why nothing can be run at all. */
  readonly problem: string | null;
  /** Of all that will be run; what was shown to the user is run only while it stays the same. */
  readonly hash: string;
}

export interface RunRebuildParams extends RebuildParams {
  /** Chosen by the client; comes back with progress. */
  readonly run: string;
  /** Of the plan that the user saw. */
  readonly hash: string;
}

export interface BuildProgress {
  readonly run: string;
  readonly phase: string;
  readonly index: number;
  readonly total: number;
  /** Lines for the terminal, with paths of this machine. */
  readonly lines: readonly string[];
}

export interface BuildProblemReport {
  readonly uri: string | null;
  readonly range: {
    readonly start: { readonly line: number; readonly character: number };
    readonly end: { readonly line: number; readonly character: number };
  };
  readonly severity: 'error' | 'warning';
  readonly tool: 'gcc' | 'modpost' | 'kbuild';
  readonly message: string;
}

export interface RebuildReport {
  readonly status: 'done' | 'failed' | 'cancelled';
  readonly completed: readonly string[];
  readonly failedPhase: string | null;
  /** In a sentence or two. */
  readonly cause: string | null;
  readonly problems: readonly BuildProblemReport[];
  /** Findings of modules: gone, still there, brought by the run. */
  readonly vanished: number;
  readonly remaining: number;
  readonly added: number;
  /** The headers package does not fit the kernel just built: sentences. */
  readonly headers: readonly string[];
  /** Phases that are stale now. */
  readonly stale: readonly string[];
}

export interface PipelineText {
  readonly uri: string;
  readonly text: string;
  /** The file is there and has other content. */
  readonly exists: boolean;
}
