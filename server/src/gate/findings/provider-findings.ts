import { limits } from '../../limits.ts';
import { joinUri } from '../../ports/uri.ts';
import { foldedModuleName } from '../export-table.ts';
import { moduleNameOfPath } from '../list-modules.ts';
import { TreeSymbols } from '../tree-symbols.ts';
import { inFolder, listed, type ScannedKernel, type TreeFacts, type TreeFinding } from './tree-facts.ts';

interface Need {
  /** Paths of the modules that need it. */
  readonly by: Set<string>;
  readonly symbols: Set<string>;
}

/**
 * Providers that are not in the tree: modules that export what others import, and those that `depends=` names. One finding for
 * each missing module; where both tell of the same module, the one about symbols stands.
 */
export async function missingProviders(facts: TreeFacts, kernel: ScannedKernel): Promise<TreeFinding[]> {
  const { symbols } = kernel.target;
  const { providers, modules } = kernel.scan;
  if (providers.present === undefined) return [];
  const table = symbols === undefined ? undefined : new TreeSymbols(symbols, providers);
  const present = new Set([...providers.present, ...(await builtInModules(facts, kernel))]);
  const needed = new Map<string, Need>();
  const depended = new Map<string, Need>();
  for (const { module, checked } of modules) {
    if (checked === undefined) continue;
    for (const { rule, symbol } of checked.report.findings) {
      const provider = rule === 'unknown-symbol' && symbol !== undefined ? table?.absentProvider(symbol) : undefined;
      if (provider !== undefined) note(needed, foldedModuleName(provider), module.path, symbol);
    }
    for (const name of checked.depends) if (!present.has(name)) note(depended, name, module.path);
  }
  const findings: TreeFinding[] = [];
  for (const [name, { by, symbols: missing }] of needed) {
    const [first = ''] = by;
    findings.push({
      rule: 'provider-missing',
      severity: 'error',
      path: inFolder(kernel, first),
      message: `${name}.ko is not in the tree, and ${listed([...by])} ${by.size === 1 ? 'needs' : 'need'} what it exports (${listed([...missing])}): modprobe cannot load ${by.size === 1 ? 'it' : 'them'}. Install ${name}.ko of this kernel too.`,
      expected: `${name}.ko`,
    });
  }
  for (const [name, { by }] of depended) {
    if (needed.has(name)) continue;
    const [first = ''] = by;
    findings.push({
      rule: 'depends-missing',
      severity: 'error',
      path: inFolder(kernel, first),
      message: `depends= of ${listed([...by])} names ${name}, which is neither in the tree nor built into the kernel. Install ${name}.ko of this kernel, or build the module again if it no longer needs it.`,
      expected: `${name}.ko`,
    });
  }
  return findings;
}

function note(needs: Map<string, Need>, name: string, path: string, symbol?: string): void {
  const need = needs.get(name) ?? { by: new Set(), symbols: new Set() };
  need.by.add(path);
  if (symbol !== undefined) need.symbols.add(symbol);
  needs.set(name, need);
}

/** Names in `modules.builtin`: there without a file. */
async function builtInModules(facts: TreeFacts, kernel: ScannedKernel): Promise<readonly string[]> {
  try {
    const bytes = await facts.files.readFile(joinUri(facts.root, kernel.folder, 'modules.builtin'), limits.textBytes);
    return new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line !== '')
      .map(moduleNameOfPath);
  } catch {
    return [];
  }
}
