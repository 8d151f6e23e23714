import { parentUri, uriName } from '../../ports/uri.ts';
import type { KnownPin, PinConflict, PinRole, PinSource } from './pin-picture.ts';

/** Every disagreement among pins; `pins` come with the most trusted first. */
export function findConflicts(pins: readonly KnownPin[]): PinConflict[] {
  const found = [...sameName(pins), ...sameMeaning(pins), ...releases(pins), ...packages(pins), ...preemption(pins)];
  return [...found, ...recorded(pins, new Set(found.map(({ pin }) => pin)))];
}

/** The names whose value may not differ from place to place: versions, and what else an env file calls one. */
const versionName = /(?:VERSION|RELEASE|VERMAGIC|TOOLCHAIN\w*|PREEMPT\w*|_TAG|_COMMIT|_SHA256)$/;

/** One variable with two values. */
function* sameName(pins: readonly KnownPin[]): Iterable<PinConflict> {
  const first = new Map<string, KnownPin>();
  for (const pin of pins) {
    const other = first.get(pin.name);
    if (other === undefined) first.set(pin.name, pin);
    else if (other.source === 'env' && versionName.test(pin.name) && other.value !== pin.value) {
      // Two env files may stand for two boards.
      if (pin.source !== 'env') yield conflict(pin, other, other.value);
    } else if (other.role === 'localversion' && other.uri !== pin.uri && other.value !== pin.value) {
      yield conflict(pin, other, other.value);
    }
  }
}

/** A manifest's key that stands for a variable, with another value. */
function* sameMeaning(pins: readonly KnownPin[]): Iterable<PinConflict> {
  const plain = (name: string) => name.replace(/[_\-.]/g, '').toLowerCase();
  for (const pin of pins) {
    if (pin.source !== 'manifest') continue;
    const other = pins.find(
      (one) =>
        one.source === 'env' &&
        (plain(one.name) === plain(pin.name) || (one.role !== undefined && one.role === pin.role)),
    );
    if (other && other.value !== pin.value && !isTrimmed(pin, other) && pin.role !== 'version')
      yield conflict(pin, other, other.value);
  }
}

/** Releases written as a whole, in vermagic, and as base version, EXTRAVERSION and LOCALVERSION. */
function* releases(pins: readonly KnownPin[]): Iterable<PinConflict> {
  const find = (role: PinRole) => pins.find((pin) => pin.role === role && stated.has(pin.source));
  const [version, extra, local] = [find('version'), find('extraversion'), find('localversion')];
  const base = version?.value.replace(/^v/, '');
  const parts = [version, extra, local].filter((part) => part !== undefined);
  // A base without its third number (5.15) leaves the release open.
  const whole = base !== undefined && /^\d+\.\d+\.\d+/.test(base) && (local ?? extra) !== undefined;
  const made = `${base}${extra?.value ?? ''}${local?.value ?? ''}`;
  for (const pin of pins) {
    if (pin.role !== 'release' && pin.role !== 'vermagic') continue;
    const release = pin.value.split(' ', 1)[0] ?? '';
    if (!/^\d+\.\d+/.test(release)) continue;
    if (base !== undefined && version && !continues(release, base)) {
      yield conflict(pin, version, undefined, `says "${release}", but ${version.name} is "${version.value}"`);
    } else if (whole) {
      const last = parts.at(-1);
      // With EXTRAVERSION alone, a LOCALVERSION may come from elsewhere.
      if (!last || release === made || (!local && continues(release, made))) continue;
      yield conflict(pin, last, undefined, `says "${release}", but ${names(parts)} make "${made}"`);
    } else if (local && !release.endsWith(local.value)) {
      yield conflict(pin, local, undefined, `says "${release}", but ${local.name} is "${local.value}"`);
    }
  }
}

const stated: ReadonlySet<PinSource> = new Set(['env', 'script', 'makefile']);

function names(parts: readonly KnownPin[]): string {
  const all = parts.map((part) => part.name);
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Packages named for another kernel than they hold: KDEB_PKGVERSION, and the changelog of a kernel's package. */
function* packages(pins: readonly KnownPin[]): Iterable<PinConflict> {
  const version = pins.find((pin) => pin.role === 'version' && stated.has(pin.source));
  const base = /^v?(\d+\.\d+(?:\.\d+)?)/.exec(version?.value ?? '')?.[1];
  if (!version || base === undefined) return;
  for (const pin of pins) {
    // A bare "1" or a date is a revision of the packager's own.
    const own = /^(?:\d+:)?(\d{1,2}\.\d+(?:\.\d+)?)/.exec(pin.value)?.[1];
    if (pin.role !== 'package' || own === undefined || continues(own, base)) continue;
    const said = `gives the packages the version "${pin.value}", but ${version.name} is "${version.value}"`;
    yield { ...conflict(pin, version, undefined, said), isMild: true };
  }
}

/** The word of the preemption model beside a vermagic that has another. */
function* preemption(pins: readonly KnownPin[]): Iterable<PinConflict> {
  const model = pins.find((pin) => pin.role === 'preempt' && /^preempt(?:_rt)?$|^none$/.test(pin.value));
  if (!model) return;
  for (const pin of pins) {
    if (pin.role !== 'vermagic' || !pin.value.includes(' ')) continue;
    const words = pin.value.split(' ');
    const word = words.includes('preempt_rt') ? 'preempt_rt' : words.includes('preempt') ? 'preempt' : 'none';
    if (word !== model.value) {
      yield conflict(pin, model, undefined, `has the preemption word "${word}", but ${model.name} is "${model.value}"`);
    }
  }
}

/**
 * What builds recorded, of one kernel: a manifest against the EXPECTED_VERMAGIC beside it, or the only one there is. Where what
 * is written by hand speaks against either, that says enough.
 */
function* recorded(pins: readonly KnownPin[], doubted: ReadonlySet<KnownPin>): Iterable<PinConflict> {
  const expected = pins.filter((pin) => pin.source === 'vermagic');
  const told = pins.filter((pin) => pin.source === 'manifest' && (pin.role === 'vermagic' || pin.role === 'release'));
  const manifests = new Set(told.map(({ uri }) => uri));
  for (const pin of told) {
    const beside = expected.find(({ uri }) => parentUri(uri) === parentUri(pin.uri));
    const other = beside ?? (expected.length === 1 && manifests.size === 1 ? expected[0] : undefined);
    if (!other || doubted.has(pin) || doubted.has(other)) continue;
    // A manifest of several kernels: one of them is meant.
    if (told.some((one) => one !== pin && one.uri === pin.uri && one.name === pin.name)) continue;
    const [own, theirs] = [pin, other].map(({ value }) => value.trim().split(/\s+/));
    const [release, expectedRelease] = [own?.[0], theirs?.[0]];
    if (!own || !theirs || release === undefined || !/^\d+\.\d+/.test(release)) continue;
    const said =
      release !== expectedRelease
        ? `says "${release}", but ${other.name} is "${other.value}"`
        : own.length > 1 && theirs.length > 1 && own.join(' ') !== theirs.join(' ')
          ? `says ${pin.name} is "${pin.value}", but ${other.name} ${difference(own, theirs)}`
          : undefined;
    if (said !== undefined) yield { ...conflict(pin, other, undefined, said), message: remade(pin, other, said) };
  }
}

/** The words that one vermagic has and the other lacks. */
function difference(own: readonly string[], theirs: readonly string[]): string {
  const more = theirs.filter((word) => !own.includes(word));
  const less = own.filter((word) => !theirs.includes(word));
  const words = [...more.map((word) => `has "${word}"`), ...less.map((word) => `lacks "${word}"`)];
  return words.length > 0 ? words.join(' and ') : `has the words in another order: "${theirs.join(' ')}"`;
}

function remade(pin: KnownPin, other: KnownPin, said: string): string {
  const place = uriName(other.uri);
  return `${uriName(pin.uri)} ${said}${place === other.name ? '' : ` in ${place}`}. They speak of two kernels, and what is checked against one is loaded on the other. One of them was recorded by an earlier build: build again, or record it again.`;
}

/** Whether a release may go on from a base version: `5.15.148-tegra` from `5.15` and from `5.15.148`. */
function continues(release: string, base: string): boolean {
  return release.startsWith(base) && !/^\d/.test(release.slice(base.length));
}

/** vermagic loses its trailing space when it passes through a shell. */
function isTrimmed(pin: KnownPin, other: KnownPin): boolean {
  return pin.value.trimEnd() === other.value.trimEnd();
}

function conflict(pin: KnownPin, other: KnownPin, expected: string | undefined, text?: string): PinConflict {
  const place = uriName(other.uri);
  const said = text ?? `says ${pin.name} is "${pin.value}", but ${other.name} is "${other.value}"`;
  const local = pin.role === 'localversion';
  const consequence = local
    ? 'The release, and with it vermagic and the folder of the modules, depends on which of the two the build sees.'
    : 'Modules are built for one and loaded on the other.';
  return {
    pin,
    other,
    rule: local ? 'localversion-drift' : 'pins-inconsistent',
    expected,
    isMild: false,
    message: `${uriName(pin.uri)} ${said} in ${place}. ${consequence} Change the one that is wrong; ${place} is where it belongs.`,
  };
}
