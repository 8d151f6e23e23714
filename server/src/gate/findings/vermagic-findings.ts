import { counted } from '../../findings/counted.ts';
import type { TreeModule } from '../list-modules.ts';
import type { ScannedModule } from '../scan-modules.ts';
import type { ScannedKernel } from './tree-facts.ts';

/** The modules of one kernel by their vermagic, most frequent first; what was proven clean has the target's. */
export function modulesByVermagic(kernel: ScannedKernel): readonly (readonly [string, readonly ScannedModule[]])[] {
  const groups = new Map<string, ScannedModule[]>();
  for (const scanned of kernel.scan.modules) {
    if (scanned.class === 'unreadable') continue;
    const vermagic =
      scanned.checked === undefined
        ? (scanned.vermagic ?? kernel.target.vermagic?.value)
        : (scanned.checked.report.module.vermagic ?? undefined);
    if (vermagic === undefined) continue;
    const group = groups.get(vermagic);
    if (group === undefined) groups.set(vermagic, [scanned]);
    else group.push(scanned);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

export interface MajorityVermagic {
  readonly value: string;
  /** Says that it is a majority, and of how many. */
  readonly label: string;
  /** One of the modules that have it. */
  readonly uri: string;
}

/** The vermagic that most modules have, for a tree that holds nothing else to compare with. */
export function majorityVermagic(kernel: ScannedKernel): MajorityVermagic | undefined {
  return majorityOf(modulesByVermagic(kernel).map(([value, modules]) => [value, modules.map(({ module }) => module)]));
}

/** @param groups modules by their vermagic, most frequent first. */
export function majorityOf(
  groups: readonly (readonly [string, readonly TreeModule[]])[],
): MajorityVermagic | undefined {
  const [most] = groups;
  if (most === undefined) return undefined;
  const total = groups.reduce((sum, [, modules]) => sum + modules.length, 0);
  return {
    value: most[0],
    uri: most[1][0]?.uri ?? '',
    label: `the majority, ${most[1].length} of ${counted(total, 'module')}; no kernel image, headers or configuration is there to say it`,
  };
}
