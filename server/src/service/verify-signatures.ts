import { bytesAt, type Reading } from '../elf/reading.ts';
import type { TreeModule } from '../gate/list-modules.ts';
import { SeenMessages, verifyModuleSignature } from '../kernel/signature-verification.ts';
import type { TrustedKey } from '../kernel/target-kernel.ts';
import type { ModuleSignature } from '../module/kernel-module.ts';
import { type ModulePorts, readFromModule } from '../module/open-kernel-module.ts';
import { readSignature } from '../module/signature-trailer.ts';

/** Files read and verified at once: hashing goes on beside this thread. */
const parallel = 4;

/** Whether each module is signed, over all its bytes, by one of the keys. Nothing else of it is read. */
export async function verifySignatures(
  ports: ModulePorts,
  modules: readonly TreeModule[],
  keys: readonly TrustedKey[] | undefined,
): Promise<boolean[]> {
  const seen = new SeenMessages();
  const isSigned = async ({ uri }: TreeModule): Promise<boolean> => {
    const found = await readFromModule(ports, uri, signedParts);
    if (found === undefined || 'problem' in found) return false;
    const { signature, signed } = found;
    if (signed.length !== signature.offset) return false;
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
