import { identityMap } from '../source-map.ts';
import type { TextDocument } from '../text-document.ts';
import type { EmbeddedScript } from './embedded-script.ts';

/** Everything that a file runs, in the order of the file. A shell script is its own and only script. */
export function embeddedScripts(document: TextDocument): readonly EmbeddedScript[] {
  switch (document.kind) {
    case 'shell':
      return [{ script: { text: document.text, map: identityMap } }];
    default:
      return [];
  }
}
