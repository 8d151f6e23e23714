import type { Decompressor } from './decompressor.ts';
import type { FileSystem } from './file-system.ts';
import type { Logger } from './logger.ts';

/** What the core needs of the outside. */
export interface Ports {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
  readonly logger: Logger;
}
