import type { Parsed, Problem } from '../ports/parsed.ts';

/** One paragraph of an apt preferences file (apt_preferences(5)). Offsets count in the text. */
export interface AptPin {
  /** Names and globs of `Package:`; regular expressions keep their slashes. */
  readonly packages: readonly { readonly name: string; readonly start: number; readonly end: number }[];
  /** The text after `Pin:`. */
  readonly pin: string;
  readonly priority: number | undefined;
  readonly priorityStart: number;
  readonly priorityEnd: number;
  /** Keeps the version that is there: `version X`, or `origin ""` (what dpkg knows only). */
  readonly freezes: boolean;
  readonly start: number;
  readonly end: number;
}

interface Field {
  readonly value: string;
  readonly start: number;
}

/** True for a pin that keeps other versions from being installed: a priority below 0, or one on the version that is there. */
export function keepsAway(pin: AptPin): boolean {
  return pin.priority !== undefined && (pin.priority < 0 || pin.freezes);
}

/** True for a name in `preferences.d` that apt reads: no extension or `.pref`, nothing but letters, digits, `_`, `-` and `.`. */
export function isReadByApt(fileName: string): boolean {
  return /^[A-Za-z0-9_-][\w.-]*$/.test(fileName) && (!fileName.includes('.') || fileName.endsWith('.pref'));
}

/** Reads every paragraph that has at least a package. */
export function parseAptPreferences(text: string): Parsed<readonly AptPin[]> {
  const pins: AptPin[] = [];
  const problems: Problem[] = [];
  for (const paragraph of text.matchAll(/(?:^(?![ \t]*\r?$)[^\n]+(?:\n|(?![\s\S])))+/gm)) {
    const fields = fieldsOf(paragraph[0], paragraph.index);
    const names = fields.get('package');
    if (names === undefined) continue;
    const priority = fields.get('pin-priority');
    const pin = fields.get('pin')?.value ?? '';
    const number = priority === undefined || !/^-?\d+$/.test(priority.value) ? undefined : Number(priority.value);
    if (number === undefined) problems.push({ message: 'A pin without a number as Pin-Priority is ignored by apt.' });
    pins.push({
      packages: [...names.value.matchAll(/\S+/g)].map((match) => {
        const start = names.start + match.index;
        return { name: match[0], start, end: start + match[0].length };
      }),
      pin,
      priority: number,
      priorityStart: priority?.start ?? names.start,
      priorityEnd: (priority?.start ?? names.start) + (priority?.value.length ?? names.value.length),
      freezes: /^version\s/.test(pin) || /^origin\s+""\s*$/.test(pin),
      start: paragraph.index,
      end: paragraph.index + paragraph[0].trimEnd().length,
    });
  }
  return { value: pins, problems };
}

function fieldsOf(paragraph: string, offset: number): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const match of paragraph.matchAll(/^([A-Za-z-]+):[ \t]*((?:[^\n\r]|\r?\n[ \t]+(?=\S))*?)[ \t\r]*$/gm)) {
    const [whole, name, value] = match;
    if (name === undefined || value === undefined) continue;
    fields.set(name.toLowerCase(), { value, start: offset + match.index + whole.indexOf(value, name.length + 1) });
  }
  return fields;
}
