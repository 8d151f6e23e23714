import type { Decompressor } from './decompressor.ts';
import type { FileSystem } from './file-system.ts';
import type { FileWriter } from './file-writer.ts';
import type { GrammarLoader } from './grammar-loader.ts';
import type { Logger } from './logger.ts';
import type { ProcessRunner } from './process-runner.ts';
import type { RunJournal } from './run-journal.ts';

/** What the core needs of the outside. */
export interface Ports {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
  readonly grammars: GrammarLoader;
  readonly logger: Logger;
  /** Absent where no program can be run (a browser). */
  readonly processes?: ProcessRunner;
  /** Absent where no program can be run, and in tests that do without. */
  readonly journal?: RunJournal;
  /** Absent where nothing is written. */
  readonly writer?: FileWriter;
}
