import { limits } from '../../limits.ts';
import { type DirectoryEntry, FileError } from '../../ports/file-system.ts';
import type { Problem } from '../../ports/parsed.ts';
import type { Ports } from '../../ports/ports.ts';
import { fileUri, isWithin, joinUri, parentUri, relativePath, uriName } from '../../ports/uri.ts';
import { type DotConfig, parseDotConfig } from '../dot-config.ts';
import type { Fact, Origin } from '../fact.ts';
import { readSymvers } from '../symvers.ts';
import type { SymversTable } from '../symvers-text.ts';

export type SourcePorts = Pick<Ports, 'files' | 'decompressor'> & {
  /** The project's folder: what lies in it is called by its path there. */
  readonly home?: string;
};

/** Reads the files of one source; remembers what was asked for and what went wrong. */
export class SourceReader {
  readonly folder: string;
  readonly #ports: SourcePorts;
  readonly #dependsOn = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #origins: Origin[] = [];

  constructor(ports: SourcePorts, folder: string) {
    this.#ports = ports;
    this.folder = folder;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  get dependsOn(): readonly string[] {
    return [...this.#dependsOn];
  }

  /** The files that facts were read from, in the order of reading. */
  get origins(): readonly Origin[] {
    return this.#origins;
  }

  uri(path: string): string {
    return joinUri(this.folder, path);
  }

  /** "utsrelease.h of build/linux"; a file in the project's own folder by its name alone. */
  origin(uri: string, line?: number): Origin {
    const { home } = this.#ports;
    const folder =
      home !== undefined && isWithin(home, this.folder) ? relativePath(home, this.folder) : shortFolder(this.folder);
    const label = folder === '' ? uriName(uri) : `${uriName(uri)} of ${folder}`;
    return line === undefined ? { label, uri } : { label, uri, line };
  }

  problem(message: string, line?: number): void {
    this.#problems.push(line === undefined ? { message } : { message, line });
  }

  addProblems(problems: readonly Problem[], label?: string): void {
    for (const problem of problems) {
      this.#problems.push(label === undefined ? problem : { ...problem, message: `${label}: ${problem.message}` });
    }
  }

  addOrigin(origin: Origin): void {
    if (!this.#origins.some((known) => known.uri === origin.uri && known.label === origin.label)) {
      this.#origins.push(origin);
    }
  }

  /** Makes the part stale when this file appears or changes. */
  watch(uri: string): void {
    this.#dependsOn.add(uri);
  }

  /** Makes the part stale when a file right in this folder appears, changes or goes. */
  watchFolder(uri: string): void {
    this.#dependsOn.add(`${uri}/`);
  }

  async exists(uri: string, type: 'file' | 'directory' = 'file'): Promise<boolean> {
    this.watch(uri);
    try {
      return (await this.#ports.files.stat(uri))?.type === type;
    } catch (error) {
      this.#report(uri, error);
      return false;
    }
  }

  /** Names in a directory, at most `limits.directoryEntries`; none when it is not there. */
  async list(uri: string): Promise<readonly DirectoryEntry[]> {
    try {
      const entries = await this.#ports.files.readDirectory(uri);
      return entries.slice(0, limits.directoryEntries);
    } catch (error) {
      this.#report(uri, error);
      return [];
    }
  }

  async realPath(uri: string): Promise<string | undefined> {
    try {
      return fileUri(await this.#ports.files.realPath(uri));
    } catch {
      return undefined;
    }
  }

  /** `undefined` when there is no such file; another failure is also a problem. */
  async bytes(uri: string, maxBytes: number): Promise<Uint8Array | undefined> {
    this.watch(uri);
    try {
      return await this.#ports.files.readFile(uri, maxBytes);
    } catch (error) {
      this.#report(uri, error);
      return undefined;
    }
  }

  async text(uri: string, maxBytes: number = limits.textBytes): Promise<string | undefined> {
    const bytes = await this.bytes(uri, maxBytes);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  /** The first of the paths (below the folder) that is there, as a configuration. A mere fragment is refused. */
  async config(...paths: readonly string[]): Promise<Fact<DotConfig> | undefined> {
    for (const path of paths) {
      const uri = this.uri(path);
      const text = await this.text(uri, limits.configBytes);
      if (text === undefined) continue;
      const { value, problems } = parseDotConfig(text);
      const origin = this.origin(uri);
      this.addProblems(problems, origin.label);
      if (!value.complete) {
        this.problem(
          `${origin.label} is no complete configuration: Kconfig has not written it, so what it leaves out is unknown. Run "make olddefconfig".`,
        );
        continue;
      }
      this.addOrigin(origin);
      return { value, origin };
    }
    return undefined;
  }

  /** The first of the URIs that is there and not empty. */
  async symvers(...uris: readonly string[]): Promise<SymversTable | undefined> {
    for (const uri of uris) {
      const bytes = await this.bytes(uri, limits.symversBytes);
      if (bytes === undefined) continue;
      const origin = this.origin(uri);
      const { value, problems } = await readSymvers(bytes, origin, this.#ports.decompressor);
      this.addProblems(problems, origin.label);
      if (value.size === 0) {
        this.problem(`${origin.label} lists no symbols.`);
        continue;
      }
      this.addOrigin(origin);
      return value;
    }
    return undefined;
  }

  #report(uri: string, error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    if (error.code === 'not-found' || error.code === 'not-a-directory') return;
    const reason = fileErrorReasons[error.code];
    this.problem(`Cannot read ${relativePath(parentUri(this.folder), uri)}: ${reason}.`);
  }
}

const fileErrorReasons: Readonly<Record<FileError['code'], string>> = {
  'not-found': 'there is no such file',
  'no-permission': 'permission denied',
  'is-directory': 'it is a directory',
  'not-a-directory': 'it is not a directory',
  'too-large': 'it is too large for what it should be',
  loop: 'its links go in a circle',
  io: 'input/output error',
};

/** The last two segments of a folder, enough to recognise it: "build/linux". */
export function shortFolder(uri: string): string {
  const name = uriName(uri);
  const parent = uriName(parentUri(uri));
  return parent === '' ? `/${name}` : `${parent}/${name}`;
}
