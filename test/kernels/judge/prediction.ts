import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { readAsync } from '../../../server/src/elf/drivers.ts';
import { readKernelImage } from '../../../server/src/kernel/image/read-kernel-image.ts';
import type { OpenedTarget } from '../../../server/src/kernel/kernel-part.ts';
import { mergeTargets } from '../../../server/src/kernel/merge-targets.ts';
import { openParts } from '../../../server/src/kernel/open-target.ts';
import { verifyModuleSignature } from '../../../server/src/kernel/signature-verification.ts';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import type { ModuleEvidence } from '../../../server/src/loader/module-evidence.ts';
import { predictLoad } from '../../../server/src/loader/pipeline.ts';
import { readRelocationFacts } from '../../../server/src/loader/relocation-facts.ts';
import { taintFlags } from '../../../server/src/loader/taint.ts';
import type { LoadRequest, Verdict } from '../../../server/src/loader/verdict.ts';
import { readBtfFault } from '../../../server/src/module/btf-header.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import { openKernelModule } from '../../../server/src/module/open-kernel-module.ts';
import { readParameterDetails } from '../../../server/src/module/parameter-details.ts';
import { nodePorts } from '../../../server/src/node/platform.ts';
import { MemoryByteSource } from '../../../server/src/ports/byte-source.ts';
import { silentLogger } from '../../../server/src/ports/logger.ts';
import { blacklistedName, compressedFile, ignoreModversions, ignoreVermagic } from './judge-case.ts';
import { type JudgeKernel, kernelFile } from './judge-kernel.ts';
import type { BootVariant, JudgedCase } from './kernel-answers.ts';

const ports = nodePorts(silentLogger);

/** Which of a kernel's packages a target is made from. */
export type TargetSource = 'headers' | 'rootfs' | 'image';

/** What we know of the kernel that judges, from its packages. */
export async function judgedTarget(kernel: JudgeKernel, sources: readonly TargetSource[]): Promise<OpenedTarget> {
  const parts = [];
  if (sources.includes('headers')) parts.push(...(await openParts(ports, pathToFileURL(kernel.headers).href)));
  if (sources.includes('rootfs')) parts.push(...(await openParts(ports, pathToFileURL(kernel.image).href)));
  if (sources.includes('image')) {
    const file = kernelFile(kernel);
    const origin = { label: `vmlinuz-${kernel.release}`, uri: pathToFileURL(file).href };
    parts.push(await readKernelImage(ports, await readFile(file), origin));
  }
  const target = mergeTargets(kernel.name, parts);
  const blacklist = { value: [blacklistedName], origin: { label: 'the command line of the judge' } };
  return { ...target, moduleBlacklist: blacklist };
}

/** What the loader's checks need beyond the parsed module: its relocations, its parameters, its signature verified. */
async function evidenceOf(module: KernelModule, file: string, target: TargetKernel): Promise<ModuleEvidence> {
  const bytes = await readFile(file);
  const { elf, signature } = module;
  const source = new MemoryByteSource(bytes);
  const relocations = elf && (await readAsync(source, readRelocationFacts(elf)));
  const parameters = elf && (await readAsync(source, readParameterDetails(elf)));
  const btfFault = elf && (await readAsync(source, readBtfFault(elf)));
  const verification =
    signature &&
    (await verifyModuleSignature(bytes.subarray(0, signature.offset), signature, target.trustedKeys?.value));
  return {
    ...(relocations && { relocations: () => relocations }),
    ...(parameters && { parameters }),
    ...(btfFault !== undefined && { btfFault }),
    ...(verification && { signature: verification.result }),
  };
}

function taintLetters(value: number): string {
  return taintFlags
    .filter(({ bit }) => (value & (2 ** bit)) !== 0)
    .map(({ letter }) => letter)
    .join('');
}

/** Our prediction of what the kernel was asked. */
export async function predict(target: TargetKernel, variant: BootVariant, judged: JudgedCase): Promise<Verdict> {
  const { flags = 0, parameters } = judged.case;
  const open = (file: string) => openKernelModule(ports, pathToFileURL(file).href);
  const module = await open(judged.file);
  const loaded = await Promise.all(judged.before.map(open));
  const evidence = new Map([[module, await evidenceOf(module, judged.file, target)]]);
  const known = ignoreModversions | ignoreVermagic | compressedFile;
  const request: LoadRequest = {
    ignoreModversions: (flags & ignoreModversions) !== 0,
    ignoreVermagic: (flags & ignoreVermagic) !== 0,
    compressedFile: (flags & compressedFile) !== 0,
    otherFlags: flags & ~known,
    sigEnforce: variant.sigEnforce,
    lockdown: variant.lockdown,
    loader: 'init',
    kernelTaint: taintLetters(judged.answer.tainted[0]),
    ...(parameters === undefined ? {} : { parameters }),
  };
  return predictLoad({ target, request, loaded, evidence }, module);
}
