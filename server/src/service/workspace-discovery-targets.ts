import { relativePath, uriName } from '../ports/uri.ts';

export type PlaceKind = 'build-tree' | 'headers' | 'rootfs' | 'image' | 'pins' | 'running-kernel';

/** One place that says something of a kernel. */
export interface FoundPlace {
  readonly kind: PlaceKind;
  /** What `openTarget` takes. */
  readonly uri: string;
  /** The release as read, for bringing together the places of one kernel; `undefined` when it was not to be had. */
  readonly release: string | undefined;
  /** The workspace folder it was found for. */
  readonly folder: string;
  /** For a person: "kernel build tree kernel/build-rt". */
  readonly why: string;
}

/** A kernel that the workspace is about, found without being told. */
export interface FoundTarget {
  readonly name: string;
  readonly sourceUris: readonly string[];
  readonly release: string | undefined;
  readonly kinds: readonly PlaceKind[];
  /** How it came to be known, in one sentence. */
  readonly why: string;
}

const order: readonly PlaceKind[] = ['build-tree', 'headers', 'image', 'rootfs', 'running-kernel', 'pins'];

/**
 * Brings the places of one kernel together: those of one workspace folder with the same release, at most one of
 * each kind. Places without a release join the only kernel of their folder, if there is only one.
 */
export function groupPlaces(places: readonly FoundPlace[]): FoundTarget[] {
  const groups: FoundPlace[][] = [];
  const sorted = [...places].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const place of sorted.filter((candidate) => candidate.release !== undefined)) {
    const group = groups.find(
      ([first, ...rest]) =>
        first?.release === place.release &&
        first?.folder === place.folder &&
        ![first, ...rest].some((member) => member?.kind === place.kind),
    );
    if (group) group.push(place);
    else groups.push([place]);
  }
  for (const place of sorted.filter((candidate) => candidate.release === undefined)) {
    const candidates = groups.filter(([first]) => first?.folder === place.folder && first.kind !== 'running-kernel');
    const [only] = candidates;
    if (only && candidates.length === 1 && !only.some((member) => member.kind === place.kind)) only.push(place);
    else groups.push([place]);
  }
  const names = new Set<string>();
  return groups.map((group) => targetOf(group, names));
}

function targetOf(group: readonly FoundPlace[], names: Set<string>): FoundTarget {
  const [first] = group as [FoundPlace, ...FoundPlace[]];
  const place = relativePath(first.folder, first.uri) || uriName(first.uri);
  const base = first.release ?? place;
  let name = names.has(base) ? `${base} (${place})` : base;
  for (let number = 2; names.has(name); number++) name = `${base} (${place} ${number})`;
  names.add(name);
  return {
    name,
    sourceUris: group.map((member) => member.uri),
    release: first.release,
    kinds: group.map((member) => member.kind),
    why: `found: ${group.map((member) => member.why).join(', ')}`,
  };
}
