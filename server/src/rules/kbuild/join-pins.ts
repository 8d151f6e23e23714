import { expandEnv, variableUses } from '../../text/env-file.ts';
import { findConflicts } from './pin-conflicts.ts';
import type { PinFile } from './pin-file.ts';
import type { KnownPin, Pin, PinPicture, PinRole, PinSource } from './pin-picture.ts';

/** Where a value is believed first: the file whose purpose it is, then what was recorded, then what scripts say. */
const trust: readonly PinSource[] = [
  'env',
  'makefile',
  'script',
  'dockerfile',
  'host',
  'vermagic',
  'manifest',
  'changelog',
];

/** Joins the pins of all files to one picture: values expanded, conflicts found. */
export function joinPins(files: readonly PinFile[]): PinPicture {
  const all = files.flatMap((file) => file.pins);
  const raw = trust.flatMap((source) => {
    const own = all.filter((pin) => pin.source === source);
    return [...own.filter((pin) => !pin.isDefault), ...own.filter((pin) => pin.isDefault)];
  });
  const byName = new Map<string, Omit<Pin, 'value'>[]>();
  for (const pin of raw) {
    const list = byName.get(pin.name);
    if (list) list.push(pin);
    else byName.set(pin.name, [pin]);
  }
  const expand = (text: string, depth: number): string | undefined =>
    expandEnv(text, (name) => {
      const [first] = byName.get(name) ?? [];
      return first === undefined || depth > 8 ? undefined : expand(first.raw, depth + 1);
    });
  // What it builds on its own value only a shell could tell.
  const expanded = ({ source, name, raw: text }: Omit<Pin, 'value'>) =>
    source === 'vermagic' ? text : variableUses(text).some((use) => use.name === name) ? undefined : expand(text, 0);
  // Only names that some env file defines, or that mean something of the kernel, are pins of the project.
  const named = new Set(raw.filter((pin) => pin.source === 'env' || pin.role !== undefined).map((pin) => pin.name));
  const pins = raw
    .filter((pin) => named.has(pin.name) || pin.source === 'manifest')
    .map((pin): Pin => ({ ...pin, value: expanded(pin) }));
  const uses = files.flatMap((file) => file.uses).filter((use) => named.has(use.name));
  const known = pins.filter((pin): pin is KnownPin => pin.value !== undefined && pin.value !== '');
  return {
    pins,
    uses,
    conflicts: findConflicts(known),
    pinned: (role: PinRole) => known.find((pin) => pin.role === role),
    definitions: (name: string) => pins.filter((pin) => pin.name === name),
    assignments: (name: string) => byName.get(name) ?? [],
  };
}
