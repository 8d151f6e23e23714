import type { RuleId } from '../../findings/registry.ts';
import type { FileWrite, ShellCommand } from '../../text/shell/shell-command.ts';
import type { SourceMap } from '../../text/source-map.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Policy } from '../policy.ts';
import type { Found } from '../text-rule.ts';
import type { ScriptEdits } from './script-edits.ts';
import type { WrittenPreferences } from './written-preferences.ts';

/** What a document makes a machine do, in order: its commands with everything around them taken away, and the files it writes. */
export interface ScriptFacts {
  readonly document: TextDocument;
  readonly policy: Policy;
  readonly commands: readonly ShellCommand[];
  readonly writes: readonly FileWrite[];
  /** Apt preferences: the document itself, or files that its commands write. */
  readonly preferences: readonly WrittenPreferences[];
  /** Texts of other files of the project, by their path as the document writes it. */
  readonly provided: ReadonlyMap<string, string>;
  /** The same document with what it takes from other files; places in those are places of the command that takes them. */
  readonly whole?: ScriptFacts;
  /** From places in all of these to places in the document; what a rule finds is moved by it. */
  readonly places: SourceMap;
  readonly edits: ScriptEdits;
}

export interface ScriptRule {
  readonly rule: RuleId;
  /** What is found has places of the facts, its edits (made by `facts.edits`) have places of the document. */
  check(facts: ScriptFacts): Iterable<Found>;
}

/** One case of a rule: a text in which `⟦…⟧` marks what has to be found. No mark: nothing may be found. */
export interface RuleExample {
  readonly name: string;
  /** Path of the file; a shell script when absent. */
  readonly path?: string;
  readonly text: string;
  /** What the text becomes when the first edit of the first finding is made. */
  readonly fixed?: string;
  /** Words of the first finding's message. */
  readonly says?: string;
  /** The `vermagic.json` policy of the case. */
  readonly policy?: import('../policy.ts').PolicySource;
}
