/** The JSON contracts of the command line, which the editor shows too. They may grow, never change. */

export interface FindingReport {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
  readonly symbol?: string;
  readonly expected?: string;
  readonly actual?: string;
}

export interface CheckReport {
  readonly module: {
    readonly path: string;
    readonly name: string | null;
    readonly vermagic: string | null;
    readonly compression: 'none' | 'gzip' | 'xz' | 'zstd';
    readonly srcversion: string | null;
  };
  readonly target: {
    readonly name: string;
    readonly release: string | null;
    readonly vermagic: string | null;
    readonly origins: readonly string[];
  };
  readonly verdict: 'loads' | 'refused' | 'undetermined';
  readonly errno: string | null;
  /** What the kernel logs in every case that the known facts leave open. */
  readonly dmesg: readonly string[];
  /** What it logs in only some of these cases, by the missing facts that decide it. Absent when `dmesg` is the whole log. */
  readonly possibleDmesg?: readonly {
    readonly dependsOn: readonly string[];
    readonly lines: readonly string[];
  }[];
  readonly taint: string;
  readonly findings: readonly FindingReport[];
  /** Findings left out, where a scan has thousands of modules that are not clean: `findings` then has each rule's first. */
  readonly moreFindings?: number;
  /** Each a sentence: the fact and how to supply it. */
  readonly missing: readonly string[];
}

export interface InspectReport {
  readonly path: string;
  readonly compression: 'none' | 'gzip' | 'xz' | 'zstd';
  readonly class: 32 | 64 | null;
  readonly endian: 'little' | 'big' | null;
  /** The architecture's name (`arm64`), or `e_machine N` for one not known here. */
  readonly machine: string | null;
  readonly modinfo: readonly (readonly [key: string, value: string])[];
  readonly versions: readonly { readonly symbol: string; readonly crc: string }[];
  readonly versionsFormat: 'classic' | 'flexible' | 'extended' | null;
  readonly exports: readonly {
    readonly symbol: string;
    readonly crc: string | null;
    readonly gplOnly: boolean;
    readonly namespace: string;
  }[];
  readonly imports: readonly { readonly symbol: string; readonly weak: boolean }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string | null;
    readonly description: string | null;
  }[];
  readonly signature: {
    readonly signer: string | null;
    readonly keyId: string | null;
    readonly hash: string | null;
    readonly id: string;
  } | null;
  readonly structModuleSize: number | null;
  readonly sections: readonly {
    readonly name: string;
    readonly type: number;
    readonly flags: string;
    readonly size: number;
  }[];
  readonly problems: readonly string[];
}

/** One word of a vermagic string, compared. */
export interface VermagicToken {
  /** `''` on the side that lacks it. */
  readonly module: string;
  readonly kernel: string;
  readonly same: boolean;
  /** False for the release of a module with CRCs: it differs without mattering. */
  readonly counts: boolean;
  /** The CONFIG_ option, make variable or architecture that makes this word; no sentence. */
  readonly maker: string;
  /** The same, and what to do about a difference. */
  readonly why: string;
}

/** One imported symbol against one target. */
export interface SymbolComparison {
  readonly symbol: string;
  /** CRC in the module, `0x…`. */
  readonly actual: string | null;
  /** CRC of the target. */
  readonly expected: string | null;
  readonly exporter: string | null;
  readonly state:
    | 'same'
    | 'crc-mismatch'
    | 'crc-missing'
    | 'unknown-symbol'
    | 'gpl-only-symbol'
    | 'namespace-not-imported';
}

/** What the `.ko` editor shows for one target. */
export interface TargetReport {
  readonly check: CheckReport;
  readonly tokens: readonly VermagicToken[];
  readonly symbols: readonly SymbolComparison[];
}

export interface ModuleReport {
  readonly uri: string;
  readonly inspect: InspectReport;
  /** The selected target first. Empty when no target is known. */
  readonly targets: readonly TargetReport[];
}

export interface TargetSummary {
  readonly name: string;
  readonly release: string | null;
  readonly vermagic: string | null;
  readonly architecture: string | null;
  readonly origins: readonly string[];
  /** How it came to be known: from the settings, `vermagic.json`, or a detected place. */
  readonly source: string;
  readonly problems: readonly string[];
}

/** A finding about a tree of modules, or about one of its files. */
export interface TreeFindingReport extends FindingReport {
  /** From the tree's folder. */
  readonly path: string;
}

/** The JSON of `vermagic scan`: one kernel's modules. */
export interface KernelScanReport {
  readonly target: CheckReport['target'];
  /** Files with modules that were looked at. */
  readonly modules: number;
  readonly loads: number;
  readonly refused: number;
  readonly undetermined: number;
  /** As `check` reports them; only those that are not clean. */
  readonly results: readonly CheckReport[];
  /** About the tree as a whole. */
  readonly findings: readonly TreeFindingReport[];
  /** Modules without a signature, or with one that the target does not know, where it does not insist on one. */
  readonly unsigned: number;
  /** Files and folders that could not be read, in one sentence each. */
  readonly unreadable: readonly string[];
  /** What the verdicts rest on beyond facts, in one sentence each. */
  readonly notes: readonly string[];
  /** Of a part of a scan: from this `merge` makes what only all parts together can say. */
  readonly tally?: TreeTally;
}

/** How many there are, and the first of them by path. */
export interface Counted {
  readonly count: number;
  readonly first: readonly string[];
}

/** What findings about a tree are made from that are about several of its modules at once. */
export interface TreeTally {
  /** The modules' folder, as paths of findings begin with it; '' for the tree itself. */
  readonly folder: string;
  /** Name of the folder under `lib/modules`. */
  readonly release?: string;
  /** The kernel that is compared with, and where that is known from. */
  readonly target?: { readonly release: string; readonly label: string };
  readonly expected?: { readonly vermagic: string; readonly label: string };
  /** The modules by their vermagic. */
  readonly vermagics: readonly { readonly vermagic: string; readonly by: Counted }[];
  /** Modules that are not in the tree, and what others import of them. */
  readonly providers: readonly { readonly name: string; readonly by: Counted; readonly symbols: readonly string[] }[];
  /** Modules that are not in the tree and stand in `depends=` of others. */
  readonly depends: readonly { readonly name: string; readonly by: Counted }[];
  /** Modules whose signatures were taken for good. */
  readonly assumed: number;
  /** Of the rules about several modules, where it is not the rule's own. */
  readonly levels: Readonly<Record<string, TreeFindingReport['severity'] | 'off'>>;
}

/** The JSON of `vermagic scan`. With several kernels in one tree the numbers are sums, and `kernels` has each. */
export interface ScanReport extends KernelScanReport {
  readonly durationMs: number;
  readonly kernels?: readonly KernelScanReport[];
  /** Which part of the modules this is. */
  readonly shard?: { readonly index: number; readonly count: number };
}
