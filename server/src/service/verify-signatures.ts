import { bytesAt, type Reading } from '../elf/reading.ts';
import type { TreeModule } from '../gate/list-modules.ts';
import { enforcesSignatures } from '../gate/proof-plan.ts';
import { SeenMessages, verifyModuleSignature } from '../kernel/signature-verification.ts';
import type { TargetKernel, TrustedKey } from '../kernel/target-kernel.ts';
import { digestsInModules } from '../loader/digest-module.ts';
import type { ModuleSignature } from '../module/kernel-module.ts';
import { type ModulePorts, readFromModule } from '../module/open-kernel-module.ts';
import { readSignature } from '../module/signature-trailer.ts';

/** Files read and verified at once: hashing goes on beside this thread. */
const parallel = 4;

/** What makes a signature count, without a doubt, in the eyes of one target. */
export interface SignatureTrust {
  readonly keys: readonly TrustedKey[] | undefined;
  /** Digests that may not be there when a signature has to be verified. */
  readonly openDigests: readonly string[];
}

/** Keys of rings that this kernel may not ask for modules are left out: which it asks is the full check's business. */
export function signatureTrust(target: TargetKernel): SignatureTrust {
  const isEnabled = (option: string) => target.config?.value.enabled(option) === true;
  const asked = new Set<TrustedKey['keyring']>(['builtin', 'known-good']);
  if (isEnabled('SECONDARY_TRUSTED_KEYRING')) asked.add('secondary');
  if (isEnabled('INTEGRITY_MACHINE_KEYRING')) asked.add('machine');
  return {
    keys: target.trustedKeys?.value.filter(({ keyring }) => asked.has(keyring)),
    openDigests: enforcesSignatures(target) && target.config ? digestsInModules(target.config.value) : [],
  };
}

/** Whether each module is signed, over all its bytes, in a way that counts. Nothing else of it is read. */
export async function verifySignatures(
  ports: ModulePorts,
  modules: readonly TreeModule[],
  { keys, openDigests }: SignatureTrust,
): Promise<boolean[]> {
  const seen = new SeenMessages();
  const isSigned = async ({ uri }: TreeModule): Promise<boolean> => {
    const found = await readFromModule(ports, uri, signedParts);
    if (found === undefined || 'problem' in found) return false;
    const { signature, signed } = found;
    if (signed.length !== signature.offset || openDigests.includes(signature.hash ?? '')) return false;
    return (await verifyModuleSignature(signed, signature, keys, seen)).result === 'valid';
  };
  const verified: boolean[] = [];
  for (let start = 0; start < modules.length; start += parallel) {
    verified.push(...(await Promise.all(modules.slice(start, start + parallel).map(isSigned))));
  }
  return verified;
}

function* signedParts(
  sizeBytes: number,
): Reading<{ readonly signature: ModuleSignature; readonly signed: Uint8Array } | undefined> {
  const signature = yield* readSignature(sizeBytes);
  return signature && { signature, signed: yield* bytesAt(0, signature.offset) };
}
