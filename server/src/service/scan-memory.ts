import type { ProofPlan } from '../gate/proof-plan.ts';
import type { ModuleScan, Remembered } from '../gate/scan-modules.ts';
import type { ScanCache } from '../ports/scan-cache.ts';
import type { RuleLevels } from './module-checker.ts';

interface Entry {
  readonly i: readonly [number, number, number];
  readonly c: Remembered['class'];
  readonly v?: string;
  readonly r?: Remembered['checked'];
}

const format = 1;

/**
 * What earlier scans found, by the modules' folder and everything that a verdict depends on. A module counts as unchanged when
 * size, time and inode are: then its proof is not made again.
 */
export class ScanMemory {
  readonly #cache: ScanCache;
  readonly #version: string;
  readonly #levels: RuleLevels;

  constructor(cache: ScanCache, version: string, levels: RuleLevels) {
    this.#cache = cache;
    this.#version = version;
    this.#levels = levels;
  }

  async recall(folder: string, plan: ProofPlan): Promise<ReadonlyMap<string, Remembered>> {
    const text = await this.#cache.read(await this.#key(folder, plan));
    if (text === undefined) return new Map();
    try {
      const { format: written, modules } = JSON.parse(text) as { format: number; modules: Record<string, Entry> };
      if (written !== format) return new Map();
      return new Map(
        Object.entries(modules).map(([path, { i, c, v, r }]): [string, Remembered] => {
          if (!Array.isArray(i) || i.length !== 3 || (c === 'checked') !== (r !== undefined))
            throw new TypeError('damaged');
          return [
            path,
            {
              identity: i,
              class: c,
              ...(v === undefined ? {} : { vermagic: v }),
              ...(r === undefined ? {} : { checked: r }),
            },
          ];
        }),
      );
    } catch {
      // Damaged, or written by someone else: as if it were not there.
      return new Map();
    }
  }

  /** Only results that rest on the plan alone are kept: where modules replaced what the target lists, any change of one can change others. */
  async keep(folder: string, scan: ModuleScan): Promise<void> {
    if (scan.plan === undefined || !scan.asListed || scan.unchanged) return;
    const modules: Record<string, Entry> = {};
    for (const { module, identity, class: found, vermagic, checked } of scan.modules) {
      if (identity === undefined || found === 'unreadable' || Number.isNaN(identity[0])) continue;
      modules[module.path] = {
        i: identity,
        c: found,
        ...(vermagic === undefined ? {} : { v: vermagic }),
        ...(checked === undefined ? {} : { r: checked }),
      };
    }
    await this.#cache.write(await this.#key(folder, scan.plan), JSON.stringify({ format, modules }));
  }

  async #key(folder: string, plan: ProofPlan): Promise<string> {
    const { exports, vermagic, vermagicTail: _tail, providers, relocations, licenses: _, ...rest } = plan;
    const facts = JSON.stringify([
      [format, this.#version, folder, this.#levels, rest],
      [[...vermagic], [...relocations], [...providers], exports.namespaces, exports.exporters, exports.proprietary],
    ]);
    const text = new TextEncoder().encode(facts);
    const all = new Uint8Array(text.length + exports.memory.byteLength);
    all.set(text);
    all.set(new Uint8Array(exports.memory), text.length);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
    return Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
