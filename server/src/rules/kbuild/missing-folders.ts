import { joinUri, uriName } from '../../ports/uri.ts';
import type { KbuildWord } from '../../text/kbuild-syntax.ts';
import type { Found } from '../text-rule.ts';
import { exists, type KbuildFacts, readText } from './kbuild-facts.ts';

/** Folders of `obj-m` and `obj-y` that are not there, or have no file that says what to build in them. */
export async function* missingFolders(
  facts: KbuildFacts,
  folders: readonly KbuildWord[],
  isMade: (uris: readonly string[]) => boolean,
): AsyncIterable<Found> {
  for (const { text, start, end, uri } of folders) {
    const folder = uri === undefined && !text.includes('$') ? facts.resolve(text) : undefined;
    if (folder === undefined) continue;
    const makefiles = [joinUri(folder, 'Kbuild'), joinUri(folder, 'Makefile')];
    if (isMade([folder, ...makefiles])) continue;
    const found = await Promise.all([folder, ...makefiles].map((one) => exists(facts.files, one)));
    if (found[1] !== false || found[2] !== false || found[0] === undefined) continue;
    if (await isSubmodule(facts, uriName(folder))) continue;
    yield {
      rule: 'kbuild-object-missing',
      start,
      end,
      message: `${found[0] ? `${text} has neither Kbuild nor Makefile` : `There is no folder ${text}`}: make stops with "No rule to make target", for it reads there what to build. Correct the name, or write a Kbuild file there.`,
    };
  }
}

/** Empty until git fetches it. */
async function isSubmodule(facts: KbuildFacts, name: string): Promise<boolean> {
  for (const folder of new Set([facts.folder, facts.workspaceUri ?? facts.folder])) {
    const text = await readText(facts.files, joinUri(folder, '.gitmodules'));
    if (text?.split('\n').some((line) => /^\s*path\s*=/.test(line) && line.trim().endsWith(name))) return true;
  }
  return false;
}
