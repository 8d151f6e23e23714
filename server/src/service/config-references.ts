import type { Location } from '../findings/finding.ts';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import type { KconfigTree } from '../text/kconfig-tree.ts';
import { LineIndex } from '../text/line-index.ts';

/** Files read at once. */
const batch = 64;

/**
 * Every mention of a symbol in the tree's Kconfig files and in the Makefiles beside them. Sources are not searched: C files are
 * some fifty times as many. Cost: one read of each of these files, about half a second for all of Linux.
 */
export async function configReferences(files: FileSystem, tree: KconfigTree, name: string): Promise<Location[]> {
  const kconfigs = new Set<string>();
  for (const symbol of tree.symbols.values()) for (const { path } of symbol.definitions) kconfigs.add(path);
  const folders = new Set([...kconfigs].map((path) => path.replace(/[^/]*$/, '')));
  const searched = [
    ...[...kconfigs]
      .sort()
      .slice(0, limits.kconfigFiles)
      .map((path) => ({ path, pattern: bareName(name) })),
    ...[...folders]
      .slice(0, limits.kconfigFiles)
      .flatMap((folder) =>
        ['Makefile', 'Kbuild'].map((file) => ({ path: `${folder}${file}`, pattern: fullName(name) })),
      ),
  ];
  const found: Location[] = [];
  for (let at = 0; at < searched.length; at += batch) {
    const places = searched.slice(at, at + batch).map(async ({ path, pattern }) => {
      const uri = joinUri(tree.rootUri, path);
      const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
      return bytes ? mentions(uri, new TextDecoder().decode(bytes), name, pattern) : [];
    });
    for (const list of await Promise.all(places)) found.push(...list);
  }
  return found;
}

/** Kconfig writes symbols without their `CONFIG_`, and help texts with it. */
function bareName(name: string): RegExp {
  return new RegExp(`(?<![\\w-])(?:CONFIG_)?${name}(?![\\w-])`, 'g');
}

function fullName(name: string): RegExp {
  return new RegExp(`(?<!\\w)CONFIG_${name}(?!\\w)`, 'g');
}

function mentions(uri: string, text: string, name: string, pattern: RegExp): Location[] {
  if (!text.includes(name)) return [];
  const lines = new LineIndex(text);
  const found: Location[] = [];
  for (const match of text.matchAll(pattern)) {
    const before = text.slice(lines.lineStart(lines.positionAt(match.index).line), match.index);
    if (before.trimStart().startsWith('#')) continue;
    found.push({ uri, range: lines.range(match.index, match.index + match[0].length) });
  }
  return found;
}
