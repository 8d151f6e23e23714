/** A part of a scan, as its report says of itself. */
export interface ScanPart {
  /** What it is a part of, as a person reads it. */
  readonly of: string;
  readonly shard: { readonly index: number; readonly count: number };
}

/** A part that is not there would look like a part without faults, and one that is there twice counts twice. */
export function gapsIn(all: readonly ScanPart[]): string[] {
  const gaps: string[] = [];
  const byScan = new Map<string, ScanPart[]>();
  for (const part of all) {
    const key = `${part.of}/${part.shard.count}`;
    byScan.set(key, [...(byScan.get(key) ?? []), part]);
  }
  for (const parts of byScan.values()) {
    const [first] = parts as [ScanPart];
    const { count } = first.shard;
    const there = parts.map(({ shard }) => shard.index);
    const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !there.includes(index));
    if (missing.length > 0) gaps.push(`of ${first.of}, part ${missing.join(', ')} of ${count} is missing.`);
    if (new Set(there).size < there.length) gaps.push(`of ${first.of}, a part is there twice.`);
  }
  return gaps;
}
