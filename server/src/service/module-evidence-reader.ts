import type { ElfFile } from '../elf/elf-file.ts';
import { bytesAt, type Reading } from '../elf/reading.ts';
import type { Finding } from '../findings/finding.ts';
import { SeenMessages, type SignatureVerification, verifyModuleSignature } from '../kernel/signature-verification.ts';
import type { TargetKernel, TrustedKey } from '../kernel/target-kernel.ts';
import { mergeTrustedKeys } from '../kernel/trusted-keys.ts';
import { readInitReferences } from '../loader/init-reference.ts';
import { initReferenceFindings } from '../loader/init-reference-findings.ts';
import type { RelocationFact } from '../loader/module-evidence.ts';
import { readRelocationFacts } from '../loader/relocation-facts.ts';
import { type BtfFault, readBtfFault } from '../module/btf-header.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { readFromModule } from '../module/open-kernel-module.ts';
import { type ParameterDetails, readParameterDetails } from '../module/parameter-details.ts';
import type { Ports } from '../ports/ports.ts';

/** What a module's relocations tell, whatever the target. */
export interface RelocationEvidence {
  readonly relocations: readonly RelocationFact[];
  readonly initReferences: readonly Finding[];
  /** What is wrong with `.BTF` whatever the target. */
  readonly btfFault: BtfFault | undefined;
}

/** As much of a module as its signature is verified with. */
export type SignedFile = Pick<KernelModule, 'uri' | 'signature'>;

/** Reads what a check needs of a module's file beyond the parsed module. Results are kept with the module itself. */
export class ModuleEvidenceReader {
  readonly #ports: Ports;
  readonly #relocations = new WeakMap<KernelModule, Promise<RelocationEvidence | undefined>>();
  readonly #seen = new WeakMap<object, SeenMessages>();
  readonly #signatures = new WeakMap<SignedFile, WeakMap<object, Promise<SignatureVerification | undefined>>>();

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

  /**
   * `undefined` for an unsigned module. Keys that have to be dug out of a kernel image are read when the others do not decide.
   * @param later is told of that reading, and the answer without those keys is given; without it they are waited for.
   */
  async signature(
    module: SignedFile,
    target: TargetKernel,
    later?: (reading: Promise<unknown>) => void,
  ): Promise<SignatureVerification | undefined> {
    const { lateKeys } = target;
    const known = lateKeys?.isRead ? undefined : await this.#verified(module, target, target.trustedKeys?.value);
    const matters = target.config?.value.enabled('MODULE_SIG') !== false;
    if (!lateKeys || !module.signature || !matters || (known && known.result !== 'unknown')) return known;
    if (later && !lateKeys.isRead) {
      later(lateKeys.get());
      return known;
    }
    const { keys } = await lateKeys.get();
    const all = keys ? mergeTrustedKeys([target.trustedKeys, keys]) : target.trustedKeys;
    return this.#verified(module, lateKeys, all?.value);
  }

  /** What modinfo does not say of a module's parameters; `undefined` as for relocations. */
  async parameters(module: KernelModule): Promise<ReadonlyMap<string, ParameterDetails> | undefined> {
    const { elf } = module;
    if (!elf) return undefined;
    const read = await readFromModule(this.#ports, module.uri, () => readParameterDetails(elf));
    return 'problem' in read ? undefined : read;
  }

  /** @param source what the keys were read from, as the key of what is kept. */
  #verified(
    module: SignedFile,
    source: object,
    keys: readonly TrustedKey[] | undefined,
  ): Promise<SignatureVerification | undefined> {
    let bySource = this.#signatures.get(module);
    if (!bySource) {
      bySource = new WeakMap();
      this.#signatures.set(module, bySource);
    }
    let pending = bySource.get(source);
    if (!pending) {
      const seen = this.#seen.get(source) ?? new SeenMessages();
      this.#seen.set(source, seen);
      pending = this.#verify(module, keys, seen);
      bySource.set(source, pending);
    }
    return pending;
  }

  async #readRelocations(module: KernelModule): Promise<RelocationEvidence | undefined> {
    const { elf } = module;
    if (!elf) return undefined;
    const read = await readFromModule(this.#ports, module.uri, () => relocationEvidence(elf, module.uri));
    return 'problem' in read ? undefined : read;
  }

  async #verify(
    module: SignedFile,
    keys: readonly TrustedKey[] | undefined,
    seen: SeenMessages,
  ): Promise<SignatureVerification | undefined> {
    const { signature } = module;
    if (!signature) return undefined;
    const signed = await readFromModule(this.#ports, module.uri, () => bytesAt(0, signature.offset));
    if ('problem' in signed || signed.length !== signature.offset) return undefined;
    return verifyModuleSignature(signed, signature, keys, seen);
  }
}

function* relocationEvidence(elf: ElfFile, uri: string): Reading<RelocationEvidence> {
  return {
    relocations: yield* readRelocationFacts(elf),
    initReferences: initReferenceFindings(uri, yield* readInitReferences(elf)),
    btfFault: yield* readBtfFault(elf),
  };
}
