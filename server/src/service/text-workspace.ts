import type { Finding } from '../findings/finding.ts';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { readSymvers } from '../kernel/symvers.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, uriPath } from '../ports/uri.ts';
import type { SymbolProvider } from '../rules/kbuild/kbuild-facts.ts';
import type { PinPicture } from '../rules/kbuild/pin-picture.ts';
import { Policy, type PolicySource } from '../rules/policy.ts';
import { packsOfPins } from '../rules/policy-packs.ts';
import type { RuleContext } from '../rules/text-rule.ts';
import { KconfigStore } from './config-kconfig-store.ts';
import { type LintInput, lintDocument } from './lint-document.ts';
import { LazyParsers } from './parsers.ts';
import { loadPinStore, type PinStore } from './pins-workspace.ts';
import { type ProjectFile, policyOfProject } from './project-file.ts';
import type { Settings } from './settings.ts';

/** What the texts of a workspace are judged by; the session knows it, or the command line puts it together. */
export interface TextSurroundings {
  readonly folders: readonly string[];
  readonly projects: readonly ProjectFile[];
  readonly settings: Settings;
  /** Module.symvers files of out-of-tree providers. */
  readonly providerUris: readonly string[];
  /** URIs of modules by name, where they are known. */
  modulesNamed?(name: string): readonly string[];
  /** The selected target first. */
  targets(): Promise<readonly OpenedTarget[]>;
}

/** Findings in text files, with everything around them that the rules look at: policy, pins, Kconfig, targets. */
export class TextWorkspace {
  readonly #ports: Ports;
  readonly #parsers: LazyParsers;
  readonly #surroundings: () => TextSurroundings;
  readonly #pins = new Map<string, Promise<PinStore>>();
  #lastPolicy: { readonly written: string; readonly policy: Policy } | undefined;
  #kconfig: KconfigStore | undefined;
  #providers: { readonly uris: string; readonly read: Promise<readonly SymbolProvider[]> } | undefined;

  /** `surroundings` is asked anew for every file, because settings, projects and targets change. */
  constructor(ports: Ports, surroundings: () => TextSurroundings) {
    this.#ports = ports;
    this.#parsers = new LazyParsers(ports.grammars, ports.logger);
    this.#surroundings = surroundings;
  }

  async findings(document: LintInput): Promise<readonly Finding[]> {
    return lintDocument(document, await this.context(document.uri));
  }

  /** What the rules may look at besides the text of this file. */
  async context(uri: string): Promise<RuleContext> {
    const around = this.#surroundings();
    const parsers = await this.#parsers.get();
    const folder = around.folders.find((candidate) => isWithin(candidate, uri)) ?? around.folders[0];
    const pins = folder === undefined ? undefined : (await this.#pinStore(folder)).picture;
    this.#kconfig ??= new KconfigStore(this.#ports.files);
    return {
      policy: await this.#policy(around, folder),
      files: this.#ports.files,
      targets: ownTargets(await around.targets(), uri),
      kconfig: this.#kconfig,
      providers: await this.#providersOf(around.providerUris),
      markdownFences: around.settings.markdownFences,
      ...(around.modulesNamed ? { modulesNamed: around.modulesNamed.bind(around) } : {}),
      ...(parsers.shell ? { shell: parsers.shell } : {}),
      ...(parsers.c ? { cParser: parsers.c } : {}),
      ...(folder === undefined ? {} : { workspaceUri: folder }),
      ...(pins ? { pins } : {}),
    };
  }

  /** Every target there is, the selected one first, whatever file is asked about. */
  targets(): Promise<readonly OpenedTarget[]> {
    return this.#surroundings().targets();
  }

  /** The text of an open file counts before what is on disk. True when it gives other files something else to agree with. */
  async textChanged(uri: string, text: string): Promise<boolean> {
    let changed = false;
    for (const [folder, pending] of this.#pins) {
      if (!isWithin(folder, uri)) continue;
      const store = await pending;
      const before = saidByPins(store.picture);
      store.update(uri, text);
      changed ||= saidByPins(store.picture) !== before;
    }
    return changed;
  }

  /** What is kept between the edits of a text goes with it. */
  async textClosed(uri: string): Promise<void> {
    (await this.#parsers.get()).shell?.forget(uri);
  }

  /** Files that changed on disk. */
  filesChanged(uris: readonly string[]): void {
    for (const uri of uris) {
      this.#kconfig?.changed(uri);
      for (const folder of [...this.#pins.keys()]) if (isWithin(folder, uri)) this.#pins.delete(folder);
      if (uriPath(uri).endsWith('.symvers')) this.#providers = undefined;
    }
  }

  #pinStore(folder: string): Promise<PinStore> {
    let store = this.#pins.get(folder);
    if (!store) {
      store = loadPinStore(this.#ports.files, folder);
      this.#pins.set(folder, store);
    }
    return store;
  }

  async #policy(around: TextSurroundings, folder: string | undefined): Promise<Policy> {
    const project = around.projects.find((candidate) => folder !== undefined && isWithin(folder, candidate.uri));
    const source: PolicySource = project ? policyOfProject(project) : {};
    const detected = folder === undefined ? [] : await this.#packsOf(folder);
    const whole: PolicySource = {
      ...source,
      levels: { ...source.levels, ...around.settings.rules },
      packs: [...(source.packs ?? []), ...detected],
    };
    // A policy remembers its answers; the same one serves every keystroke until something in it changes.
    const written = JSON.stringify(whole);
    if (this.#lastPolicy?.written !== written) this.#lastPolicy = { written, policy: new Policy(whole) };
    return this.#lastPolicy.policy;
  }

  /** Packs that the pins of a folder ask for: a Jetson project is known by its versions.env. */
  async #packsOf(folder: string) {
    const uri = `${folder.replace(/\/$/, '')}/versions.env`;
    const bytes = await this.#ports.files.readFile(uri, limits.pinBytes).catch(() => undefined);
    return bytes ? packsOfPins(new TextDecoder().decode(bytes)) : [];
  }

  /** They are known only when the workspace has been looked through, and may be others after it was looked through again. */
  #providersOf(uris: readonly string[]): Promise<readonly SymbolProvider[]> {
    const key = uris.join('\n');
    if (this.#providers?.uris !== key) this.#providers = { uris: key, read: this.#readProviders(uris) };
    return this.#providers.read;
  }

  async #readProviders(uris: readonly string[]): Promise<readonly SymbolProvider[]> {
    const providers: SymbolProvider[] = [];
    for (const uri of uris.slice(0, limits.providerModules)) {
      const bytes = await this.#ports.files.readFile(uri, limits.symversBytes).catch(() => undefined);
      if (!bytes) continue;
      const { value } = await readSymvers(bytes, { label: uriPath(uri), uri }, this.#ports.decompressor);
      providers.push({ uri, table: value });
    }
    return providers;
  }
}

/** All that findings in other files take from the pins. */
function saidByPins({ pins }: PinPicture): string {
  return pins.map(({ name, value, uri, range }) => `${name}=${value} ${uri} ${range.start.line}`).join('\n');
}

/** A file that a target was read from is judged by that target alone: it makes that kernel, not another one. */
function ownTargets(targets: readonly OpenedTarget[], uri: string): readonly OpenedTarget[] {
  const own = targets.filter((target) => target.dependsOn.includes(uri));
  return own.length > 0 ? own : targets;
}
