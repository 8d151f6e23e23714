import type { TextRange } from '../findings/finding.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri, parentUri } from '../ports/uri.ts';
import { kbuildModel } from '../text/kbuild-modules.ts';
import { parseKbuild } from '../text/kbuild-syntax.ts';
import { LineIndex } from '../text/line-index.ts';

/** One module of a Kbuild file, for the outline, the line above it and links. */
export interface OutlinedModule {
  /** `metis.ko`. */
  readonly name: string;
  /** The word that names it. */
  readonly range: TextRange;
  /** The module file, where a build would put it. */
  readonly moduleUri: string;
  readonly built: boolean;
  /** Objects and the sources that make them. */
  readonly parts: readonly OutlinedPart[];
}

export interface OutlinedPart {
  readonly object: string;
  readonly range: TextRange;
  /** `undefined` when no source is there. */
  readonly sourceUri: string | undefined;
}

/** The modules that a Kbuild file builds, linked to their sources and to the built files. */
export async function outlineKbuild(files: FileSystem, uri: string, text: string): Promise<OutlinedModule[]> {
  const lines = new LineIndex(text);
  const folder = parentUri(uri);
  const modules: OutlinedModule[] = [];
  for (const module of kbuildModel(parseKbuild(text)).modules) {
    const parts: OutlinedPart[] = [];
    for (const part of module.objects) {
      const sourceUri = part.text.includes('$') ? undefined : await sourceOf(files, joinUri(folder, part.text));
      parts.push({ object: part.text, range: lines.range(part.start, part.end), sourceUri });
    }
    const moduleUri = joinUri(folder, module.target);
    modules.push({
      name: module.target,
      range: lines.range(module.word.start, module.word.end),
      moduleUri,
      built: await isFile(files, moduleUri),
      parts,
    });
  }
  return modules;
}

async function sourceOf(files: FileSystem, object: string): Promise<string | undefined> {
  for (const ending of ['.c', '.S', '.rs']) {
    const source = object.replace(/\.o$/, ending);
    if (await isFile(files, source)) return source;
  }
  return undefined;
}

async function isFile(files: FileSystem, uri: string): Promise<boolean> {
  const stat = await files.stat(uri).catch(() => undefined);
  return stat?.type === 'file';
}
