import type { Severity } from '../findings/finding.ts';
import type { RuleId } from '../findings/registry.ts';

/**
 * An example of a rule: it explains the rule and is its test. Examples lie beside their rule as
 * `<rule>.examples.ts`; nothing but tests imports them.
 */
export interface RuleExample {
  readonly rule: RuleId;
  /** What the example shows, as a sentence. */
  readonly shows: string;
  /** Absolute path of the file; it decides the kind. */
  readonly path: string;
  readonly text: string;
  /** Empty: the rule has to keep quiet. */
  readonly finds: readonly ExampleFinding[];
  /** Other files there are, by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly target?: ExampleTarget;
  /** Folder of a kernel source among `files`, whose Kconfig tree counts. */
  readonly kernelSource?: string;
}

export interface ExampleFinding {
  /** The text that is marked. */
  readonly at: string;
  /** 1-based line, where the text occurs more than once. */
  readonly line?: number;
  /** Words of the message. */
  readonly says: string;
  /** Severity under the default levels. */
  readonly severity?: Severity;
  /** The whole file after the first fix. */
  readonly fixed?: string;
  /** There is no fix. */
  readonly noFix?: true;
}

export interface ExampleTarget {
  readonly name: string;
  readonly vermagic: string;
  /** `6.1.192`; absent: read from the release. */
  readonly version?: string;
  readonly architecture?: 'x86_64' | 'arm64';
  /** Exported symbols, all of vmlinux; `name@NAMESPACE` for one of a namespace. */
  readonly symbols?: readonly string[];
}
