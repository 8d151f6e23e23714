import type { MappedText, SourceMap, TextSpan } from '../source-map.ts';
import type { Word, WordPart } from './word.ts';

/** Where a command runs, seen from the script. */
export type Place =
  | { readonly kind: 'here' }
  | { readonly kind: 'chroot' | 'remote' | 'container'; readonly where: string };

/** A simple command as it will run: wrappers, variables and functions taken away. */
export interface ShellCommand extends TextSpan {
  /** Base name of the program. */
  readonly name: string;
  /** The program, then its arguments. */
  readonly argv: readonly Word[];
  /** Variables set for this command, and exported ones. */
  readonly environment: ReadonlyMap<string, readonly WordPart[]>;
  /** The simple command with the wrappers before it (`sudo …`), as written. */
  readonly whole: TextSpan;
  /** Name of the outermost program of `whole`. */
  readonly wrapper: string;
  readonly place: Place;
  /** The folder it runs in, seen from where the script starts (`''`); `undefined` when the script does not say. */
  readonly folder: string | undefined;
  /** The program is an applet of this multi-call binary. */
  readonly applet?: 'busybox' | 'toybox';
  /** Commands whose output is this one's input, or whose output became arguments. */
  readonly upstream: readonly ShellCommand[];
  /** Position in the order of running. */
  readonly order: number;
  /** Written inside a quoted string of another command (`sh -c '…'`). */
  readonly inString: boolean;
  /** In a condition, a branch or a loop, or one of several readings of its words: may not run. */
  readonly conditional: boolean;
}

/** A file that the script writes. */
export interface FileWrite {
  /** `undefined` parts make the path a pattern (see `unknownMark`). */
  readonly path: Word;
  /** `undefined` when the script does not say what is written. */
  readonly content: MappedText | undefined;
  readonly append: boolean;
  readonly place: Place;
  readonly order: number;
  /** The command that writes. */
  readonly whole: TextSpan;
  /** As for a command. */
  readonly conditional: boolean;
}

/** All that a script does, in order. */
export interface ScriptRun {
  readonly commands: readonly ShellCommand[];
  readonly writes: readonly FileWrite[];
  /**
   * From the places in `commands` and `writes` to those in the document. In an edited document these differ: a statement
   * keeps its own places while the text around it moves, so that what is known of it stays known.
   */
  readonly places: SourceMap;
  /** A cap was reached: there may be more. */
  readonly truncated: boolean;
}

export const here: Place = { kind: 'here' };

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
