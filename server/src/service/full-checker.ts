import type { CheckReport } from '@vermagic/shared';
import type { TreeModule } from '../gate/list-modules.ts';
import { enforcesSignatures } from '../gate/proof-plan.ts';
import type { FullChecked } from '../gate/scan-modules.ts';
import { type TreeProviders, TreeSymbols } from '../gate/tree-symbols.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { HeldFile } from './held-file.ts';
import { ModuleChecker, type RuleLevels } from './module-checker.ts';
import { ModuleEvidenceReader } from './module-evidence-reader.ts';

export interface FullCheckOptions {
  readonly levels: RuleLevels;
  /** Put before the path from the tree's folder. */
  readonly pathPrefix: string;
}

/** The whole of the loader's checks for modules of a tree: what no proof could settle. */
export class FullChecker {
  readonly #ports: Ports;
  readonly #target: TargetKernel;
  readonly #evidence: ModuleEvidenceReader;

  constructor(ports: Ports, target: TargetKernel) {
    this.#ports = ports;
    this.#target = target;
    this.#evidence = new ModuleEvidenceReader(ports);
  }

  /** For modules of one tree, whose exports are found as well. */
  ofTree(providers: TreeProviders, options: FullCheckOptions): TreeChecker {
    const { symbols } = this.#target;
    const target =
      symbols === undefined
        ? this.#target
        : { ...this.#target, symbols: new TreeSymbols(symbols, providers), lateExports: undefined };
    return new TreeChecker(this.#ports, target, options);
  }

  /** What verifying a module's signature gives, and the size of the signature proper. */
  async signatureOf(module: TreeModule): Promise<{ readonly result: string; readonly valueBytes: number } | undefined> {
    const opened = await openKernelModule(this.#ports, module.uri);
    const verification = await this.#evidence.signature(opened, this.#target);
    if (verification === undefined) return undefined;
    return { result: verification.result, valueBytes: opened.signature?.value?.length ?? 0 };
  }
}

export class TreeChecker {
  readonly #files: HeldFile;
  readonly #ports: Ports;
  readonly #target: TargetKernel;
  readonly #options: FullCheckOptions;
  readonly #checker: ModuleChecker;

  constructor(ports: Ports, target: TargetKernel, options: FullCheckOptions) {
    this.#files = new HeldFile(ports.files);
    this.#ports = { ...ports, files: this.#files };
    this.#target = target;
    this.#options = options;
    this.#checker = new ModuleChecker(this.#ports);
  }

  /**
   * @param brief keeps each rule's first finding only.
   * @throws never; a file that cannot be read gives a report that says so.
   */
  async check(modules: readonly TreeModule[], brief = false): Promise<FullChecked[]> {
    const assumeSigned = !enforcesSignatures(this.#target);
    const { levels, pathPrefix } = this.#options;
    const results: FullChecked[] = [];
    for (const { uri, path } of modules) {
      await this.#files.hold(uri);
      const module = await openKernelModule(this.#ports, uri);
      const options = { levels, path: `${pathPrefix}${path}`, assumeSigned };
      const { check } = (await this.#checker.check(module, this.#target, options)).report;
      const unreadable = unreadableReason(module);
      results.push({
        report: brief ? briefReport(check) : check,
        depends: dependsOf(module),
        signed: module.signature !== undefined,
        ...(unreadable === undefined ? {} : { unreadable }),
      });
    }
    return results;
  }
}

function briefReport(report: CheckReport): CheckReport {
  const firsts = new Map<string, CheckReport['findings'][number]>();
  for (const finding of report.findings) if (!firsts.has(finding.rule)) firsts.set(finding.rule, finding);
  const moreFindings = report.findings.length - firsts.size;
  return moreFindings === 0 ? report : { ...report, findings: [...firsts.values()], moreFindings };
}

/** A file without a byte that is not empty by its own fault: it could not be opened or unpacked. */
function unreadableReason(module: KernelModule): string | undefined {
  const [problem] = module.problems;
  if (module.sizeBytes > 0 || problem === undefined || problem.message === 'The file is empty.') return undefined;
  return problem.message.replace(/\.$/, '');
}

function dependsOf(module: KernelModule): string[] {
  const text = modinfoValue(module, 'depends') ?? '';
  return text.split(',').flatMap((name) => (name === '' ? [] : [name.replaceAll('-', '_')]));
}
