import { versionOfMakefile } from '../kernel/kernel-version.ts';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { isWithin, joinUri, parentUri, uriName } from '../ports/uri.ts';
import { type DotConfigSyntax, parseDotConfigSyntax } from '../text/dot-config-syntax.ts';
import { DotConfigVersions } from '../text/dot-config-versions.ts';
import { type KconfigProvider, type KconfigTree, loadKconfigTree } from '../text/kconfig-tree.ts';
import { KconfigValues, type UserValue } from '../text/kconfig-values.ts';

/** How far above a configuration file its kernel tree may begin: arch/ARCH/configs lies three below. */
const stepsUp = 4;
/** How deep a Makefile lies below its tree's top. */
const stepsToTop = 10;

/**
 * Finds the kernel tree of a configuration file and keeps what was read of it: trees are loaded when
 * first asked for, and dropped when one of their Kconfig files changes or others are wanted more.
 */
export class KconfigStore implements KconfigProvider {
  readonly #files: FileSystem;
  /** Folders with kernel sources that may serve files outside any tree (`/boot/config-R`). */
  readonly #sources: readonly string[];
  readonly #values = new Map<string, { tree: KconfigTree; complete: boolean; values: KconfigValues }>();
  readonly #versions = new Map<string, DotConfigVersions>();
  readonly #trees = new Map<string, Promise<KconfigTree | undefined>>();

  constructor(files: FileSystem, options: { sources?: readonly string[] } = {}) {
    this.#files = files;
    this.#sources = options.sources ?? [];
  }

  syntaxOf(uri: string, text: string): DotConfigSyntax {
    const versions = this.#versions.get(uri) ?? new DotConfigVersions();
    keepNewest(this.#versions, uri, versions, limits.kconfigDocuments);
    return versions.read(text);
  }

  async treeOf(uri: string, config: DotConfigSyntax): Promise<KconfigTree | undefined> {
    const arch = config.banner?.arch ?? archOfPath(uri) ?? archOfSymbols(config);
    const root = await this.#rootOf(uri, config);
    return arch === undefined || root === undefined ? undefined : this.#load(root, arch);
  }

  valuesOf(uri: string, tree: KconfigTree, user: ReadonlyMap<string, UserValue>, complete: boolean): KconfigValues {
    const kept = this.#values.get(uri);
    const fits = kept?.tree === tree && kept.complete === complete;
    const current = fits ? kept : { tree, complete, values: new KconfigValues(tree, user, complete) };
    if (fits) current.values.update(user);
    keepNewest(this.#values, uri, current, limits.kconfigDocuments);
    return current.values;
  }

  async treeAround(uri: string, arch = 'x86'): Promise<KconfigTree | undefined> {
    const nothing = parseDotConfigSyntax('');
    const root = await this.#rootOf(uri, nothing, stepsToTop);
    if (root === undefined) return undefined;
    const bytes = await this.#files.readFile(joinUri(root, '.config'), limits.configBytes).catch(() => undefined);
    const config = bytes && parseDotConfigSyntax(new TextDecoder().decode(bytes));
    const configured = config && (config.banner?.arch ?? archOfSymbols(config));
    return this.#load(root, configured ?? archOfPath(uri) ?? sourceFolder(arch));
  }

  /** Call for every file that changed; a Kconfig file takes its tree with it. */
  changed(uri: string): void {
    if (!uriName(uri).startsWith('Kconfig')) return;
    for (const key of this.#trees.keys()) if (isWithin(key.slice(key.indexOf(' ') + 1), uri)) this.#trees.delete(key);
  }

  #load(root: string, arch: string): Promise<KconfigTree | undefined> {
    const key = `${arch} ${root}`;
    let tree = this.#trees.get(key);
    if (tree === undefined) {
      tree = this.#read(root, arch);
      if (this.#trees.size >= limits.kconfigTrees) {
        const [oldest] = this.#trees.keys();
        if (oldest !== undefined) this.#trees.delete(oldest);
      }
    } else {
      this.#trees.delete(key);
    }
    this.#trees.set(key, tree);
    return tree;
  }

  async #read(root: string, arch: string): Promise<KconfigTree | undefined> {
    const makefile = await this.#makefile(root);
    const version = makefile && versionOfMakefile(makefile)?.text;
    const request = { rootUri: root, arch, ...(version !== undefined && { kernelVersion: version }) };
    const { value } = await loadKconfigTree(this.#files, undefined, request);
    return value.symbols.size === 0 ? undefined : value;
  }

  async #rootOf(uri: string, config: DotConfigSyntax, steps = stepsUp): Promise<string | undefined> {
    let folder = parentUri(uri);
    for (let step = 0; step < steps; step++) {
      if (await this.#isTree(folder)) return folder;
      const source = joinUri(folder, 'source');
      if (await this.#isTree(source)) return source;
      const up = parentUri(folder);
      if (up === folder) break;
      folder = up;
    }
    for (const source of this.#sources) {
      const makefile = await this.#makefile(source);
      const version = makefile && versionOfMakefile(makefile)?.text;
      if (version !== undefined && version === config.banner?.kernelVersion) return source;
    }
    return undefined;
  }

  async #isTree(folder: string): Promise<boolean> {
    const kconfig = await this.#files.stat(joinUri(folder, 'Kconfig')).catch(() => undefined);
    if (kconfig?.type !== 'file') return false;
    const makefile = await this.#makefile(folder);
    return makefile !== undefined && versionOfMakefile(makefile) !== undefined;
  }

  async #makefile(folder: string): Promise<string | undefined> {
    const bytes = await this.#files.readFile(joinUri(folder, 'Makefile'), limits.textBytes).catch(() => undefined);
    return bytes && new TextDecoder().decode(bytes);
  }
}

/** The folder below `arch/` of a machine's name. */
function sourceFolder(arch: string): string {
  if (arch === 'x86_64' || arch === 'i386') return 'x86';
  return arch === 's390x' ? 's390' : arch.replace(/(?<=^(?:riscv|powerpc|mips|loongarch))(?:32|64)$/, '');
}

/** `arch/arm64/configs/defconfig` and `arch/arm64/Kconfig` say what they are for. */
function archOfPath(uri: string): string | undefined {
  return /\/arch\/(\w+)\//.exec(uri)?.[1];
}

function archOfSymbols(config: DotConfigSyntax): string | undefined {
  const symbols = [
    ['X86', 'x86'],
    ['ARM64', 'arm64'],
    ['ARM', 'arm'],
    ['RISCV', 'riscv'],
    ['S390', 's390'],
    ['PPC', 'powerpc'],
    ['MIPS', 'mips'],
    ['LOONGARCH', 'loongarch'],
  ] as const;
  return symbols.find(([symbol]) => config.settings.get(symbol)?.value === 'y')?.[1];
}

/** The entry is the newest; the oldest ones beyond the limit go. */
function keepNewest<Value>(entries: Map<string, Value>, key: string, value: Value, most: number): void {
  entries.delete(key);
  entries.set(key, value);
  for (const oldest of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(oldest);
  }
}
