import type { Origin } from '../kernel/fact.ts';
import type { LoadState } from './load-state.ts';

/** An export as the loader finds it. */
export interface FoundSymbol {
  /** Name of the exporting module; `undefined` for the kernel itself. */
  readonly owner: string | undefined;
  /** The exporter is tainted with P. */
  readonly proprietary: boolean;
  readonly crc: number | undefined;
  readonly gplOnly: boolean;
  readonly namespace: string;
  readonly origin: Origin | undefined;
}

/** `absent`: known not to be exported. `open`: the known exports are not all. */
export type Lookup = FoundSymbol | 'absent' | 'open';

/**
 * kernel/module/main.c: find_symbol. The kernel's own exports come first, then those of the loaded
 * modules. Other modules of the target count as loaded: modprobe loads what a module depends on before it.
 */
export function findSymbol(state: LoadState, symbol: string): Lookup {
  const exported = state.target.symbols?.get(symbol);
  const listed =
    exported === undefined
      ? undefined
      : {
          owner: exported.exporter === 'vmlinux' ? undefined : moduleNameOf(exported.exporter),
          proprietary: exported.proprietary === true,
          crc: exported.crc,
          gplOnly: exported.gplOnly,
          namespace: exported.namespace,
          origin: exported.origin,
        };
  if (listed !== undefined && listed.owner === undefined) {
    return listed;
  }
  for (const loaded of state.machine.loaded) {
    const found = loaded.exports.get(symbol);
    if (found !== undefined) {
      const origin = { label: loaded.module.uri, uri: loaded.module.uri };
      const { crc, gplOnly, namespace } = found;
      return { owner: loaded.name, proprietary: loaded.taints.has('P'), crc, gplOnly, namespace, origin };
    }
  }
  if (listed !== undefined && listed.owner !== state.name) {
    return listed;
  }
  return state.target.symbols?.complete === true ? 'absent' : 'open';
}

/** `drivers/net/dummy-x` → `dummy_x`: the kernel's name of a module. */
export function moduleNameOf(exporter: string): string {
  const name = exporter.slice(exporter.lastIndexOf('/') + 1);
  return name.includes('-') ? name.replaceAll('-', '_') : name;
}
