import type { Counted, TreeTally } from '@vermagic/shared';
import { counted } from '../../findings/counted.ts';
import { limits } from '../../limits.ts';
import { joinUri } from '../../ports/uri.ts';
import { foldedModuleName } from '../export-table.ts';
import { moduleNameOfPath } from '../list-modules.ts';
import { TreeSymbols } from '../tree-symbols.ts';
import { listed, type ScannedKernel, type TreeFacts, type TreeFinding } from './tree-facts.ts';
import { modulesByVermagic } from './vermagic-findings.ts';

/** What a finding shows by name; of the rest it says how many. */
const shown = 3;

export type TreeCounts = Omit<TreeTally, 'assumed' | 'levels'>;

/** Counts over the modules that were looked at, which may be a part of the tree. */
export async function tallyTree(facts: Pick<TreeFacts, 'files' | 'root'>, kernel: ScannedKernel): Promise<TreeCounts> {
  const { target, release, folder } = kernel;
  const expected = target.vermagic;
  return {
    folder,
    ...(release === undefined ? {} : { release }),
    ...(target.release === undefined
      ? {}
      : { target: { release: target.release.value, label: target.release.origin.label } }),
    ...(expected === undefined ? {} : { expected: { vermagic: expected.value, label: expected.origin.label } }),
    vermagics: modulesByVermagic(kernel).map(([vermagic, modules]) => ({
      vermagic,
      by: toCounted(modules.map(({ module }) => module.path)),
    })),
    ...(await missingModules(facts, kernel)),
  };
}

/** Modules that are not in the tree: those that export what others import, and those that `depends=` names. */
async function missingModules(
  facts: Pick<TreeFacts, 'files' | 'root'>,
  kernel: ScannedKernel,
): Promise<Pick<TreeTally, 'providers' | 'depends'>> {
  const { symbols } = kernel.target;
  const { providers, modules } = kernel.scan;
  if (providers.present === undefined) return { providers: [], depends: [] };
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
  return {
    providers: [...needed].map(([name, { by, symbols: missing }]) => ({
      name,
      by: toCounted(by),
      symbols: [...missing].sort(),
    })),
    depends: [...depended].map(([name, { by }]) => ({ name, by: toCounted(by) })),
  };
}

interface Need {
  /** Paths of the modules that need it. */
  readonly by: Set<string>;
  readonly symbols: Set<string>;
}

function note(needs: Map<string, Need>, name: string, path: string, symbol?: string): void {
  const need = needs.get(name) ?? { by: new Set(), symbols: new Set() };
  need.by.add(path);
  if (symbol !== undefined) need.symbols.add(symbol);
  needs.set(name, need);
}

/** Names in `modules.builtin`: there without a file. */
async function builtInModules(
  facts: Pick<TreeFacts, 'files' | 'root'>,
  kernel: ScannedKernel,
): Promise<readonly string[]> {
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

function toCounted(paths: Iterable<string>): Counted {
  const all = [...paths].sort();
  return { count: all.length, first: all.slice(0, shown) };
}

/** The tally of parts of one tree that have no module in common. */
export function joinTallies(a: TreeTally, b: TreeTally): TreeTally {
  const join = <T extends { readonly by: Counted }>(lists: readonly T[], key: (item: T) => string): T[] => {
    const joined = new Map<string, T>();
    for (const item of lists) {
      const known = joined.get(key(item));
      joined.set(key(item), known === undefined ? item : { ...known, by: both(known.by, item.by) });
    }
    return [...joined.values()];
  };
  const symbols = new Map<string, Set<string>>();
  for (const { name, symbols: some } of [...a.providers, ...b.providers])
    symbols.set(name, new Set([...(symbols.get(name) ?? []), ...some]));
  return {
    ...a,
    vermagics: join([...a.vermagics, ...b.vermagics], ({ vermagic }) => vermagic),
    providers: join([...a.providers, ...b.providers], ({ name }) => name).map((provider) => ({
      ...provider,
      symbols: [...(symbols.get(provider.name) ?? [])].sort(),
    })),
    depends: join([...a.depends, ...b.depends], ({ name }) => name),
    assumed: a.assumed + b.assumed,
  };
}

function both(a: Counted, b: Counted): Counted {
  return { count: a.count + b.count, first: [...a.first, ...b.first].sort().slice(0, shown) };
}

/** The rules whose findings are made from a tally. */
export const tallyRules = ['mixed-vermagic', 'provider-missing', 'depends-missing', 'release-dir-mismatch'] as const;

/** Whether a finding is one that all parts of a scan together make. */
export function isOfTally(rule: string, path: string, { folder }: TreeTally): boolean {
  // Of releases there is another about kernel images.
  return tallyRules.some((one) => one === rule) && (rule !== 'release-dir-mismatch' || path === folder);
}

/** The findings of joined parts, at the levels that the parts were made with. */
export function joinedFindings(tally: TreeTally): TreeFinding[] {
  return [...tallyFindings(tally), ...folderAgainstModules(tally)].flatMap((finding) => {
    const level = tally.levels[finding.rule];
    return level === 'off' ? [] : [{ ...finding, severity: level ?? finding.severity }];
  });
}

/**
 * What a tally says is wrong with modules.
 * @param vermagics how many there are in the whole tree, where the tally is of a part and nothing else knows.
 */
export function tallyFindings(tally: TreeCounts, vermagics?: number): TreeFinding[] {
  return [...mixedVermagic(tally, vermagics), ...missing(tally)];
}

/** Modules of one folder that were not built for one kernel. */
function mixedVermagic({ folder, expected, vermagics }: TreeCounts, kinds = vermagics.length): TreeFinding[] {
  // Where all agree, with the kernel or not, they are not mixed.
  if (expected === undefined || kinds < 2) return [];
  const modules = vermagics.reduce((sum, { by }) => sum + by.count, 0);
  return vermagics
    .filter(({ vermagic }) => vermagic !== expected.vermagic)
    .map(({ vermagic, by }) => ({
      rule: 'mixed-vermagic',
      severity: 'error',
      path: within(folder, by),
      message: `${by.count} of ${counted(modules, 'module')} ${by.count === 1 ? 'has' : 'have'} vermagic '${vermagic}', the kernel of this folder has '${expected.vermagic}' (${expected.label}): ${names(by)}. Build and install all modules from the one kernel build.`,
      expected: expected.vermagic,
      actual: vermagic,
    }));
}

function within(folder: string, { first }: Counted): string {
  return folder === '' ? (first[0] ?? '') : `${folder}/${first[0] ?? ''}`;
}

/** The name of the modules' folder against what most modules in it are built for. */
export function folderAgainstModules({ release, folder, target, vermagics }: TreeCounts): TreeFinding[] {
  const [most] = [...vermagics].sort(
    (a, b) => b.by.count - a.by.count || ((a.by.first[0] ?? '') < (b.by.first[0] ?? '') ? -1 : 1),
  );
  if (release === undefined || most === undefined) return [];
  const built = most.vermagic.split(' ', 1)[0] ?? '';
  if (built !== release) {
    return [
      {
        rule: 'release-dir-mismatch',
        severity: 'error',
        path: folder,
        message: `The folder is named ${release}, and its modules (${most.by.count} of them) are built for ${built}: the kernel ${built} does not look here. Name the folder as "uname -r" says, or install the modules of ${release}.`,
        expected: built,
        actual: release,
      },
    ];
  }
  if (target === undefined || target.release === release) return [];
  return [
    {
      rule: 'release-dir-mismatch',
      severity: 'error',
      path: folder,
      message: `The folder is that of ${release}, and the kernel compared with is ${target.release} (${target.label}), which looks for its modules in lib/modules/${target.release}. Install the modules of that kernel, or boot the one that these belong to.`,
      expected: target.release,
      actual: release,
    },
  ];
}

/** One finding for each missing module; where exports and `depends=` tell of the same, the one about symbols stands. */
function missing({ folder, providers, depends }: TreeCounts): TreeFinding[] {
  const ofSymbols = providers.map(
    ({ name, by, symbols }): TreeFinding => ({
      rule: 'provider-missing',
      severity: 'error',
      path: within(folder, by),
      message: `${name}.ko is not in the tree, and ${names(by)} ${by.count === 1 ? 'needs' : 'need'} what it exports (${listed([...symbols])}): modprobe cannot load ${by.count === 1 ? 'it' : 'them'}. Install ${name}.ko of this kernel too.`,
      expected: `${name}.ko`,
    }),
  );
  const told = new Set(providers.map(({ name }) => name));
  const ofDepends = depends.flatMap(({ name, by }): TreeFinding[] =>
    told.has(name)
      ? []
      : [
          {
            rule: 'depends-missing',
            severity: 'error',
            path: within(folder, by),
            message: `depends= of ${names(by)} names ${name}, which is neither in the tree nor built into the kernel. Install ${name}.ko of this kernel, or build the module again if it no longer needs it.`,
            expected: `${name}.ko`,
          },
        ],
  );
  return [...ofSymbols, ...ofDepends];
}

/** "a, b, c and 4 more". */
function names({ count, first }: Counted): string {
  return count > first.length ? `${first.join(', ')} and ${count - first.length} more` : first.join(', ');
}
