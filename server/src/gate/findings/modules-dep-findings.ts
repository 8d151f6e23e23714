import { limits } from '../../limits.ts';
import { joinUri } from '../../ports/uri.ts';
import { inFolder, listed, type ScannedKernel, type TreeFacts, type TreeFinding } from './tree-facts.ts';

/** Files of different packages or copies bear times that differ a little. */
const toleranceMs = 2_000;

/** `modules.dep`, by which modprobe finds modules, against the modules that are there. */
export async function staleModulesDep(facts: TreeFacts, kernel: ScannedKernel): Promise<TreeFinding[]> {
  if (kernel.release === undefined || kernel.modules.length === 0) return [];
  const path = inFolder(kernel, 'modules.dep');
  const uri = joinUri(facts.root, path);
  const remedy = `Run: depmod -b ROOT ${kernel.release}`;
  const finding = (message: string): TreeFinding => ({ rule: 'modules-dep-stale', severity: 'warning', path, message });
  const text = await facts.files.readFile(uri, limits.textBytes).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
  if (text === undefined) return [finding(`There is no modules.dep: modprobe finds none of these modules. ${remedy}`)];
  const known = new Set(
    text
      .split('\n')
      .flatMap((line) => line.split(':', 1))
      .filter((name) => name !== ''),
  );
  const missing = kernel.modules.filter((module) => !known.has(module.path)).map((module) => module.path);
  const there = new Set(kernel.modules.map((module) => module.path));
  const gone = [...known].filter((name) => !there.has(name));
  if (missing.length > 0 || gone.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`does not list ${listed(missing)}`] : []),
      ...(gone.length > 0 ? [`lists ${listed(gone)}, which ${gone.length === 1 ? 'is' : 'are'} not there`] : []),
    ];
    return [finding(`modules.dep ${parts.join(' and ')}: modprobe goes by it. ${remedy}`)];
  }
  const stat = await facts.files.stat(uri).catch(() => undefined);
  const times = new Map(kernel.scan.modules.map(({ module, identity }) => [module, identity?.[1]]));
  const newer: string[] = [];
  for (const module of kernel.modules) {
    // Of a part of a scan the others' times are not known yet.
    const modifiedMs =
      times.get(module) ??
      (await facts.files.stat(module.uri).then(
        (found) => found?.modifiedMs,
        () => undefined,
      ));
    if (stat !== undefined && modifiedMs !== undefined && modifiedMs > stat.modifiedMs + toleranceMs)
      newer.push(module.path);
  }
  if (newer.length === 0) return [];
  return [
    finding(
      `modules.dep is older than ${listed(newer)}: what ${newer.length === 1 ? 'it needs' : 'they need'} may have changed. ${remedy}`,
    ),
  ];
}
