import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import { expandGlob, isGlob } from './glob.ts';
import type { Phase, PhaseInput } from './phase.ts';
import { configurationValues, isConfiguration, isScript } from './values.ts';

/**
 * State of one file; `null`: there is no such file. With a hash every byte counts, and the values only tell what
 * changed; without, the values alone count.
 */
export type FileState = {
  readonly hash?: string;
  readonly values?: Readonly<Record<string, string>>;
} | null;

/** State of what one phase takes or makes, by path. */
export type Fingerprint = Readonly<Record<string, FileState>>;

/** Hashes files and remembers the hash until the file changes. */
export class Fingerprints {
  readonly #files: FileSystem;
  readonly #known = new Map<string, { readonly mark: string; readonly state: Promise<FileState> }>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** Every file that the inputs name. A configuration counts by its values: a comment changes nothing. */
  async inputs(rootUri: string, phase: Phase): Promise<Fingerprint> {
    const found: Record<string, FileState> = {};
    for (const input of phase.inputs) {
      for (const path of await this.#paths(rootUri, input.path)) {
        const state = await this.#state(rootUri, path, isConfiguration(path) || input.keys !== undefined);
        found[path] = merged(found[path], selected(state, input));
      }
    }
    return found;
  }

  /** Every output by its bytes; a folder only says that it is there. */
  async outputs(rootUri: string, phase: Phase): Promise<Fingerprint> {
    const found: Record<string, FileState> = {};
    for (const output of phase.outputs) {
      const paths = await this.#paths(rootUri, output);
      if (paths.length === 0) found[output] = null;
      for (const path of paths) found[path] = await this.#state(rootUri, path, false);
    }
    return found;
  }

  async #paths(rootUri: string, path: string): Promise<readonly string[]> {
    return isGlob(path) ? (await expandGlob(this.#files, rootUri, path)).paths : [path];
  }

  async #state(rootUri: string, path: string, byValues: boolean): Promise<FileState> {
    const uri = inputUri(rootUri, path);
    const stat = await this.#files.stat(uri).catch(() => undefined);
    if (!stat || stat.type === 'symlink') return null;
    if (stat.type !== 'file') return { hash: stat.type };
    const mark = `${stat.sizeBytes}:${stat.modifiedMs}:${stat.inode ?? 0}:${byValues}`;
    if (stat.sizeBytes > limits.phaseInputBytes) return { hash: `size and time ${mark}` };
    const known = this.#known.get(uri);
    if (known?.mark === mark) return known.state;
    const state = this.#read(uri, byValues);
    this.#known.set(uri, { mark, state });
    return state;
  }

  async #read(uri: string, byValues: boolean): Promise<FileState> {
    const bytes = await this.#files.readFile(uri, limits.phaseInputBytes).catch(() => undefined);
    if (!bytes) return { hash: 'not readable' };
    const hash = byValues ? {} : { hash: await sha256(bytes) };
    if (!byValues && !isScript(uri)) return hash;
    const values: Record<string, string> = {};
    for (const { name, value } of configurationValues(uri, new TextDecoder().decode(bytes))) {
      const long = value.length > limits.stampValueCharacters;
      values[name] = long ? `sha256:${await sha256(new TextEncoder().encode(value))}` : value;
    }
    return { ...hash, values };
  }
}

export function inputUri(rootUri: string, path: string): string {
  return path.startsWith('/')
    ? joinUri(rootUri.replace(/^(\w[\w+.-]*:\/\/[^/]*).*$/, '$1'), path)
    : joinUri(rootUri, path);
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function selected(state: FileState, { keys }: PhaseInput): FileState {
  const values = state?.values;
  return keys && values ? { values: Object.fromEntries(keys.map((key) => [key, values[key] ?? ''])) } : state;
}

/** A file that two inputs name counts by what both select. */
function merged(one: FileState | undefined, two: FileState): FileState {
  if (!one?.values || !two?.values || one.hash !== undefined || two.hash !== undefined) return two;
  return { values: { ...one.values, ...two.values } };
}
