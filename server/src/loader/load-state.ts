import type { Finding, Severity } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';
import type { RuleId } from '../findings/registry.ts';
import { type KernelVersion, type TargetKernel, type Vendor, vendors } from '../kernel/target-kernel.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import { representativeVersions, versionOf } from './kernel-versions.ts';
import type { Machine } from './machine.ts';
import type { ModuleEvidence } from './module-evidence.ts';
import type { VendorProfile } from './vendor-profile.ts';
import { vendorProfiles } from './vendor-profile.ts';
import type { Errno, LoadRequest, MissingFact } from './verdict.ts';
import type { World } from './world.ts';

/** What a prediction starts from. */
export interface LoadInput {
  readonly target: TargetKernel;
  readonly request: LoadRequest;
  /** Modules loaded before this one (`--with`), in order. */
  readonly loaded: readonly KernelModule[];
  /** What was read or computed of modules beyond their parsed form. */
  readonly evidence?: ReadonlyMap<KernelModule, ModuleEvidence>;
}

/** A finding with what the pipeline knows of it. */
export interface NotedFinding {
  readonly finding: Finding;
  /** The finding that explains the refusal. */
  readonly fatal: boolean;
}

type FindingExtras = Partial<Pick<Finding, 'related' | 'symbol' | 'expected' | 'actual' | 'fixes'>>;

const wouldAlso = 'Would also be refused: ';

/** What one load carries from check to check, in one world of assumptions. */
export class LoadState {
  readonly target: TargetKernel;
  readonly request: LoadRequest;
  readonly machine: Machine;
  readonly module: KernelModule;
  readonly evidence: ModuleEvidence;
  readonly dmesg: string[] = [];
  readonly findings: NotedFinding[] = [];
  /** `mod->taints`. */
  readonly moduleTaints = new Set<string>();
  /** What this load adds to the kernel's own taints, whether or not they were set before. */
  readonly kernelTaints = new Set<string>();
  /** Set by module_sig_check: a trusted key verified the signature. */
  signatureValid = false;
  /** `mod->using_gplonly_symbols`. */
  usingGplOnlySymbols = false;
  /** Whether `.modinfo` is there but not allocated; looked up once, because every tag asks. */
  modinfoUnallocated: boolean | undefined;
  /** Searches for similar names made so far: they walk all exports. */
  similarSearches = 0;
  /** Exports of `--with` modules that were themselves refused, and of which module. */
  readonly refusedProviders: ReadonlyMap<string, string>;
  /** The file is too damaged for the later checks to say anything of use, or the kernel did not survive the last one. */
  aborted = false;
  /** The kernel itself fails on the module: it neither loads nor is refused. */
  crashed = false;
  readonly #world: World;
  #refused: Errno | undefined;
  #versions: readonly KernelVersion[];
  #vendors: readonly Vendor[];
  #taintOfProprietaryBefore = false;

  constructor(
    input: LoadInput,
    module: KernelModule,
    machine: Machine,
    world: World,
    refusedProviders: ReadonlyMap<string, string> = new Map(),
  ) {
    this.target = input.target;
    this.request = input.request;
    this.machine = machine;
    this.module = module;
    this.evidence = input.evidence?.get(module) ?? {};
    this.#world = world;
    this.refusedProviders = refusedProviders;
    const version = versionOf(input.target);
    this.#versions = version === undefined ? representativeVersions : [version];
    this.#vendors = input.target.vendor === undefined ? vendors : [input.target.vendor.value];
  }

  /** The errno of the first refusal. */
  get refused(): Errno | undefined {
    return this.#refused;
  }

  /** `mod->name`, from `struct module`. */
  get name(): string {
    return this.module.structModuleName ?? modinfoValue(this.module, 'name') ?? this.module.fileName;
  }

  /** `info->name`: modinfo's `name=`, else the one of `struct module` (setup_load_info). */
  get infoName(): string {
    return modinfoValue(this.module, 'name') ?? this.name;
  }

  /** A kernel message; nothing is printed any more once the load is refused. */
  print(line: string): void {
    if (this.#refused === undefined) {
      this.dmesg.push(line);
    }
  }

  /** pr_warn_once and its like: `key` names the place in the source. */
  printOnce(key: string, line: string): void {
    if (this.#refused === undefined && !this.machine.printedOnce.has(key)) {
      this.machine.printedOnce.add(key);
      this.dmesg.push(line);
    }
  }

  report(rule: RuleId, severity: Severity, message: string, extras: FindingExtras = {}): void {
    const later = this.#refused !== undefined && severity === 'error';
    this.#note(rule, severity, later ? `${wouldAlso}${message}` : message, extras, false);
  }

  /** The load ends here with `errno`; if it ended before, this one "would also" have refused it. */
  refuse(errno: Errno, rule: RuleId, message: string, extras: FindingExtras = {}): void {
    const first = this.#refused === undefined;
    this.#note(rule, 'error', first ? message : `${wouldAlso}${message}`, extras, first);
    this.#refused ??= errno;
  }

  /** A refusal whose findings were reported one by one. `rule` names those that explain it. */
  refuseFor(errno: Errno, rules: readonly RuleId[]): void {
    if (this.#refused !== undefined) {
      return;
    }
    this.#refused = errno;
    this.findings.forEach((noted, index) => {
      if (noted.finding.severity === 'error' && rules.includes(noted.finding.rule)) {
        this.findings[index] = { ...noted, fatal: true };
      }
    });
  }

  /** The kernel crashes here. `message` says so; after a refusal it does not get here. */
  crash(rule: RuleId, message: string): void {
    if (this.#refused !== undefined) {
      return;
    }
    this.#note(rule, 'error', message, {}, true);
    this.crashed = true;
    this.aborted = true;
  }

  /** add_taint_module: the module's own flag and the kernel's. `lockDataLost`: LOCKDEP_NOW_UNRELIABLE. */
  taint(letter: string, lockDataLost = false): void {
    if (this.#refused !== undefined) {
      return;
    }
    this.moduleTaints.add(letter);
    this.taintKernel(letter, lockDataLost);
  }

  /** add_taint: only the kernel's. */
  taintKernel(letter: string, lockDataLost: boolean): void {
    if (this.#refused !== undefined) {
      return;
    }
    if (lockDataLost && this.machine.lockDebugging) {
      this.machine.lockDebugging = false;
      this.print('Disabling lock debugging due to kernel taint');
    }
    this.machine.taints.add(letter);
    this.kernelTaints.add(letter);
  }

  /** The kernel's P before the licence was looked at: module_augment_kernel_taints' `prev_taint`. */
  rememberProprietaryTaint(): void {
    this.#taintOfProprietaryBefore = this.machine.taints.has('P');
  }

  get proprietaryTaintBefore(): boolean {
    return this.#taintOfProprietaryBefore;
  }

  /**
   * Asks for what the facts leave open; the first alternative lets the module through. After a refusal
   * nothing is asked any more: the answer could not change the verdict.
   */
  choose<T>(question: string, alternatives: readonly [T, ...T[]], missing: MissingFact): T {
    return this.#refused === undefined ? this.#world.choose(question, alternatives, missing) : alternatives[0];
  }

  /** A rule of the kernel's version. An unknown version is asked for only where the answer depends on it. */
  byVersion<T extends string | number | boolean>(rule: (version: KernelVersion) => T): T {
    const groups = partition(this.#versions, rule);
    const group = this.choose(`version:${this.#versions.length}:${[...groups.keys()].join('|')}`, atLeastOne(groups), {
      fact: "the target kernel's version",
      supply:
        'Give a source that names the release: utsrelease.h of the build tree or headers, a lib/modules directory, or a kernel image.',
      check: 'the order and wording of the checks',
    });
    if (this.#refused === undefined) {
      this.#versions = group[1];
    }
    return group[0];
  }

  /** A rule of the distributor's kernel, which may depend on the version too. */
  byVendor<T extends string | number | boolean>(rule: (profile: VendorProfile) => T, check: string): T {
    const groups = partition(this.#vendors, (vendor) => rule(vendorProfiles[vendor]));
    const group = this.choose(`vendor:${this.#vendors.length}:${[...groups.keys()].join('|')}`, atLeastOne(groups), {
      fact: "the target's vendor",
      supply: `Say whose kernel it is in vermagic.json: "targets": { "NAME": { "sources": […], "vendor": "…" } }, with ${vendors.slice(0, -1).join(', ')} or ${vendors.at(-1)}.`,
      check,
    });
    if (this.#refused === undefined) {
      this.#vendors = group[1];
    }
    return group[0];
  }

  /** A configuration switch. `harmless` is the value that lets the module through. */
  config(option: string, harmless: boolean, check: string): boolean {
    const config = this.target.config;
    if (config !== undefined) {
      return config.value.enabled(option);
    }
    return this.choose(`CONFIG_${option}`, [harmless, !harmless], {
      fact: `CONFIG_${option} of the target`,
      supply: "Give the target's configuration: .config of the build tree, boot/config-RELEASE or /proc/config.gz.",
      check,
    });
  }

  /** Where CONFIG_`option` was read, for a message. */
  configOrigin(option: string): string {
    const config = this.target.config;
    if (config === undefined) {
      return `CONFIG_${option}`;
    }
    const line = config.value.line(option);
    return `CONFIG_${option} in ${config.origin.label}${line === undefined ? '' : `:${line + 1}`}`;
  }

  #note(rule: RuleId, severity: Severity, message: string, extras: FindingExtras, fatal: boolean): void {
    this.findings.push({
      finding: { rule, severity, message, where: { uri: this.module.uri, range: fileStart }, ...extras },
      fatal,
    });
  }
}

function partition<K, T>(candidates: readonly K[], rule: (candidate: K) => T): Map<T, K[]> {
  const groups = new Map<T, K[]>();
  for (const candidate of candidates) {
    const result = rule(candidate);
    const group = groups.get(result);
    if (group === undefined) {
      groups.set(result, [candidate]);
    } else {
      group.push(candidate);
    }
  }
  return groups;
}

function atLeastOne<T, K>(groups: Map<T, K[]>): readonly [[T, K[]], ...[T, K[]][]] {
  const [first, ...rest] = [...groups];
  if (first === undefined) {
    throw new Error('a target has at least one possible version and vendor');
  }
  return [first, ...rest];
}
