import { isWithin, relativePath, uriPath } from '../../ports/uri.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import { hostKinds } from './host-assignments.ts';
import { lonePlus } from './lone-plus.ts';
import type { Pin, PinConflict, PinPicture } from './pin-picture.ts';

/** Disagreements between the places that pin versions, shown in each of the files concerned. */
export const pinsRules: RuleSet = {
  kinds: ['env', 'shell', 'makefile', 'kbuild', 'dockerfile', 'pins', ...hostKinds],
  run(document, context) {
    const { pins } = context;
    if (pins === undefined) return [];
    return [...lonePlus(document, pins), ...doubted(document, pins, context), ...trusted(document, pins, context)];
  },
};

/** At the place that has to be looked at. */
function* doubted(document: TextDocument, { conflicts }: PinPicture, context: RuleContext): Iterable<Found> {
  for (const { pin, other, rule, expected, message, isMild } of conflicts) {
    if (pin.uri !== document.uri) continue;
    const { start, end } = spanOf(document, pin);
    yield {
      rule,
      start,
      end,
      message,
      ...((pin.isDefault || isMild) && { atMost: 'warning' as const }),
      ...(expected !== undefined && { expected }),
      actual: pin.value,
      related: [{ start: 0, end: 0, uri: other.uri, range: other.range, message: `${other.name}=${other.value}` }],
      fixes:
        expected === undefined
          ? []
          : [
              {
                title: `Use "${expected}" from ${placeOf(other, context)}`,
                edits: [{ start, end, newText: expected }],
              },
            ],
    };
  }
}

/** At the place that the others are measured by: who changes it sees there what else has to follow. */
function* trusted(document: TextDocument, { conflicts }: PinPicture, context: RuleContext): Iterable<Found> {
  const byPlace = new Map<string, PinConflict[]>();
  for (const conflict of conflicts) {
    if (conflict.other.uri !== document.uri || conflict.pin.uri === document.uri) continue;
    const { line, character } = conflict.other.range.start;
    const key = `${conflict.rule} ${line} ${character}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), conflict]);
  }
  for (const group of byPlace.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { other, rule } = first;
    const places = group.map(({ pin }) => `${placeOf(pin, context)}:${pin.range.start.line + 1} ("${pin.value}")`);
    yield {
      rule,
      ...spanOf(document, other),
      atMost: 'info',
      message: `${other.name} is "${other.value}" here; ${places.join(', ')} ${places.length === 1 ? 'does' : 'do'} not agree with it. Change there what is wrong, or this.`,
      actual: other.value,
      related: group.map(({ pin }) => ({
        start: 0,
        end: 0,
        uri: pin.uri,
        range: pin.range,
        message: `${pin.name}=${pin.value}`,
      })),
    };
  }
}

function spanOf(document: TextDocument, pin: Pin): { start: number; end: number } {
  return { start: document.lines.offsetAt(pin.range.start), end: document.lines.offsetAt(pin.range.end) };
}

/** The path as people write it in the project. */
function placeOf({ uri }: Pin, { workspaceUri }: RuleContext): string {
  return workspaceUri !== undefined && isWithin(workspaceUri, uri) ? relativePath(workspaceUri, uri) : uriPath(uri);
}
