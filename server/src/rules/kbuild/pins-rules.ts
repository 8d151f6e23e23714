import { uriName } from '../../ports/uri.ts';
import type { Found, RuleSet } from '../text-rule.ts';
import { lonePlus } from './lone-plus.ts';

/** Disagreements between the places that pin versions, shown in each of the files concerned. */
export const pinsRules: RuleSet = {
  kinds: ['env', 'shell', 'makefile', 'kbuild', 'dockerfile', 'pins'],
  run(document, context) {
    const found: Found[] = context.pins ? [...lonePlus(document, context.pins)] : [];
    for (const { pin, other, rule, expected, message } of context.pins?.conflicts ?? []) {
      if (pin.uri !== document.uri) continue;
      const start = document.lines.offsetAt(pin.range.start);
      const end = document.lines.offsetAt(pin.range.end);
      found.push({
        rule,
        start,
        end,
        message,
        ...(pin.isDefault && { atMost: 'warning' as const }),
        ...(expected !== undefined && { expected }),
        actual: pin.value,
        related: [{ start: 0, end: 0, uri: other.uri, range: other.range, message: `${other.name}=${other.value}` }],
        fixes:
          expected === undefined
            ? []
            : [{ title: `Use "${expected}" from ${uriName(other.uri)}`, edits: [{ start, end, newText: expected }] }],
      });
    }
    return found;
  },
};
