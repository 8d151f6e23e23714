import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { ModuleExport } from '../module/kernel-module.ts';
import { proprietaryModules } from '../module/proprietary.ts';
import { foldedModuleName } from './export-table.ts';
import type { TreeModule } from './list-modules.ts';
import { type ProviderExports, type TreeProvider, type TreeProviders, TreeSymbols } from './tree-symbols.ts';

export type ReadProviders = (modules: readonly TreeModule[]) => Promise<readonly TreeProvider[]>;

/** Modules that export something, by how a first look found them. */
export interface LookedAtProviders {
  /** What they export may not be what the target lists of them. */
  readonly differing: readonly TreeModule[];
  /** They export what the target lists, and something else about them is unusual: their licence may be. */
  readonly doubtful: readonly TreeModule[];
  /** All that export anything, these included. */
  readonly all: readonly TreeModule[];
}

/** What every module of the tree is to the others; of the modules that other files stand for, those files. */
export async function allProviders(
  modules: readonly TreeModule[],
  present: readonly string[] | undefined,
  listed: SymbolTable | undefined,
  read: ReadProviders,
): Promise<TreeProviders> {
  const own = (await read(modules)).filter((one) => one.exports.length > 0);
  const providers = { present, own: own.map(exportsOnly), all: true };
  return listed === undefined ? providers : withProprietary(providers, own, listed);
}

/** What is otherwise than the target lists it; providers without `own` and `proprietary` where nothing is. */
export async function differingProviders(
  { differing, doubtful, all }: LookedAtProviders,
  present: readonly string[] | undefined,
  listed: SymbolTable,
  read: ReadProviders,
): Promise<TreeProviders> {
  const own = await read(differing);
  const others = await read(doubtful);
  const asListed: TreeProviders = { present, own: [] };
  const providers = differ(own, new TreeSymbols(listed, asListed)) ? { present, own: own.map(exportsOnly) } : asListed;
  if (![...own, ...others].some(({ proprietary, exports }) => proprietary && exports.length > 0)) return providers;
  // Any other module may use one of these, and hand the taint on.
  return withProprietary(providers, await read(all), listed);
}

function withProprietary(
  providers: TreeProviders,
  modules: readonly TreeProvider[],
  listed: SymbolTable,
): TreeProviders {
  const symbols = new TreeSymbols(listed, providers);
  const proprietary = proprietaryModules(modules, (symbol) => {
    const exporter = symbols.get(symbol)?.exporter;
    return exporter === undefined ? undefined : foldedModuleName(exporter);
  });
  return proprietary.size === 0 ? providers : { ...providers, proprietary: [...proprietary] };
}

function exportsOnly({ name, uri, exports }: TreeProvider): ProviderExports {
  return { name, uri, exports };
}

/** Whether any of the providers exports anything else than the table lists of it. */
function differ(own: readonly ProviderExports[], symbols: TreeSymbols): boolean {
  if (own.length === 0) return false;
  const listedCounts = new Map<string, number>();
  for (const { exporter } of symbols.symbols()) listedCounts.set(exporter, (listedCounts.get(exporter) ?? 0) + 1);
  const byName = new Map<string, number>();
  for (const [exporter, count] of listedCounts) {
    if (exporter === 'vmlinux') continue;
    const name = foldedModuleName(exporter);
    byName.set(name, (byName.get(name) ?? 0) + count);
  }
  return own.some(
    (provider) =>
      !provider.exports.every((entry) => isListed(entry, provider.name, symbols)) ||
      (byName.get(provider.name) ?? 0) !== new Set(provider.exports.map((entry) => entry.symbol)).size,
  );
}

function isListed({ symbol, crc, gplOnly, namespace }: ModuleExport, name: string, symbols: TreeSymbols): boolean {
  const listed = symbols.get(symbol);
  if (listed === undefined || listed.exporter === 'vmlinux') return listed !== undefined;
  return (
    listed.crc === crc &&
    listed.gplOnly === gplOnly &&
    listed.namespace === namespace &&
    foldedModuleName(listed.exporter) === name
  );
}
