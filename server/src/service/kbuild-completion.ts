import { parentUri, uriPath } from '../ports/uri.ts';
import { pathFrom } from '../rules/kbuild/extra-symbols-missing.ts';
import type { SymbolProvider } from '../rules/kbuild/kbuild-facts.ts';

/** A Module.symvers of the workspace as this file would name it. */
export interface ExtraSymbolsCompletion {
  readonly newText: string;
  /** The path without `$(src)/`, which VS Code would take for an icon of that name. */
  readonly label: string;
  readonly detail: string;
  /** Columns of the word that it replaces. */
  readonly start: number;
}

/** Behind `KBUILD_EXTRA_SYMBOLS =`: the workspace's Module.symvers files that the line does not name yet. */
export function completeExtraSymbols(
  uri: string,
  lineBefore: string,
  providers: readonly SymbolProvider[],
): ExtraSymbolsCompletion[] {
  const match = /^\s*(?:export\s+)?KBUILD_EXTRA_SYMBOLS\s*(?::{0,3}|\+|\?)=\s*(.*)$/.exec(lineBefore);
  if (!match) return [];
  const value = match[1] ?? '';
  const start = lineBefore.length - (/\S*$/.exec(value)?.[0].length ?? 0);
  const folder = parentUri(uri);
  return providers
    .filter((provider) => parentUri(provider.uri) !== folder)
    .map((provider) => ({
      newText: pathFrom(folder, provider.uri),
      detail: `${provider.table.size} symbols · ${uriPath(provider.uri)}`,
      start,
    }))
    .filter(({ newText }) => !lineBefore.slice(0, start).split(/\s+/).includes(newText))
    .map((offer) => ({ ...offer, label: offer.newText.replace('$(src)/', '') }));
}
