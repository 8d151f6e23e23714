import type { TargetReport } from '@vermagic/shared';
import { type Finding, fileStart, type Severity } from '../findings/finding.ts';
import { explainSignature } from '../kernel/explain-signature.ts';
import type { SignatureVerification } from '../kernel/signature-verification.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import type { LoadInput } from '../loader/load-state.ts';
import type { ModuleEvidence } from '../loader/module-evidence.ts';
import { predictLoad } from '../loader/pipeline.ts';
import type { LoadRequest, Verdict } from '../loader/verdict.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { uriPath } from '../ports/uri.ts';
import { targetReport } from './check-report.ts';
import { ModuleEvidenceReader } from './module-evidence-reader.ts';
import { withTreeExports } from './tree-exports.ts';

/** Levels given by settings or `vermagic.json`; a rule that is not named keeps the severity it was found with. */
export type RuleLevels = Readonly<Record<string, Severity | 'off' | undefined>>;

export interface CheckOptions {
  readonly request?: LoadRequest;
  /** Modules loaded before, in order. */
  readonly loaded?: readonly KernelModule[];
  readonly levels?: RuleLevels;
  /** Told when keys are being read that the verdict waits for; given, the verdict does not wait (it may be another then). */
  readonly onLateKeys?: (reading: Promise<unknown>) => void;
  /** How the user named the module. */
  readonly path?: string;
  /** Takes a signature for good where the target's keys are not known: a scan says so once instead of for each module. */
  readonly assumeSigned?: boolean;
}

export interface Checked {
  readonly verdict: Verdict;
  readonly report: TargetReport;
}

/** Predicts the load of modules, with everything at hand: signatures verified, relocations read. */
export class ModuleChecker {
  readonly #evidence: ModuleEvidenceReader;

  constructor(ports: Ports) {
    this.#evidence = new ModuleEvidenceReader(ports);
  }

  async check(module: KernelModule, target: TargetKernel, options: CheckOptions = {}): Promise<Checked> {
    if (module.unreadable !== undefined) return checkUnreadable(module, module.unreadable, target, options);
    const loaded = options.loaded ?? [];
    const evidence = new Map<KernelModule, ModuleEvidence>();
    const verifications = new Map<KernelModule, SignatureVerification | undefined>();
    for (const one of [...loaded, module]) {
      const verified = await this.#evidence.signature(one, target, options.onLateKeys);
      verifications.set(one, verified);
      evidence.set(one, signatureEvidence(verified));
    }
    const verification = verifications.get(module);
    if (verification?.result === 'unknown' && options.assumeSigned === true)
      evidence.set(module, { signature: 'valid' });
    const relocations = await this.#evidence.relocations(module);
    if (relocations) {
      const { btfFault } = relocations;
      const btf = btfFault === undefined ? {} : { btfFault };
      evidence.set(module, { ...evidence.get(module), ...btf, relocations: () => relocations.relocations });
    }
    const parameters = options.request?.parameters === undefined ? undefined : await this.#evidence.parameters(module);
    if (parameters) evidence.set(module, { ...evidence.get(module), parameters });
    const input: LoadInput = {
      target: await withTreeExports(target, [...loaded, module]),
      request: options.request ?? {},
      loaded,
      evidence,
    };
    const predicted = predictLoad(input, module);
    const findings = [...predicted.findings, ...(relocations?.initReferences ?? [])]
      .map((finding) => withSignatureAdvice(finding, verification, module, target))
      .flatMap((finding) => atLevel(finding, options.levels ?? {}));
    const verdict = { ...predicted, findings };
    return { verdict, report: targetReport(input, module, verdict, options.path ?? uriPath(module.uri)) };
  }
}

/** Without contents the kernel's checks say nothing. What kmod cannot unpack never reaches the kernel. */
function checkUnreadable(module: KernelModule, reason: string, target: TargetKernel, options: CheckOptions): Checked {
  const packed = module.compression !== 'none';
  const message = packed
    ? `${reason} insmod and modprobe fail on it before the kernel sees anything. Copy or pack it again.`
    : `${reason} Nothing can be said of the module. Make the file readable.`;
  const finding: Finding = { rule: 'elf-invalid', severity: 'error', message };
  const verdict: Verdict = {
    verdict: packed ? 'refused' : 'undetermined',
    errno: undefined,
    dmesg: [],
    possibleDmesg: [],
    taint: '',
    findings: atLevel(finding, options.levels ?? {}),
    missing: packed ? [] : [{ fact: 'the contents of the file', supply: message, check: 'module-checker' }],
  };
  const input: LoadInput = { target, request: options.request ?? {}, loaded: options.loaded ?? [] };
  return { verdict, report: targetReport(input, module, verdict, options.path ?? uriPath(module.uri)) };
}

function signatureEvidence(verification: SignatureVerification | undefined): ModuleEvidence {
  if (!verification) return {};
  const { result, key } = verification;
  return { signature: result, ...(key ? { signatureKeyring: key.keyring } : {}) };
}

/** The loader knows that a signature does not count; which keyring would need which key is the target's business. */
function withSignatureAdvice(
  finding: Finding,
  verification: SignatureVerification | undefined,
  module: KernelModule,
  target: TargetKernel,
): Finding {
  if (!verification || !finding.rule.startsWith('signature-')) return finding;
  const explanation = explainSignature(verification, {
    targetName: target.name,
    release: target.release?.value,
    vendor: target.vendor?.value,
    config: target.config?.value,
    modulePath: uriPath(module.uri),
  });
  const commands = explanation.commands.length > 0 ? `\n${explanation.commands.join('\n')}` : '';
  return { ...finding, message: `${finding.message} ${explanation.message}${commands}` };
}

function atLevel(finding: Finding, levels: RuleLevels): Finding[] {
  const level = levels[finding.rule];
  if (level === 'off') return [];
  return [{ ...finding, severity: level ?? finding.severity, where: finding.where ?? { uri: '', range: fileStart } }];
}
