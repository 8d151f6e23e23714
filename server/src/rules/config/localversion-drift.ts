import { uriName } from '../../ports/uri.ts';
import { expectedSuffix, relatedPin } from '../kbuild/expected-release.ts';
import type { Pin } from '../kbuild/pin-picture.ts';
import type { Found, Span } from '../text-rule.ts';
import { type ConfigFacts, type ConfigRule, lineSpan } from './config-facts.ts';

export const localversionDrift: ConfigRule = {
  *check(facts) {
    const setting = facts.syntax.settings.get('LOCALVERSION');
    if (setting === undefined || setting.value === '') return;
    const line = lineSpan(facts, setting.line);
    const span = { start: line.start + setting.valueStart, end: line.end };
    const expected = expectedSuffix(facts.target, facts.pins);
    if (expected === undefined) {
      // Whatever the release should be, no kernel is to have a suffix twice.
      const again = givenAlways(facts);
      if (again?.value === setting.value) {
        const says = `${uriName(again.uri)} gives make ${again.name}="${again.value}"`;
        yield doubled(setting.value, again, span, setting.value, says);
      }
      return;
    }
    const suffix = expected.value;
    const fromMake = facts.pins?.pinned('localversion');
    if (!suffix.includes(setting.value)) {
      yield {
        rule: 'localversion-drift',
        ...span,
        message: `CONFIG_LOCALVERSION adds "${setting.value}" to the release; ${expected.says}. Modules are then looked for in another directory and, without CRCs, refused: write the suffix that the target has, or none.`,
        expected: suffix,
        actual: setting.value,
        ...relatedPin(expected.pin),
        fixes: [{ title: `Set CONFIG_LOCALVERSION="${suffix}"`, edits: [{ ...span, newText: `"${suffix}"` }] }],
      };
    } else if (fromMake !== undefined && fromMake.value !== '' && setting.value + fromMake.value !== suffix) {
      yield doubled(setting.value, fromMake, span, suffix, expected.says);
    }
  },
};

/** The LOCALVERSION that every build gets; `undefined` where builds differ, or the file records a kernel from elsewhere. */
function givenAlways({ document, pins }: ConfigFacts): Pin | undefined {
  if (/^config-\d/.test(uriName(document.uri))) return undefined;
  const given = pins?.pins.filter((pin) => pin.role === 'localversion') ?? [];
  return given.every((pin) => pin.value === given[0]?.value) ? given.find((pin) => pin.isGiven) : undefined;
}

/** CONFIG_LOCALVERSION and make's LOCALVERSION are both appended, one after the other. */
function doubled(own: string, pin: Pin, span: Span, suffix: string, expectation: string): Found {
  const both = `${own}${pin.value}`;
  return {
    rule: 'localversion-drift',
    ...span,
    message: `The release ends in CONFIG_LOCALVERSION and then make's LOCALVERSION: "${both}"; ${expectation}. Give the suffix in one of the two places only.`,
    expected: suffix,
    actual: both,
    ...relatedPin(pin),
    ...(pin.value === suffix && {
      fixes: [{ title: 'Empty CONFIG_LOCALVERSION', edits: [{ ...span, newText: '""' }] }],
    }),
  };
}
