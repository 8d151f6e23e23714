import { limits } from '../../limits.ts';
import { isReadByApt } from '../../text/apt-preferences.ts';
import { baseName, type FileWrite, type Place } from '../../text/shell/shell-command.ts';
import { patternOf, unknownMark } from '../../text/shell/word.ts';
import { concatMapped, type MappedText } from '../../text/source-map.ts';

/** Apt preferences as one write leaves them: what was appended stands behind what was there. */
export interface WrittenPreferences {
  /** As written; unknown stretches are marked. */
  readonly path: string;
  /** `undefined` when the script does not say what is written. */
  readonly content: MappedText | undefined;
  /** Where apt looks for them. */
  readonly inPlace: boolean;
  /** False for a file there that apt passes over for its name. */
  readonly isRead: boolean;
  /** Nothing is appended to it later. */
  readonly complete: boolean;
  readonly place: Place;
  readonly order: number;
}

/** The apt preferences that a script writes, there or first somewhere else. */
export function writtenPreferences(writes: readonly FileWrite[]): readonly WrittenPreferences[] {
  const all: WrittenPreferences[] = [];
  const last = new Map<string, number>();
  const writesTo = new Map<string, number>();
  for (const { path: word, content, append, place, order } of writes) {
    const path = patternOf(word);
    const key = `${place.kind} ${path}`;
    const before = append ? last.get(key) : undefined;
    const known = before === undefined ? undefined : all[before];
    if (before !== undefined && known !== undefined) all[before] = { ...known, complete: false };
    const count = (writesTo.get(key) ?? 0) + 1;
    writesTo.set(key, count);
    const whole = known === undefined ? content : appended(known.content, content, count);
    const inPlace = /preferences(\.d\/|$)|\.pref$/.test(path);
    if (known === undefined && !inPlace && !/^(Package|Pin|Explanation)\b/m.test(whole?.text ?? '')) continue;
    last.set(key, all.length);
    all.push({ path, content: whole, inPlace, isRead: isReadFrom(path), complete: true, place, order });
  }
  return all.filter(({ inPlace, content }) => inPlace || content?.text.includes('Pin-Priority') === true);
}

function appended(before: MappedText | undefined, more: MappedText | undefined, count: number): MappedText | undefined {
  if (before === undefined || more === undefined || count > limits.preferenceWrites) return undefined;
  if (before.text.length > limits.shellOutputCharacters) return undefined;
  return concatMapped(before, more);
}

function isReadFrom(path: string): boolean {
  const name = baseName(path);
  return !/preferences\.d\/[^/]+$/.test(path) || name.includes(unknownMark) || isReadByApt(name);
}
