import { type ModuleBytes, type SectionTable, special, startsWith } from './module-sections.ts';
import type { ProofPlan } from './proof-plan.ts';

const equals = 0x3d;
const colon = 0x3a;
const keys = {
  vermagic: ascii('vermagic'),
  license: ascii('license'),
  livepatch: ascii('livepatch'),
  depends: ascii('depends'),
  importNs: ascii('import_ns'),
  name: ascii('name'),
} as const;
const scoped = ascii('module');

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Holds `.modinfo` against the plan: vermagic, licence, providers that are there, no livepatch, not blacklisted.
 * @param found is told where the vermagic stands: its release may be another where CRCs take its place.
 * @returns per namespace of the export table 1 where the module imports it; `undefined` when something is in doubt.
 */
export function readProvenModinfo(
  { bytes }: ModuleBytes,
  sections: SectionTable,
  plan: ProofPlan,
  namespaces: readonly Uint8Array[],
  found: { start: number; end: number },
): Uint8Array | undefined {
  const section = sections.specials[special.modinfo] as number;
  if (section === 0) return undefined;
  const end = (sections.offsets[section] as number) + (sections.sizes[section] as number);
  if (bytes[end - 1] !== 0) return undefined;
  const releaseCounts = !(plan.modversions && (sections.specials[special.versions] as number) !== 0);
  const imported = new Uint8Array(namespaces.length);
  let vermagic = false;
  let license = false;
  let name = false;
  for (let start = sections.offsets[section] as number; start < end; ) {
    let stop = start;
    let value = -1;
    for (; bytes[stop] !== 0; stop++) if (value < 0 && bytes[stop] === equals) value = stop + 1;
    const keyEnd = value < 0 ? stop : value - 1;
    const first = bytes[start];
    if (first === 0x76 && !vermagic && isKey(bytes, start, keyEnd, keys.vermagic)) {
      if (value < 0 || !sameMagic(bytes, value, stop, plan, releaseCounts)) return undefined;
      found.start = value;
      found.end = stop;
      vermagic = true;
    } else if (first === 0x6c) {
      if (isKey(bytes, start, keyEnd, keys.livepatch)) return undefined;
      if (!license && isKey(bytes, start, keyEnd, keys.license)) {
        if (value < 0 || !plan.licenses.some((one) => isKey(bytes, value, stop, one))) return undefined;
        license = true;
      }
    } else if (first === 0x64 && value > 0 && isKey(bytes, start, keyEnd, keys.depends)) {
      if (!areProviders(bytes, value, stop, plan.providers)) return undefined;
    } else if (first === 0x69 && value > 0 && isKey(bytes, start, keyEnd, keys.importNs)) {
      if (startsWith(bytes, value, scoped) && bytes[value + scoped.length] === colon) return undefined;
      for (let id = 1; id < namespaces.length; id++) {
        if (isKey(bytes, value, stop, namespaces[id] as Uint8Array)) imported[id] = 1;
      }
    } else if (first === 0x6e && !name && value > 0 && isKey(bytes, start, keyEnd, keys.name)) {
      if (plan.blacklist.length > 0 && isBlacklisted(bytes, value, stop, plan.blacklist)) return undefined;
      name = true;
    }
    start = stop + 1;
  }
  // Without a name of its own in modinfo the kernel takes another, which the blacklist would have to be asked for.
  if (!vermagic || !license || (!name && plan.blacklist.length > 0)) return undefined;
  // Namespaces for named modules only are another rule.
  for (let id = 1; id < namespaces.length; id++) {
    const namespace = namespaces[id] as Uint8Array;
    if (startsWith(namespace, 0, scoped) && namespace[scoped.length] === colon) imported[id] = 0;
  }
  return imported;
}

function isKey(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  return end - start === key.length && startsWith(bytes, start, key);
}

function sameMagic(bytes: Uint8Array, start: number, end: number, plan: ProofPlan, releaseCounts: boolean): boolean {
  if (releaseCounts) return isKey(bytes, start, end, plan.vermagic);
  let at = start;
  while (at < end && bytes[at] !== 0x20) at++;
  return isKey(bytes, at, end, plan.vermagicTail);
}

/** Each name of a comma list is that of a module that exports something. */
function areProviders(bytes: Uint8Array, start: number, end: number, providers: ReadonlySet<string>): boolean {
  if (start === end) return true;
  if (end - start > 4096) return false;
  const names = String.fromCharCode(...bytes.subarray(start, end)).replaceAll('-', '_');
  return names.split(',').every((name) => providers.has(name));
}

function isBlacklisted(bytes: Uint8Array, start: number, end: number, list: readonly string[]): boolean {
  const name = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 256)));
  return list.includes(name) || end - start > 256;
}
