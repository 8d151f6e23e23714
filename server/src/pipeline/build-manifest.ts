import { type ParseError, parse } from 'jsonc-parser';
import type { StaleReason } from './staleness.ts';
import type { ConfigurationValue } from './values.ts';

/** A value of `versions.env` and the like, with the file that sets it. */
export interface PinnedValue extends ConfigurationValue {
  readonly path: string;
}

/** Words that a manifest and an env file have for the same thing. */
const synonyms: readonly (readonly string[])[] = [
  ['toolchain', 'bootlintoolchain', 'toolchainversion', 'compiler'],
  ['container', 'image', 'dockerimage', 'containerimage'],
  ['localversion', 'kernellocalversion'],
  ['kernelbase', 'kernelbaseversion', 'baseversion', 'kernelversion'],
];

/**
 * What a project's own record of its build (`BUILD_MANIFEST.json`) says otherwise than its pins do now: values of the same
 * name, and the release, which the pins give in two parts. `undefined` when the text is no such record.
 */
export function manifestReasons(text: string, path: string, pins: readonly PinnedValue[]): StaleReason[] | undefined {
  const errors: ParseError[] = [];
  const read: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof read !== 'object' || read === null || Array.isArray(read)) return undefined;
  const reasons: StaleReason[] = [];
  for (const [key, recorded] of Object.entries(read)) {
    if (typeof recorded !== 'string') continue;
    const pin = pins.find((candidate) => sameThing(candidate.name, key));
    if (pin && !pin.value.includes('$') && pin.value !== recorded) reasons.push(difference(pin, recorded, path));
    if (plain(key) === 'kernelrelease') reasons.push(...releaseReasons(recorded, path, pins));
  }
  return reasons;
}

function releaseReasons(recorded: string, path: string, pins: readonly PinnedValue[]): StaleReason[] {
  const base = pins.find(({ name }) => sameThing(name, 'kernelbaseversion'));
  const local = pins.find(({ name }) => sameThing(name, 'localversion'));
  if (!base || !local || `${base.value}${local.value}`.includes('$')) return [];
  const now = `${base.value}${local.value}`;
  // A base of two numbers (5.15) is completed by the source tree.
  const open = recorded.startsWith(`${base.value}.`) && recorded.endsWith(local.value);
  if (now === recorded || open) return [];
  const blamed = recorded.startsWith(base.value) ? local : base;
  const message = `${path} records the release ${recorded}; ${base.name} and ${local.name} give ${now} now`;
  return [{ kind: 'manifest', path: blamed.path, key: blamed.name, message }];
}

function difference(pin: PinnedValue, recorded: string, path: string): StaleReason {
  const message = `${pin.name} was '${recorded}' when ${path} was written, is '${pin.value}' in ${pin.path}`;
  return { kind: 'manifest', path: pin.path, key: pin.name, message };
}

function sameThing(one: string, two: string): boolean {
  const [a, b] = [plain(one), plain(two)];
  return a === b || synonyms.some((words) => words.includes(a) && words.includes(b));
}

function plain(name: string): string {
  return name.replace(/[_\-. ]/g, '').toLowerCase();
}
