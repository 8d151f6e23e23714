import { releaseOfUtsHeader } from '../kernel/kernel-version.ts';
import { pinFileNames, readPins } from '../kernel/sources/pins.ts';
import { releasesOf } from '../kernel/sources/rootfs.ts';
import { SourceReader } from '../kernel/sources/source-reader.ts';
import { looksLikeHeaders, looksLikeKernelTree } from '../kernel/sources/tree-kind.ts';
import { limits } from '../limits.ts';
import type { DirectoryEntry } from '../ports/file-system.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri, isWithin, joinUri, relativePath, uriName } from '../ports/uri.ts';
import { projectFileName } from './project-file-name.ts';
import { kernelsOfMakefile } from './workspace-discovery-makefile.ts';
import { skippedNames, treeName, wantedChildren } from './workspace-discovery-places.ts';
import { type FoundPlace, type FoundTarget, groupPlaces } from './workspace-discovery-targets.ts';

export type { FoundTarget } from './workspace-discovery-targets.ts';

export interface FoundModule {
  readonly uri: string;
  /** `listed`: named by modules.order or modules.dep of a kernel, not looked at. */
  readonly by: 'folder' | 'listed';
}

export interface Discovery {
  readonly modules: readonly FoundModule[];
  readonly targets: readonly FoundTarget[];
  /** `vermagic.json` files, nearest to a workspace folder first. */
  readonly projectFiles: readonly string[];
  /** Module.symvers of modules that are built outside a kernel. */
  readonly providerSymvers: readonly string[];
  readonly directoriesRead: number;
  /** In one sentence which limit stopped the search; `undefined` when it is complete. */
  readonly limit: string | undefined;
}

export interface DiscoveryOptions {
  /** `file:///lib/modules/R` of the running kernel; absent where there is none. */
  readonly runningKernelUri?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, for the time limit. */
  readonly now?: () => number;
  readonly maxDirectories?: number;
  readonly maxMs?: number;
}

/**
 * Finds the modules and kernels of workspace folders. Goes breadth first and within hard limits; a kernel tree, a rootfs,
 * and the work folders of Yocto and Buildroot are recognised by their own entries and never walked: what they hold is read
 * from the few files that list it. Links to folders are not followed.
 */
export async function discoverWorkspace(
  ports: Pick<Ports, 'files' | 'decompressor'>,
  folders: readonly string[],
  options: DiscoveryOptions = {},
): Promise<Discovery> {
  const search = new Search(ports, options);
  for (const folder of folders) await search.folder(fileUri(folder));
  return search.result();
}

interface Step {
  readonly uri: string;
  readonly depth: number;
  /** Below a kernel tree: counts only when it is an output folder of its own. */
  readonly onlyTree?: boolean;
}

const moduleName = /\.ko(?:\.(?:gz|xz|zst))?$/;

class Search {
  readonly #ports: Pick<Ports, 'files' | 'decompressor'>;
  readonly #options: DiscoveryOptions;
  readonly #now: () => number;
  readonly #start: number;
  readonly #modules = new Map<string, FoundModule>();
  readonly #places: FoundPlace[] = [];
  readonly #projectFiles: string[] = [];
  readonly #providers: string[] = [];
  #directories = 0;
  #limit: string | undefined;
  #root = '';

  constructor(ports: Pick<Ports, 'files' | 'decompressor'>, options: DiscoveryOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#start = this.#now();
  }

  result(): Discovery {
    return {
      modules: [...this.#modules.values()],
      targets: groupPlaces(this.#places),
      projectFiles: this.#projectFiles,
      providerSymvers: this.#providers,
      directoriesRead: this.#directories,
      limit: this.#limit,
    };
  }

  async folder(root: string): Promise<void> {
    this.#root = root;
    const queue: Step[] = [{ uri: root, depth: 0 }];
    for (let at = 0; at < queue.length; at++) {
      const step = queue[at] as Step;
      if (this.#stopped(step)) break;
      queue.push(...(await this.#visit(step)));
    }
  }

  #stopped(step: Step): boolean {
    if (this.#options.signal?.aborted) this.#limit ??= 'The search was cancelled.';
    const maxDirectories = this.#options.maxDirectories ?? limits.discoveryDirectories;
    const maxMs = this.#options.maxMs ?? limits.discoveryMs;
    const where = `at ${relativePath(this.#root, step.uri) || '.'}; name kernels in vermagic.json or open a smaller folder`;
    if (this.#directories >= maxDirectories)
      this.#limit ??= `The search stopped after ${maxDirectories} folders, ${where}.`;
    if (this.#now() - this.#start > maxMs) this.#limit ??= `The search stopped after ${maxMs} ms, ${where}.`;
    if (this.#modules.size >= limits.discoveryModules) {
      this.#limit ??= `The search stopped after ${limits.discoveryModules} modules, ${where}.`;
    }
    return this.#limit !== undefined;
  }

  async #list(uri: string): Promise<readonly DirectoryEntry[]> {
    this.#directories++;
    try {
      const entries = await this.#ports.files.readDirectory(uri);
      if (entries.length > limits.directoryEntries) {
        this.#limit ??= `${relativePath(this.#root, uri) || '.'} has more than ${limits.directoryEntries} entries; the rest was not looked at.`;
      }
      return entries.slice(0, limits.directoryEntries);
    } catch {
      return [];
    }
  }

  async #visit(step: Step): Promise<Step[]> {
    const entries = await this.#list(step.uri);
    const isTree = looksLikeKernelTree(entries);
    if (step.onlyTree && !isTree) return [];
    this.#collectModules(step.uri, entries);
    if (isTree) return this.#kernelTree(step, entries);
    const names = new Set(entries.map((entry) => entry.name));
    if (names.has(projectFileName)) this.#projectFiles.push(joinUri(step.uri, projectFileName));
    if (names.has('Module.symvers')) this.#providers.push(joinUri(step.uri, 'Module.symvers'));
    if (pinFileNames.some((name) => names.has(name))) await this.#pins(step.uri);
    if (names.has('dkms.conf')) await this.#runningKernel('a DKMS module is made for the running kernel');
    for (const name of ['Makefile', 'GNUmakefile', 'Kbuild', 'makefile']) {
      if (names.has(name)) await this.#makefile(step.uri, name);
    }
    if (uriName(step.uri) === 'Linux_for_Tegra') await this.#tegraImage(step.uri);
    if (await this.#rootfs(step.uri, names)) return [];
    return this.#children(step, entries, names);
  }

  #children(step: Step, entries: readonly DirectoryEntry[], names: ReadonlySet<string>): Step[] {
    if (step.depth >= limits.discoveryDepth) {
      this.#limit ??= `Folders deeper than ${limits.discoveryDepth} levels were not searched.`;
      return [];
    }
    const wanted = wantedChildren(step.uri, names);
    return entries
      .filter((entry) => entry.type === 'directory' && !skippedNames.has(entry.name) && (wanted?.(entry.name) ?? true))
      .map((entry) => ({ uri: joinUri(step.uri, entry.name), depth: step.depth + 1 }));
  }

  /** Of a kernel tree only its release, its list of modules, and output folders in well-known places are looked at. */
  async #kernelTree(step: Step, entries: readonly DirectoryEntry[]): Promise<Step[]> {
    const release = await this.#treeRelease(step.uri);
    if (release !== undefined) {
      const kind = looksLikeHeaders(uriName(step.uri), entries) ? 'headers' : 'build-tree';
      const what = treeName(step.uri, kind === 'headers');
      this.#place(kind, step.uri, release, `${what} ${relativePath(this.#root, step.uri) || '.'}`);
    }
    if (entries.some((entry) => entry.name === 'modules.order')) await this.#listed(step.uri, 'modules.order');
    return entries
      .filter((entry) => entry.type === 'directory' && /^(?:build|out|output|O|obj)(?:[-_.].*)?$/.test(entry.name))
      .map((entry) => ({ uri: joinUri(step.uri, entry.name), depth: step.depth + 1, onlyTree: true }));
  }

  async #treeRelease(uri: string): Promise<string | undefined> {
    const header = await this.#text(joinUri(uri, 'include/generated/utsrelease.h'));
    const found = header === undefined ? undefined : releaseOfUtsHeader(header)?.release;
    return found ?? (await this.#text(joinUri(uri, 'include/config/kernel.release')))?.trim();
  }

  /** True when the folder is a root file system: then nothing else in it is looked at. */
  async #rootfs(uri: string, names: ReadonlySet<string>): Promise<boolean> {
    const own = /^(.*?)(?:\/usr)?\/lib\/modules$/.exec(uri)?.[1];
    const places = own === undefined ? ['lib', 'usr'].filter((name) => names.has(name)) : [''];
    for (const place of places) {
      const modules = own === undefined ? joinUri(uri, place === 'usr' ? 'usr/lib/modules' : 'lib/modules') : uri;
      const reader = new SourceReader(this.#ports, uri);
      if (own === undefined && !(await reader.exists(modules, 'directory'))) continue;
      this.#directories++;
      const releases = await releasesOf(reader, modules);
      for (const release of releases) {
        const folder = joinUri(modules, release);
        this.#place('rootfs', folder, release, `modules in ${relativePath(this.#root, folder) || '.'}`);
        await this.#rootfsModules(folder);
      }
      if (releases.length > 0) return true;
    }
    return false;
  }

  async #rootfsModules(folder: string): Promise<void> {
    const listed = (await this.#listed(folder, 'modules.dep')) || (await this.#listed(folder, 'modules.order'));
    const queue = listed ? ['extra', 'updates'].map((name) => joinUri(folder, name)) : [folder];
    for (let at = 0; at < queue.length; at++) {
      const uri = queue[at] as string;
      if (this.#stopped({ uri, depth: 0 })) return;
      const entries = await this.#list(uri);
      this.#collectModules(uri, entries);
      for (const entry of entries) if (entry.type === 'directory') queue.push(joinUri(uri, entry.name));
    }
  }

  /** The modules that a kernel's own list names; true when there is such a list. */
  async #listed(folder: string, name: 'modules.order' | 'modules.dep'): Promise<boolean> {
    const text = await this.#text(joinUri(folder, name));
    if (text === undefined) return false;
    for (const line of text.split('\n')) {
      const path = (line.split(':', 1)[0] ?? '').trim().replace(/\.o$/, '.ko');
      if (!moduleName.test(path) || path.startsWith('/')) continue;
      if (this.#modules.size >= limits.discoveryModules) break;
      const uri = joinUri(folder, path);
      if (isWithin(folder, uri) && !this.#modules.has(uri)) this.#modules.set(uri, { uri, by: 'listed' });
    }
    return true;
  }

  #collectModules(folder: string, entries: readonly DirectoryEntry[]): void {
    for (const entry of entries) {
      if (entry.type === 'directory' || !moduleName.test(entry.name)) continue;
      const uri = joinUri(folder, entry.name);
      this.#modules.set(uri, { uri, by: 'folder' });
    }
  }

  async #pins(uri: string): Promise<void> {
    const part = await readPins(this.#ports, uri);
    if (part.release === undefined && part.vermagic === undefined) return;
    const names = part.origins.map((origin) => uriName(origin.uri ?? '')).join(', ');
    this.#place('pins', uri, part.release?.value, `pins in ${names}`);
  }

  async #makefile(folder: string, name: string): Promise<void> {
    const text = await this.#text(joinUri(folder, name));
    if (text === undefined) return;
    const written = relativePath(this.#root, joinUri(folder, name));
    for (const kernel of kernelsOfMakefile(text)) {
      if (kernel.place === 'running') {
        await this.#runningKernel(`${kernel.variable} of ${written} names the running kernel`);
        continue;
      }
      const { path } = kernel.place;
      const uri = path.startsWith('/') ? joinUri(rootOf(folder), path) : joinUri(folder, path);
      const release = await this.#treeRelease(uri);
      if (release === undefined) continue;
      this.#place(
        uriName(uri).includes('headers') ? 'headers' : 'build-tree',
        uri,
        release,
        `${kernel.variable} of ${written}`,
      );
    }
  }

  async #runningKernel(why: string): Promise<void> {
    const uri = this.#options.runningKernelUri;
    if (uri !== undefined) this.#place('running-kernel', fileUri(uri), uriName(uri), why);
  }

  async #tegraImage(uri: string): Promise<void> {
    const image = joinUri(uri, 'kernel/Image');
    const reader = new SourceReader(this.#ports, uri);
    if (await reader.exists(image))
      this.#place('image', image, undefined, `kernel image ${relativePath(this.#root, image)}`);
  }

  #place(kind: FoundPlace['kind'], uri: string, release: string | undefined, why: string): void {
    if (this.#places.some((place) => place.uri === uri)) return;
    this.#places.push({ kind, uri, release, folder: this.#root, why });
  }

  async #text(uri: string): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await this.#ports.files.readFile(uri, limits.textBytes));
    } catch {
      return undefined;
    }
  }
}

function rootOf(uri: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(uri)?.[0] ?? 'file://';
}
