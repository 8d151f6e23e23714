import type { KernelModule } from '../module/kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';

/** Parsed modules kept; each holds its tables, some 50 KB for a driver with 500 imports. */
const capacity = 512;

interface Kept {
  /** Size, time and inode: what tells a changed file. */
  readonly stamp: string;
  readonly module: Promise<KernelModule>;
}

/** Parsed modules by URI. A file is parsed again only after it changed; the least recently used are dropped. */
export class ModuleStore {
  readonly #ports: Ports;
  readonly #kept = new Map<string, Kept>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Reads a module anew, whatever is kept. */
  open(uri: string): Promise<KernelModule> {
    return openKernelModule(this.#ports, uri);
  }

  /** Never throws: what cannot be read is a module with problems. `undefined` when there is no such file. */
  async get(uri: string): Promise<KernelModule | undefined> {
    const stat = await this.#ports.files.stat(uri).catch(() => undefined);
    if (stat === undefined) {
      this.#kept.delete(uri);
      return undefined;
    }
    const stamp = `${stat.sizeBytes} ${stat.modifiedMs} ${stat.inode ?? 0}`;
    const kept = this.#kept.get(uri);
    this.#kept.delete(uri);
    const current = kept?.stamp === stamp ? kept : { stamp, module: this.open(uri) };
    this.#kept.set(uri, current);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= capacity) break;
      this.#kept.delete(oldest);
    }
    return current.module;
  }
}
