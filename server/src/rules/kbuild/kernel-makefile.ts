import { type MakefileVersion, versionOfMakefile } from '../../kernel/kernel-version.ts';
import { tagsOfVersion } from '../../kernel/set-local-version.ts';
import { readTreeRelease, tagState } from '../../kernel/tree-release.ts';
import { uriName } from '../../ports/uri.ts';
import type { KbuildAssignment } from '../../text/kbuild-syntax.ts';
import type { Found } from '../text-rule.ts';
import { type ExpectedRelease, expectedRelease, relatedPin } from './expected-release.ts';
import type { KbuildFacts, KbuildRuleCheck } from './kbuild-facts.ts';

/** The head of the kernel's own Makefile: what it makes of the release, against the target and the pins. */
export const kernelMakefile: KbuildRuleCheck = {
  async *check(facts) {
    const version = versionOfMakefile(facts.document.text);
    // U-Boot's Makefile begins the same way, with a year.
    if (version === undefined || version.version.major > 99) return;
    yield* otherVersion(facts, version);
    const expected = expectedRelease(facts.target, facts.pins);
    if (expected) yield* extraVersion(facts, version, expected);
    yield* plus(facts, version, expected);
  },
};

/** VERSION.PATCHLEVEL.SUBLEVEL against the version that the project pins. */
function* otherVersion(facts: KbuildFacts, { text, extraVersion }: MakefileVersion): Iterable<Found> {
  const pin = facts.pins?.pinned('version');
  const pinned = /^v?(\d+\.\d+(?:\.\d+)?)$/.exec(pin?.value ?? '')?.[1];
  if (!pin || pinned === undefined) return;
  const own = text.slice(0, text.length - extraVersion.length);
  if (own === pinned || own.startsWith(`${pinned}.`)) return;
  const parts = own.split('.');
  const at = pinned.split('.').findIndex((part, index) => part !== parts[index]);
  const assignment = assigned(facts, ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'][at] ?? 'SUBLEVEL');
  if (!assignment) return;
  yield {
    rule: 'pins-inconsistent',
    start: assignment.value.start,
    end: assignment.value.end,
    // A source of another version may lie there on purpose.
    atMost: 'warning',
    message: `This source is Linux ${own}; ${pin.name} in ${uriName(pin.uri)} is "${pin.value}". What is built here is another kernel than the one that the project says: fetch the source of ${pinned}, or change ${pin.name}.`,
    expected: pinned,
    actual: own,
    ...relatedPin(pin),
  };
}

/** EXTRAVERSION at the head of the kernel's own Makefile against the release that is wanted. */
function* extraVersion(facts: KbuildFacts, version: MakefileVersion, expected: ExpectedRelease): Iterable<Found> {
  const assignment = assigned(facts, 'EXTRAVERSION');
  if (!assignment || version.extraVersion === '') return;
  const release = expected.value;
  // The release may go on with a LOCALVERSION, but not with more letters of the same word.
  if (release.startsWith(version.text) && !/^[A-Za-z0-9]/.test(release.slice(version.text.length))) return;
  const base = version.text.slice(0, version.text.length - version.extraVersion.length);
  if (!release.startsWith(base)) return;
  const suffix = release.slice(base.length);
  const { start, end } = assignment.value;
  yield {
    rule: 'localversion-drift',
    start,
    end,
    message: `EXTRAVERSION makes this kernel "${version.text}"; ${expected.says}. Modules built here say the former in vermagic and are refused where no CRCs vouch for them.`,
    expected: suffix,
    actual: version.extraVersion,
    ...relatedPin(expected.pin),
    fixes: [{ title: `Set EXTRAVERSION = ${suffix}`, edits: [{ start, end, newText: suffix }] }],
  };
}

/** The `+` of a checkout that is not at a tag, where nothing sets LOCALVERSION. */
async function* plus(
  facts: KbuildFacts,
  version: MakefileVersion,
  expected: ExpectedRelease | undefined,
): AsyncIterable<Found> {
  const assignment = assigned(facts, 'EXTRAVERSION') ?? assigned(facts, 'VERSION');
  if (!facts.files || !assignment || expected?.value.endsWith('+')) return;
  // Set anywhere, even to nothing, it keeps the plus away.
  if (facts.pins?.pins.some((pin) => pin.role === 'localversion')) return;
  const tree = await readTreeRelease(facts.files, facts.folder, facts.document.text);
  const state = tree && tagState(tree);
  if (!tree || tree.auto || (state !== 'untagged' && state !== 'written')) return;
  const made = `${version.text}${tree.files.map(({ text }) => text).join('')}${tree.config ?? ''}`;
  const tag =
    tree.script === 'any-tag' ? 'an annotated tag' : `the annotated tag ${tagsOfVersion(version.text).join(' or ')}`;
  const reason = state === 'written' ? '.scmversion is there and not empty' : `HEAD is not at ${tag}`;
  yield {
    rule: 'localversion-plus',
    start: assignment.nameStart,
    end: assignment.value.end,
    message: `A build in this source makes "${made}+": ${reason}, and nothing here sets LOCALVERSION${expected ? `; ${expected.says}` : ''}. Give make a LOCALVERSION (an empty one suffices)${state === 'written' ? '' : ', or build from the tag'}.`,
    ...(expected && { expected: expected.value }),
    actual: `${made}+`,
    ...relatedPin(expected?.pin),
  };
}

function assigned(facts: KbuildFacts, name: string): KbuildAssignment | undefined {
  return facts.syntax.assignments.find((one) => one.name === name);
}
