import { limits } from '../../limits.ts';
import { LateExports } from '../late-exports.ts';
import type { SymbolTable } from '../symbol-table.ts';
import type { ModuleReader } from './known-good-module.ts';
import { exportsOfModules, folded } from './module-exports.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';

const suffixes = ['', '.xz', '.zst', '.gz'] as const;
const moduleSuffix = /\.ko(?:\.(?:gz|xz|zst))?$/;

/** The exports of the modules in `lib/modules/R`, found by depmod's lists or, before depmod ran, by `modules.order`. */
export function exportsOfTree(ports: SourcePorts, root: string, folder: string, readModule: ModuleReader): LateExports {
  let tree: Promise<ModuleTree> | undefined;
  const tables = new Map<string, Promise<readonly SymbolTable[]>>();
  const origin = new SourceReader(ports, root).origin(folder);
  return new LateExports(origin, async ({ symbols, depends }) => {
    tree ??= readTree(new SourceReader(ports, folder));
    const { paths, exporters } = await tree;
    const names = new Set(
      exporters === undefined ? depends.map(folded) : symbols.flatMap((one) => exporters.get(one) ?? []),
    );
    const found: SymbolTable[] = [];
    for (const name of [...names].slice(0, limits.providerModules)) {
      const path = paths.get(name);
      if (path === undefined) continue;
      const known = tables.get(name) ?? tableOf(new SourceReader(ports, folder), path, readModule);
      tables.set(name, known);
      found.push(...(await known));
    }
    return { tables: found, complete: exporters !== undefined && names.size <= limits.providerModules };
  });
}

interface ModuleTree {
  /** From the folder, by name as the kernel knows it. */
  readonly paths: ReadonlyMap<string, string>;
  /** Who exports a symbol, by depmod's modules.symbols; `undefined` without it. */
  readonly exporters: ReadonlyMap<string, readonly string[]> | undefined;
}

async function readTree(reader: SourceReader): Promise<ModuleTree> {
  const [dep, order, symbols] = await Promise.all(
    ['modules.dep', 'modules.order', 'modules.symbols'].map((name) =>
      reader.text(reader.uri(name), limits.symversBytes),
    ),
  );
  const paths = new Map<string, string>();
  for (const line of (dep ?? order ?? '').split('\n')) {
    const path = line.split(':', 1)[0]?.trim().replace(/\.o$/, '.ko') ?? '';
    if (!moduleSuffix.test(path) || path.startsWith('/') || path.split('/').includes('..')) continue;
    const name = folded(path.slice(path.lastIndexOf('/') + 1).replace(moduleSuffix, ''));
    if (!paths.has(name)) paths.set(name, path);
  }
  return { paths, exporters: symbols === undefined || dep === undefined ? undefined : exportersIn(symbols) };
}

/** Lines `alias symbol:NAME MODULE` (depmod: output_symbols). */
function exportersIn(text: string): ReadonlyMap<string, readonly string[]> {
  const exporters = new Map<string, string[]>();
  for (const [, symbol = '', name = ''] of text.matchAll(/^alias symbol:(\S+) (\S+)$/gm)) {
    const known = exporters.get(symbol);
    if (known === undefined) exporters.set(symbol, [folded(name)]);
    else known.push(folded(name));
  }
  return exporters;
}

/** modules.order names what was built; it may have been packed since. */
async function tableOf(reader: SourceReader, path: string, readModule: ModuleReader): Promise<readonly SymbolTable[]> {
  for (const suffix of moduleSuffix.exec(path)?.[0] === '.ko' ? suffixes : ['']) {
    const uri = reader.uri(`${path}${suffix}`);
    if (await reader.exists(uri)) return exportsOfModules([uri], readModule);
  }
  return [];
}
