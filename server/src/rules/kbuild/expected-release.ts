import type { TargetKernel } from '../../kernel/target-kernel.ts';
import { uriName } from '../../ports/uri.ts';
import type { Found } from '../text-rule.ts';
import type { Pin, PinPicture, PinRole } from './pin-picture.ts';

/** The release that a build has to have, and who says so. */
export interface ExpectedRelease {
  readonly value: string;
  /** `orin-rt is "5.15.148-tegra" (utsrelease.h of build)`, for a sentence. */
  readonly says: string;
  readonly pin: Pin | undefined;
}

/** What a release is made of before EXTRAVERSION and LOCALVERSION: 5.15.148, 6.12-rc3. */
export const baseVersion = /^\d+\.\d+(?:\.\d+)?(?:-rc\d+)?/;

/** What the expected release has after its version; pins of a version without its third number (5.15) say so much too. */
export function expectedSuffix(
  target: TargetKernel | undefined,
  pins: PinPicture | undefined,
): ExpectedRelease | undefined {
  const whole = expectedRelease(target, pins);
  if (whole) return { ...whole, value: whole.value.replace(baseVersion, '') };
  const [version, extra, local] = [pins?.pinned('version'), pins?.pinned('extraversion'), pins?.pinned('localversion')];
  if (target || !version || !local || version.uri !== local.uri || !isStated(local) || local.isDefault)
    return undefined;
  if (!/^v?\d+\.\d+$/.test(version.value)) return undefined;
  const value = `${extra?.value ?? ''}${local.value}`;
  const made = `${version.value.replace(/^v/, '')}.…${value}`;
  return { value, says: `${version.name} and ${local.name} in ${uriName(local.uri)} make "${made}"`, pin: local };
}

/** The target's release; without a target the one that is pinned, as a whole or in its parts. */
export function expectedRelease(
  target: TargetKernel | undefined,
  pins: PinPicture | undefined,
): ExpectedRelease | undefined {
  if (target !== undefined) {
    if (target.release === undefined) return undefined;
    const { value, origin } = target.release;
    return { value, says: `${target.name} is "${value}" (${origin.label})`, pin: undefined };
  }
  return pins && pinnedRelease(pins);
}

/** The release that the pins give: what is stated as a whole or in its parts counts before what an earlier build recorded. */
export function pinnedRelease(pins: PinPicture): ExpectedRelease | undefined {
  const known = pins.pins.filter((pin) => pin.role === 'release' || pin.role === 'vermagic');
  const [stated, recorded] = [true, false].map((wanted) => known.filter((pin) => isStated(pin) === wanted));
  return first(stated ?? []) ?? composed(pins) ?? first(recorded ?? []);
}

function isStated({ source }: Pin): boolean {
  return source === 'env' || source === 'makefile' || source === 'script';
}

function first(pins: readonly Pin[]): ExpectedRelease | undefined {
  for (const pin of pins) {
    const value = pin.value?.split(' ', 1)[0];
    if (value !== undefined && /^\d+\.\d+\.\d+/.test(value)) {
      return { value, says: `${pin.name} in ${uriName(pin.uri)} is "${value}"`, pin };
    }
  }
  return undefined;
}

function composed(pins: PinPicture): ExpectedRelease | undefined {
  const part = (role: PinRole) => pins.pinned(role);
  const [version, extra, local] = [part('version'), part('extraversion'), part('localversion')];
  const base = version?.value.replace(/^v/, '');
  if (!version || !local || base === undefined || !/^\d+\.\d+\.\d+/.test(base)) return undefined;
  const value = `${base}${extra?.value ?? ''}${local.value}`;
  return { value, says: `${version.name} and ${local.name} in ${uriName(local.uri)} make "${value}"`, pin: local };
}

/** The pin as a place that belongs to a finding. */
export function relatedPin(pin: Pin | undefined): Pick<Found, 'related'> {
  if (pin === undefined) return {};
  const message = `${pin.name}=${pin.value ?? pin.raw}`;
  return { related: [{ start: 0, end: 0, uri: pin.uri, range: pin.range, message }] };
}
