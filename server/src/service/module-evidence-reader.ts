import type { ElfFile } from '../elf/elf-file.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import type { Finding } from '../findings/finding.ts';
import { type SignatureVerification, verifyModuleSignature } from '../kernel/signature-verification.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { initReferenceFindings, readInitReferences } from '../loader/init-reference.ts';
import type { RelocationFact } from '../loader/module-evidence.ts';
import { readRelocationFacts } from '../loader/relocation-facts.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { readFromModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';

/** What a module's relocations tell, whatever the target. */
export interface RelocationEvidence {
  readonly relocations: readonly RelocationFact[];
  readonly initReferences: readonly Finding[];
}

/** Reads what a check needs of a module's file beyond the parsed module. Results are kept with the module itself. */
export class ModuleEvidenceReader {
  readonly #ports: Ports;
  readonly #relocations = new WeakMap<KernelModule, Promise<RelocationEvidence | undefined>>();
  readonly #signatures = new WeakMap<KernelModule, WeakMap<TargetKernel, Promise<SignatureVerification | undefined>>>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** `undefined` for what is no ELF, or when the file changed or vanished meanwhile. */
  relocations(module: KernelModule): Promise<RelocationEvidence | undefined> {
    let pending = this.#relocations.get(module);
    if (!pending) {
      pending = this.#readRelocations(module);
      this.#relocations.set(module, pending);
    }
    return pending;
  }

  /** `undefined` for an unsigned module. */
  signature(module: KernelModule, target: TargetKernel): Promise<SignatureVerification | undefined> {
    let byTarget = this.#signatures.get(module);
    if (!byTarget) {
      byTarget = new WeakMap();
      this.#signatures.set(module, byTarget);
    }
    let pending = byTarget.get(target);
    if (!pending) {
      pending = this.#verify(module, target);
      byTarget.set(target, pending);
    }
    return pending;
  }

  async #readRelocations(module: KernelModule): Promise<RelocationEvidence | undefined> {
    const { elf } = module;
    if (!elf) return undefined;
    const read = await readFromModule(this.#ports, module.uri, () => relocationEvidence(elf, module.uri));
    return 'problem' in read ? undefined : read;
  }

  async #verify(module: KernelModule, target: TargetKernel): Promise<SignatureVerification | undefined> {
    const { signature } = module;
    if (!signature) return undefined;
    const signed = await readFromModule(this.#ports, module.uri, () => bytesAt(0, signature.offset));
    if ('problem' in signed || signed.length !== signature.offset) return undefined;
    return verifyModuleSignature(signed, signature, target.trustedKeys?.value);
  }
}

function* relocationEvidence(elf: ElfFile, uri: string): Reading<RelocationEvidence> {
  return {
    relocations: yield* readRelocationFacts(elf),
    initReferences: initReferenceFindings(uri, yield* readInitReferences(elf)),
  };
}
