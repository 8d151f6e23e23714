import { expectedRelease, relatedPin } from '../kbuild/expected-release.ts';
import type { KnownPin } from '../kbuild/pin-picture.ts';
import { type ConfigRule, lineSpan } from './config-facts.ts';

/** What a release is made of before any LOCALVERSION: 5.15.148, 6.12-rc3. */
const baseVersion = /^\d+\.\d+(?:\.\d+)?(?:-rc\d+)?/;

export const localversionDrift: ConfigRule = {
  *check(facts) {
    const setting = facts.syntax.settings.get('LOCALVERSION');
    const expected = expectedRelease(facts.target, facts.pins);
    if (setting === undefined || setting.value === '' || expected === undefined) return;
    const suffix = expected.value.replace(baseVersion, '');
    const fromMake = facts.pins?.pinned('localversion');
    const [start, end] = [lineSpan(facts, setting.line).start + setting.valueStart, lineSpan(facts, setting.line).end];
    const expectation = expected.says;
    if (!suffix.includes(setting.value)) {
      yield {
        rule: 'localversion-drift',
        start,
        end,
        message: `CONFIG_LOCALVERSION adds "${setting.value}" to the release; ${expectation}. Modules are then looked for in another directory and, without CRCs, refused: write the suffix that the target has, or none.`,
        expected: suffix,
        actual: setting.value,
        ...relatedPin(expected.pin),
        fixes: [{ title: `Set CONFIG_LOCALVERSION="${suffix}"`, edits: [{ start, end, newText: `"${suffix}"` }] }],
      };
    } else if (fromMake !== undefined && fromMake.value !== '' && setting.value + fromMake.value !== suffix) {
      yield doubled(setting.value, fromMake, start, end, suffix, expectation);
    }
  },
};

/** CONFIG_LOCALVERSION and make's LOCALVERSION are both appended, one after the other. */
function doubled(own: string, pin: KnownPin, start: number, end: number, suffix: string, expectation: string) {
  const both = `${own}${pin.value}`;
  return {
    rule: 'localversion-drift' as const,
    start,
    end,
    message: `The release ends in CONFIG_LOCALVERSION and then make's LOCALVERSION: "${both}"; ${expectation}. Give the suffix in one of the two places only.`,
    expected: suffix,
    actual: both,
    related: [{ start: 0, end: 0, uri: pin.uri, range: pin.range, message: `LOCALVERSION=${pin.value}` }],
    ...(pin.value === suffix && {
      fixes: [{ title: 'Empty CONFIG_LOCALVERSION', edits: [{ start, end, newText: '""' }] }],
    }),
  };
}
