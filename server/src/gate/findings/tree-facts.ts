import type { Severity } from '../../findings/finding.ts';
import type { RuleId } from '../../findings/registry.ts';
import type { KernelPart } from '../../kernel/kernel-part.ts';
import type { TargetKernel } from '../../kernel/target-kernel.ts';
import type { Decompressor } from '../../ports/decompressor.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Policy } from '../../rules/policy.ts';
import type { ShellParser } from '../../text/shell/shell-parser.ts';
import type { TreeModule } from '../list-modules.ts';
import type { ModuleScan } from '../scan-modules.ts';

/** A finding about a tree of modules; `path` is from the tree's root. */
export interface TreeFinding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly path: string;
  readonly message: string;
  readonly symbol?: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** One kernel's modules in a tree, after they were looked at. */
export interface ScannedKernel {
  readonly target: TargetKernel;
  /** Name of the folder under `lib/modules`; `undefined` where there is no such folder. */
  readonly release: string | undefined;
  /** Path of the modules' folder from the root: `lib/modules/6.1.0`; '' for the root itself. */
  readonly folder: string;
  readonly modules: readonly TreeModule[];
  readonly scan: ModuleScan;
  /** How many different vermagics all modules of the folder have, where the scan looked at a part of them. */
  readonly vermagicsOfAll?: number;
}

/** What the findings about a tree are made from. */
export interface TreeFacts {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
  readonly root: string;
  /** `root` is that of a running machine, or a copy of it, with /proc and /sys. */
  readonly live: boolean;
  readonly kernels: readonly ScannedKernel[];
  /** Folders besides the root in which the project may have written down what it expects. */
  readonly markerFolders: readonly string[];
  readonly policy: Policy;
  /** Reads a kernel image; `undefined` for a file that is none. */
  readImage(uri: string): Promise<KernelPart | undefined>;
  /** The parser for scripts; `undefined` where its grammar cannot be loaded. */
  readShell(): Promise<ShellParser | undefined>;
}

export function inFolder(kernel: ScannedKernel, path: string): string {
  return kernel.folder === '' ? path : `${kernel.folder}/${path}`;
}

/** "a, b, c and 4 more". */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Whether what is known of the kernel's vermagic was read from nothing but a module. */
export function isFromModule(target: TargetKernel): boolean {
  return target.vermagic !== undefined && /\.ko(?:\.\w+)?$/.test(target.vermagic.origin.uri ?? '');
}
