import type {
  Difference,
  DifferenceParams,
  ModuleReport,
  ModuleSummary,
  StatusNotification,
  TargetSummary,
  TargetsResult,
} from '@vermagic/shared';
import type { Finding } from '../findings/finding.ts';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { limits } from '../limits.ts';
import { type KernelModule, modinfoValue } from '../module/kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, uriName, uriPath } from '../ports/uri.ts';
import { reasonOf } from './check-report.ts';
import { difference } from './difference.ts';
import { foldedFindings } from './folded-findings.ts';
import { inspectReport } from './inspect-report.ts';
import { type Checked, ModuleChecker } from './module-checker.ts';
import { ModuleStore } from './module-store.ts';
import { type ProjectFile, policyOfProject } from './project-file.ts';
import { projectFileName } from './project-file-name.ts';
import { readProjectFile } from './read-project-file.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { targetPartReaders } from './target-part-readers.ts';
import { type TargetDefinition, TargetRegistry } from './target-registry.ts';
import type { TextSurroundings } from './text-workspace.ts';
import { type Discovery, discoverWorkspace } from './workspace-discovery.ts';
import { kernelName, type WorkspaceModules } from './workspace-modules.ts';

/** `undefined`: only the status changed. `null`: every module's findings are stale. */
export type SessionChange = readonly string[] | null | undefined;

const moduleName = /\.ko(?:\.(?:gz|xz|zst))?$/;
/** Modules looked at to choose the target that most of them were made for. */
const traitSamples = 64;

/** One open workspace: its targets, its modules, and what the one thinks of the other. */
export class Session implements WorkspaceModules {
  readonly #ports: Ports;
  readonly #runningKernelUri: string | undefined;
  readonly #modules: ModuleStore;
  readonly #checker: ModuleChecker;
  readonly #registry: TargetRegistry;
  readonly #listeners = new Set<(change: SessionChange) => void>();
  #settings: Settings = defaultSettings;
  #folders: readonly string[] = [];
  #projects: readonly ProjectFile[] = [];
  #discovery: Discovery | undefined;
  /** URIs of the modules that were found. */
  #known: ReadonlySet<string> = new Set();
  /** Settled when the workspace has been looked through; requests that come before wait for it. */
  #ready: Promise<void>;
  #begin: (opening: Promise<void>) => void = () => undefined;
  #opening: Promise<void> = Promise.resolve();
  #busy = false;
  #selected: string | undefined;
  readonly #awaitedKeys = new WeakSet<Promise<unknown>>();
  /** The last verdict of each module; none survives a change that makes all stale. */
  #kept = new WeakMap<KernelModule, { readonly target: OpenedTarget; readonly checked: Promise<Checked> }>();
  readonly #verdicts = new Map<string, ModuleSummary['verdict']>();
  #summary: TargetSummary | undefined;

  constructor(ports: Ports, runningKernelUri?: string) {
    this.#ready = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#ports = ports;
    this.#runningKernelUri = runningKernelUri;
    this.#modules = new ModuleStore(ports);
    this.#checker = new ModuleChecker(ports);
    this.#registry = new TargetRegistry(ports, {
      readModule: async (uri) => (await this.#modules.get(uri)) ?? (await this.#modules.open(uri)),
      partReaders: targetPartReaders(ports),
    });
  }

  onChange(listener: (change: SessionChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Looks through the folders and chooses a target. Later calls start over. */
  open(folders: readonly string[]): Promise<void> {
    this.#folders = folders;
    this.#opening = this.#opening.then(() => this.#discover());
    this.#begin(this.#opening);
    this.#ready = this.#opening;
    return this.#opening;
  }

  async configure(settings: Settings): Promise<void> {
    if (settings.selectedTarget !== this.#settings.selectedTarget) this.#registry.select(settings.selectedTarget);
    this.#settings = settings;
    if (!this.#discovery) return;
    this.#define();
    await this.#choose();
    this.#tell(null);
  }

  /** Settled when the workspace has been looked through. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** What the workspace's text files are judged by. */
  surroundings(): TextSurroundings {
    return {
      folders: this.#folders,
      projects: this.#projects,
      settings: this.#settings,
      providerUris: this.#discovery?.providerSymvers ?? [],
      modulesNamed: (name) => this.modulesNamed(name),
      targets: () => this.openTargets(),
    };
  }

  /** All targets by name, before anything of them is read. */
  get definitions(): readonly TargetDefinition[] {
    return this.#registry.definitions;
  }

  /** Name of the target that modules are compared with. */
  get selected(): string | undefined {
    return this.#selected;
  }

  /** URIs of the modules found in the workspace. */
  modules(): readonly string[] {
    return this.#discovery?.modules.map((module) => module.uri) ?? [];
  }

  /** Whether a file is one of the workspace's modules. */
  isModule(uri: string): boolean {
    return this.#known.has(uri);
  }

  modulesNamed(name: string): readonly string[] {
    return this.modules().filter((uri) => kernelName(uriName(uri)) === kernelName(name));
  }

  async importersOf(symbol: string): Promise<readonly string[]> {
    await this.#ready;
    const own = (this.#discovery?.modules ?? []).filter((module) => module.by === 'folder').slice(0, limits.importers);
    const modules = await Promise.all(own.map((module) => this.#modules.get(module.uri)));
    return own
      .filter((_, index) => modules[index]?.imports.some((one) => one.symbol === symbol))
      .map((module) => uriName(module.uri));
  }

  /** The selected target first, then the others, opened; at most `limits.comparedTargets`. */
  async openTargets(): Promise<readonly OpenedTarget[]> {
    await this.#ready;
    const names = this.#registry.definitions.map((definition) => definition.name);
    const ordered = [...new Set([this.#selected, ...names])].filter((name) => name !== undefined);
    const opened = await Promise.all(ordered.slice(0, limits.comparedTargets).map((name) => this.#registry.get(name)));
    return opened.filter((target) => target !== undefined);
  }

  async targets(): Promise<TargetsResult> {
    await this.#ready;
    const summaries = await Promise.all(this.#registry.definitions.map(({ name }) => this.#registry.summary(name)));
    return { targets: summaries.filter((summary) => summary !== undefined), selected: this.#selected ?? null };
  }

  async selectTarget(name: string | null): Promise<null> {
    await this.#ready;
    this.#registry.select(name ?? undefined);
    await this.#choose();
    this.#tell(null);
    return null;
  }

  async moduleReport(uri: string): Promise<ModuleReport | null> {
    await this.#ready;
    const module = await this.#modules.get(uri);
    if (!module) return null;
    const targets = await this.openTargets();
    const checked = await Promise.all(targets.map((target) => this.#checker.check(module, target, this.#options())));
    return {
      uri,
      inspect: inspectReport(module, uriPath(uri)),
      targets: checked.map(({ report }) => report),
    };
  }

  async moduleSummary(uri: string): Promise<ModuleSummary | null> {
    await this.#ready;
    const module = await this.#modules.get(uri);
    if (!module) return null;
    const checked = await this.#check(uri);
    return {
      uri,
      verdict: checked?.verdict.verdict ?? 'no-target',
      target: this.#targetOf(uri) ?? null,
      vermagic: modinfoValue(module, 'vermagic') ?? null,
      reason: checked ? reasonOf(checked.verdict) : (module.problems[0]?.message ?? null),
      warnings: checked?.verdict.findings.filter(({ severity }) => severity === 'warning').length ?? 0,
    };
  }

  async difference(uri: string, kind: DifferenceParams['kind']): Promise<Difference | null> {
    const report = await this.moduleReport(uri);
    return report && difference(report, kind);
  }

  /** What the Problems panel shows of a module: everything that is more than a remark. */
  async moduleFindings(uri: string): Promise<readonly Finding[]> {
    await this.#ready;
    const checked = await this.#check(uri);
    if (!checked) {
      this.#verdicts.delete(uri);
      return [];
    }
    this.#verdicts.set(uri, checked.verdict.verdict);
    return foldedFindings(
      checked.verdict.findings.filter(({ severity }) => severity === 'error' || severity === 'warning'),
      (finding, message) => ({ ...finding, message, related: [] }),
    );
  }

  status(): StatusNotification {
    const verdicts = [...this.#verdicts.values()];
    return {
      selected: this.#summary ?? null,
      targets: this.#registry.definitions.length,
      modules: this.#discovery?.modules.length ?? 0,
      refused: verdicts.filter((verdict) => verdict === 'refused').length,
      undetermined: verdicts.filter((verdict) => verdict === 'undetermined').length,
      limit: this.#discovery?.limit ?? null,
      busy: this.#busy,
    };
  }

  /** Takes note of changed, new and deleted files. */
  async filesChanged(uris: readonly string[]): Promise<void> {
    await this.#ready;
    const modules = uris.filter((uri) => moduleName.test(uri));
    const unknown = modules.some((uri) => !this.#known.has(uri));
    const structural =
      uris.some((uri) => uriName(uri) === projectFileName) || unknown || this.#registry.definitions.length === 0;
    const stale = this.#registry.invalidate(uris);
    if (structural) await this.open(this.#folders);
    else if (stale.length > 0) {
      await this.#choose();
      this.#tell(null);
    } else if (modules.length > 0) this.#tell(modules);
  }

  async #check(uri: string): Promise<Checked | undefined> {
    const module = await this.#modules.get(uri);
    const name = this.#targetOf(uri);
    const target = name === undefined ? undefined : await this.#registry.get(name);
    if (!module || !target) return undefined;
    const kept = this.#kept.get(module);
    if (kept?.target === target) return kept.checked;
    const checked = this.#checker.check(module, target, this.#options());
    this.#kept.set(module, { target, checked });
    return checked;
  }

  /**
   * The selected target; but unless someone selected it, a module that lies among the files of other targets only is judged
   * by the first of those.
   */
  #targetOf(uri: string): string | undefined {
    if (this.#registry.chosen !== undefined) return this.#selected;
    const owners = this.#registry.definitions.filter(({ sourceUris }) =>
      sourceUris.some((source) => isWithin(source, uri)),
    );
    const own = owners.length === 0 || owners.some(({ name }) => name === this.#selected);
    return own ? this.#selected : owners[0]?.name;
  }

  #options() {
    const levels = Object.assign(
      {},
      ...this.#projects.map((project) => policyOfProject(project).levels),
      this.#settings.rules,
    );
    return { levels, onLateKeys: (reading: Promise<unknown>) => this.#checkAgainAfter(reading) };
  }

  /** Keys that lie in a packed kernel image take seconds: verdicts are given without them first, and again with them. */
  #checkAgainAfter(reading: Promise<unknown>): void {
    if (this.#awaitedKeys.has(reading)) return;
    this.#awaitedKeys.add(reading);
    void reading.then(() => this.#tell(null));
  }

  async #discover(): Promise<void> {
    this.#busy = true;
    this.#tell(undefined);
    try {
      this.#discovery = await discoverWorkspace(this.#ports, this.#folders, {
        runningKernelUri: this.#runningKernelUri,
      });
      this.#known = new Set(this.modules());
      this.#projects = await this.#readProjects(this.#discovery.projectFiles);
      this.#define();
      await this.#choose();
    } finally {
      this.#busy = false;
    }
    for (const uri of [...this.#verdicts.keys()]) if (!this.#known.has(uri)) this.#verdicts.delete(uri);
    this.#tell(null);
  }

  async #readProjects(uris: readonly string[]): Promise<ProjectFile[]> {
    const projects: ProjectFile[] = [];
    for (const uri of uris) {
      const project = await readProjectFile(this.#ports.files, uri);
      for (const { message, line } of project.problems)
        this.#ports.logger.warn(`${uriPath(uri)}${line === undefined ? '' : `:${line + 1}`}: ${message}`);
      projects.push(project);
    }
    return projects;
  }

  #define(): void {
    this.#registry.define({
      settings: this.#settings.targets,
      projects: this.#projects,
      discovered: this.#discovery?.targets ?? [],
      folders: this.#folders,
    });
  }

  async #choose(): Promise<void> {
    const sample = (this.#discovery?.modules ?? []).filter((module) => module.by === 'folder').slice(0, traitSamples);
    const needed = this.#registry.definitions.length > 1;
    const modules = needed ? await Promise.all(sample.map((module) => this.#modules.get(module.uri))) : [];
    const traits = modules
      .filter((module) => module !== undefined)
      .map((module) => ({ machine: module.elf?.header.machine, vermagic: modinfoValue(module, 'vermagic') }));
    this.#selected = await this.#registry.selected(traits);
    this.#summary = this.#selected === undefined ? undefined : await this.#registry.summary(this.#selected);
  }

  #tell(change: SessionChange): void {
    if (change === null) this.#kept = new WeakMap();
    for (const listener of this.#listeners) listener(change);
  }
}
