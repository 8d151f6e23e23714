import { localVersionFiles, readTreeRelease } from '../../kernel/tree-release.ts';
import { parentUri, uriName } from '../../ports/uri.ts';
import type { Found, RuleSet } from '../text-rule.ts';
import { expectedRelease, relatedPin } from './expected-release.ts';

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
    const tree = await readTreeRelease(files, folder);
    // Beside anything else than a kernel's Makefile the file is read by nobody.
    if (!tree || !expected.value.startsWith(tree.version.text)) return [];
    const before = (await localVersionFiles(files, folder)).filter((file) => file.name < name);
    const made = `${tree.version.text}${before.map(({ text }) => text).join('')}${own}`;
    if (expected.value.startsWith(made)) return [];
    const start = document.text.indexOf(document.text.trim());
    return [
      {
        rule: 'localversion-drift',
        start,
        end: start + document.text.trim().length,
        message: `${name} makes the release of every build in this source "${made}…"; ${expected.says}. The build appends every localversion* file, whatever LOCALVERSION says: change the file, or remove it.`,
        expected: expected.value.slice(tree.version.text.length),
        actual: own,
        ...relatedPin(expected.pin),
      },
    ];
  },
};
