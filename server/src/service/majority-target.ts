import type { MajorityVermagic } from '../gate/findings/vermagic-findings.ts';
import type { TreeModule } from '../gate/list-modules.ts';
import { factsOfModule } from '../kernel/sources/known-good-module.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import type { ModulePorts } from '../module/open-kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';

/** The target with the vermagic of most of its modules, and what else one of those tells where nothing better does. */
export async function withMajority(
  ports: ModulePorts,
  target: TargetKernel,
  majority: MajorityVermagic,
): Promise<TargetKernel> {
  const origin = { label: majority.label, uri: majority.uri };
  const module = await openKernelModule(ports, majority.uri);
  const part = factsOfModule(module, origin);
  return {
    ...target,
    vermagic: { value: majority.value, origin: { label: majority.label } },
    release: target.release ?? part.release,
    architecture: target.architecture ?? part.architecture,
    structModuleSize: target.structModuleSize ?? part.structModuleSize,
  };
}

/** Modules opened at once. */
const parallel = 16;

/** The modules of a whole tree by their vermagic, most frequent first; for a scan that looks at a part of them only. */
export async function vermagicsOf(
  ports: ModulePorts,
  modules: readonly TreeModule[],
): Promise<readonly (readonly [string, readonly TreeModule[]])[]> {
  const groups = new Map<string, TreeModule[]>();
  for (let start = 0; start < modules.length; start += parallel) {
    const part = modules.slice(start, start + parallel);
    const opened = await Promise.all(part.map(({ uri }) => openKernelModule(ports, uri)));
    for (const [index, module] of opened.entries()) {
      const vermagic = modinfoValue(module, 'vermagic');
      if (vermagic === undefined) continue;
      const group = groups.get(vermagic);
      const entry = part[index] as TreeModule;
      if (group === undefined) groups.set(vermagic, [entry]);
      else group.push(entry);
    }
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}
