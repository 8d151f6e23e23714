import type { MajorityVermagic } from '../gate/findings/vermagic-findings.ts';
import { knownGoodModulePart } from '../kernel/sources/known-good-module.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import type { ModulePorts } from '../module/open-kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';

/** The target with the vermagic of most of its modules, and what else one of those tells where nothing better does. */
export async function withMajority(
  ports: ModulePorts,
  target: TargetKernel,
  majority: MajorityVermagic,
): Promise<TargetKernel> {
  const origin = { label: majority.label, uri: majority.uri };
  const part = knownGoodModulePart(await openKernelModule(ports, majority.uri), origin);
  return {
    ...target,
    vermagic: { value: majority.value, origin: { label: majority.label } },
    release: target.release ?? part.release,
    architecture: target.architecture ?? part.architecture,
    structModuleSize: target.structModuleSize ?? part.structModuleSize,
  };
}
