import { localVersionFiles, readTreeRelease } from '../../kernel/tree-release.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, parentUri, uriName } from '../../ports/uri.ts';
import type { Found, RuleSet } from '../text-rule.ts';
import { baseVersion, expectedRelease, relatedPin } from './expected-release.ts';
import { exists } from './kbuild-facts.ts';

/** A `localversion*` file of a kernel source: what it appends to the release, against the target and the pins. */
export const localversionFileRules: RuleSet = {
  kinds: ['pins'],
  async run(document, context): Promise<Found[]> {
    const name = uriName(document.uri);
    const own = document.text.replace(/\s/g, '');
    const { files, targets, pins } = context;
    const expected = expectedRelease(targets?.[0], pins);
    if (!name.startsWith('localversion') || own === '' || !files || !expected) return [];
    const folder = parentUri(document.uri);
    const made = await madeBy(files, folder, name, own, expected.value);
    if (made === undefined) return [];
    const start = document.text.indexOf(document.text.trim());
    return [
      {
        rule: 'localversion-drift',
        start,
        end: start + document.text.trim().length,
        message: `${name} makes the release of every build in this source "${made.release}"; ${expected.says}. The build appends every localversion* file, whatever LOCALVERSION says: change the file, or remove it.`,
        expected: made.expected,
        actual: own,
        ...relatedPin(expected.pin),
      },
    ];
  },
};

/** What the file makes of the release, and what would be right; `undefined` where it is right, or nobody reads it. */
async function madeBy(
  files: FileSystem,
  folder: string,
  name: string,
  own: string,
  expected: string,
): Promise<{ readonly release: string; readonly expected: string } | undefined> {
  const tree = await readTreeRelease(files, folder);
  if (tree) {
    if (!expected.startsWith(tree.version.text)) return undefined;
    const before = (await localVersionFiles(files, folder)).filter((file) => file.name < name);
    const release = `${tree.version.text}${before.map(({ text }) => text).join('')}${own}`;
    return expected.startsWith(release)
      ? undefined
      : { release: `${release}…`, expected: expected.slice(tree.version.text.length) };
  }
  // scripts/setlocalversion reads them in the folder of the build too, which has a .config; beside anything else nobody does.
  const suffix = expected.replace(baseVersion, '');
  const isBuild = (await exists(files, joinUri(folder, '.config'))) === true;
  return isBuild && !suffix.includes(own) ? { release: `…${own}…`, expected: suffix } : undefined;
}
