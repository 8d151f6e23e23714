import type { FileKind } from './file-kind.ts';
import type { LineIndex } from './line-index.ts';

/** One text file as the rules see it. */
export interface TextDocument {
  readonly uri: string;
  readonly kind: FileKind;
  readonly text: string;
  readonly lines: LineIndex;
}
