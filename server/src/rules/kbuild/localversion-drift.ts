import { releaseOfUtsHeader, versionOfMakefile } from '../../kernel/kernel-version.ts';
import { joinUri, uriPath } from '../../ports/uri.ts';
import type { Found } from '../text-rule.ts';
import { type KbuildFacts, type KbuildRuleCheck, readText } from './kbuild-facts.ts';

export const localversionDrift: KbuildRuleCheck = {
  async *check(facts) {
    const release = facts.target?.release;
    if (!facts.target || release === undefined) return;
    yield* extraVersion(facts, release.value, release.origin.label);
    yield* kernelFolder(facts, release.value, release.origin.label);
  },
};

/** EXTRAVERSION at the head of the kernel's own Makefile against the release that runs. */
function* extraVersion(facts: KbuildFacts, release: string, origin: string): Iterable<Found> {
  const version = versionOfMakefile(facts.document.text);
  const assignment = facts.syntax.assignments.find((one) => one.name === 'EXTRAVERSION');
  if (!version || !assignment || version.extraVersion === '') return;
  // The release may go on with a LOCALVERSION, but not with more letters of the same word.
  if (release.startsWith(version.text) && !/^[A-Za-z0-9]/.test(release.slice(version.text.length))) return;
  const base = version.text.slice(0, version.text.length - version.extraVersion.length);
  if (!release.startsWith(base)) return;
  const expected = release.slice(base.length);
  const { start, end } = assignment.value;
  yield {
    rule: 'localversion-drift',
    start,
    end,
    message: `EXTRAVERSION makes this kernel "${version.text}"; ${facts.target?.name} is "${release}" (${origin}). Modules built here say the former in vermagic and are refused where no CRCs vouch for them.`,
    expected,
    actual: version.extraVersion,
    fixes: [{ title: `Set EXTRAVERSION = ${expected}`, edits: [{ start, end, newText: expected }] }],
  };
}

/** KDIR points at a tree of another kernel. */
async function* kernelFolder(facts: KbuildFacts, release: string, origin: string): AsyncIterable<Found> {
  const folder = facts.model.kernelFolder;
  const uri = folder && facts.resolve(folder.value.text);
  if (!folder || uri === undefined) return;
  const header = await readText(facts.files, joinUri(uri, 'include/generated/utsrelease.h'));
  const theirs = header === undefined ? undefined : releaseOfUtsHeader(header)?.release;
  if (theirs === undefined || theirs === release) return;
  yield {
    rule: 'localversion-drift',
    start: folder.value.start,
    end: folder.value.end,
    message: `${uriPath(uri)} is the tree of "${theirs}"; ${facts.target?.name} is "${release}" (${origin}). Modules built against it are for the other kernel: point ${folder.name} at the tree of the target.`,
    expected: release,
    actual: theirs,
  };
}
