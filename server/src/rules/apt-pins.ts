import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import { isReadByApt, keepsAway, parseAptPreferences } from '../text/apt-preferences.ts';
import { globsOverlap } from './package-glob.ts';

/** A file of apt preferences that lies in a root file system. */
export interface PreferencesFile {
  readonly name: string;
  /** What it keeps away: names, globs, expressions in slashes. */
  readonly keptAway: readonly string[];
  /** False for a name that apt passes over. */
  readonly isRead: boolean;
}

/** Everything under `preferences` and `preferences.d` of a folder `etc/apt`. */
export async function preferencesIn(files: FileSystem, apt: string): Promise<readonly PreferencesFile[]> {
  const folder = joinUri(apt, 'preferences.d');
  const entries = await files.readDirectory(folder).catch(() => []);
  const own = { name: 'preferences', uri: joinUri(apt, 'preferences'), isRead: true };
  const others = entries
    .slice(0, limits.pinFiles)
    .map(({ name }) => ({ name: `preferences.d/${name}`, uri: joinUri(folder, name), isRead: isReadByApt(name) }));
  return Promise.all(
    [own, ...others].map(async ({ name, uri, isRead }) => {
      const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
      return { name, isRead, keptAway: bytes === undefined ? [] : keptAwayBy(new TextDecoder().decode(bytes)) };
    }),
  );
}

/** What the preferences in a text keep away. */
export function keptAwayBy(text: string): string[] {
  return parseAptPreferences(text)
    .value.filter(keepsAway)
    .flatMap((pin) => pin.packages.map(({ name }) => name));
}

/** True when what stands after `Package:` speaks of a package, or of one that fits a glob. */
export function pinReaches(named: string, glob: string): boolean {
  const expression = /^\/(.*)\/$/.exec(named)?.[1];
  if (expression === undefined) return globsOverlap(named, glob);
  // A POSIX extended expression; only its plain words are compared.
  const words = expression.split(/[^a-z0-9-]+/).filter((word) => word.length >= 3);
  const plain = glob.replaceAll('*', '');
  return words.length > 0 && words.every((word) => plain.includes(word.replace(/-$/, '')));
}
