import { type KernelModule, modinfoValue } from '../../module/kernel-module.ts';
import { type Architecture, architectures } from '../architecture.ts';
import type { Fact, Origin } from '../fact.ts';
import type { KernelPart } from '../kernel-part.ts';
import type { TrustedKey } from '../target-kernel.ts';

/** Opens a `.ko`; `undefined` when there is no such file. Never throws. */
export type ModuleReader = (uri: string) => Promise<KernelModule | undefined>;

/**
 * What a module that is known to load says of its kernel: vermagic (and with it the release), architecture,
 * the size of `struct module` (which no header states as a number) and the key that signed it.
 */
export function knownGoodModulePart(module: KernelModule, origin: Origin): KernelPart {
  const facts = factsOfModule(module, origin);
  return {
    kind: 'known-good-module',
    origins: [origin],
    problems: facts.vermagic === undefined ? [{ message: `${origin.label} has no vermagic.` }] : [],
    dependsOn: [module.uri],
    ...facts,
    trustedKeys: signerOf(module, origin),
  };
}

/** That without the key, for which the signature would have to be taken apart. */
export function factsOfModule(
  module: KernelModule,
  origin: Origin,
): Pick<KernelPart, 'vermagic' | 'release' | 'architecture' | 'structModuleSize'> {
  const vermagic = modinfoValue(module, 'vermagic');
  const release = vermagic?.split(' ', 1)[0];
  return {
    vermagic: vermagic === undefined ? undefined : { value: vermagic, origin },
    release: release ? { value: release, origin } : undefined,
    architecture: architectureOfModule(module, origin),
    structModuleSize: module.structModuleSize === undefined ? undefined : { value: module.structModuleSize, origin },
  };
}

export function isInTree(module: KernelModule): boolean {
  return modinfoValue(module, 'intree') !== undefined;
}

/** From e_machine, class and byte order of its ELF header. */
export function architectureOfModule(module: KernelModule, origin: Origin): Fact<Architecture> | undefined {
  const header = module.elf?.header;
  const found = Object.values(architectures).find(
    (architecture) => architecture.machine === header?.machine && architecture.class === header.class,
  );
  return found && header ? { value: { ...found, endian: header.endian }, origin } : undefined;
}

function signerOf(module: KernelModule, origin: Origin): Fact<readonly TrustedKey[]> | undefined {
  const { signature } = module;
  if (signature?.keyId === undefined) return undefined;
  const key: TrustedKey = {
    keyring: 'known-good',
    certificate: undefined,
    subject: signature.signer,
    serial: signature.keyId,
  };
  return { value: [key], origin };
}
