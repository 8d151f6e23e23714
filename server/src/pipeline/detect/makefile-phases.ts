import { joinUri } from '../../ports/uri.ts';
import { kindOfName, type Phase, type PhaseInput, parseInput } from '../phase.ts';
import { type Evidence, phaseOf } from './evidence.ts';
import { enginesIn, engineVariable, imageBuilt, type MakefileTarget } from './makefile.ts';
import { moduleSources } from './module-phases.ts';
import { filesNamedIn } from './scripts.ts';

/** Targets that undo or install, whatever their names hold. */
const notPhases =
  /clean|^(?:help|install|uninstall|modules_install|all|default|FORCE|menuconfig|defconfig|test|tests)$/;

/** Targets of the project's Makefile whose names say what they are for. */
export async function makefilePhases(evidence: Evidence): Promise<Phase[]> {
  const { makefile } = evidence;
  if (!makefile) return [];
  const targets = makefile.outline.targets.filter(
    ({ name, recipe }, index, all) =>
      !notPhases.test(name) &&
      !/[/.]/.test(name) &&
      kindOfName(name) !== 'other' &&
      all.findIndex((other) => other.name === name) === index &&
      recipe !== '',
  );
  // A plain module's Makefile: what it builds needs the kernel's folder, which another detector knows.
  const plainModule = /\bobj-m\b/.test(makefile.text) || targets.every((target) => /\bM=/.test(target.recipe));
  if (targets.length === 0 || (plainModule && !targets.some((target) => enginesIn(target.recipe)))) return [];
  const names = new Set(targets.map((target) => target.name));
  return Promise.all(targets.map((target) => phaseOfTarget(evidence, makefile.path, makefile.text, target, names)));
}

async function phaseOfTarget(
  evidence: Evidence,
  path: string,
  text: string,
  target: MakefileTarget,
  names: ReadonlySet<string>,
): Promise<Phase> {
  const kind = kindOfName(target.name);
  const engine = enginesIn(target.recipe);
  const variable = engine && evidence.makefile ? engineVariable(evidence.makefile.outline) : undefined;
  const scripts = await withSourced(evidence, filesNamedIn(target.recipe, evidence.listing.files));
  const inputs = new Set(scripts);
  if (kind === 'image') {
    for (const file of containerFiles(evidence)) inputs.add(file);
    for (const input of usedValues(evidence, text, target)) inputs.add(input);
  }
  const builds = kind === 'kernel' || kind === 'modules' || kind === 'source' || kind === 'headers';
  if (builds) for (const input of await buildInputs(evidence)) inputs.add(input);
  const outputs = builds ? await buildOutputs(evidence, [...scripts], target.recipe) : [];
  const before = target.prerequisites.filter((name) => names.has(name));
  return phaseOf(evidence, {
    name: target.name,
    kind,
    command: ['make', target.name],
    // make runs on this machine: a recipe that needs the container starts it.
    place: { kind: 'host', drivesEngine: engine !== undefined, engineVariable: variable },
    inputs: [...inputs].filter((name) => !outputs.includes(name)).map((name): PhaseInput => parseInput(name)),
    outputs,
    makesImage: engine?.builds ? (imageBuilt(target.recipe) ?? evidence.container?.image) : undefined,
    ...(before.length > 0 ? { after: before } : {}),
    where: { uri: joinUri(evidence.listing.rootUri, path), range: target.range },
    why: `target ${target.name} of ${path}`,
  });
}

/** Scripts and the files they source, one level after the other. */
export async function withSourced({ listing }: Evidence, scripts: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set(scripts);
  for (const script of found) {
    if (!/\.(?:sh|bash)$/.test(script) || found.size > 100) continue;
    const sourced = [...((await listing.read(script)) ?? '').matchAll(/^\s*(?:\.|source)\s+(.*)$/gm)];
    for (const [, argument = ''] of sourced)
      for (const file of filesNamedIn(` ${argument}`, listing.files)) found.add(file);
  }
  return found;
}

/** What kernel and modules are made from, wherever the project keeps it. */
export async function buildInputs(evidence: Evidence): Promise<readonly string[]> {
  const { listing, envFiles } = evidence;
  const patches = new Set(
    listing.files
      .filter((file) => /\.(?:patch|diff)$|(?:^|\/)series$/.test(file))
      .map((file) => file.replace(/[^/]*$/, '')),
  );
  const configs = listing.files.filter((file) => /(?:^|\/)(?:[\w.-]*defconfig|[\w.-]+\.config)$/.test(file));
  return [
    ...envFiles,
    ...[...patches].sort().map((folder) => `${folder}*.{patch,diff}`),
    ...configs,
    ...kernelConfigs(evidence),
    ...(await moduleSources(evidence)),
  ];
}

/** `.config` of kernels inside the project. */
function kernelConfigs({ kernelFolders }: Evidence): string[] {
  return kernelFolders.flatMap(({ relative }) => (relative === undefined ? [] : [`${relative}/.config`]));
}

/** The markers that a build writes, when its scripts name them, and the modules of the project's Kbuild folders. */
async function buildOutputs(evidence: Evidence, scripts: readonly string[], recipe: string): Promise<string[]> {
  const texts = await Promise.all(scripts.map(async (script) => (await evidence.listing.read(script)) ?? ''));
  const all = [recipe, ...texts].join('\n');
  return ['EXPECTED_VERMAGIC', 'BUILD_MANIFEST.json'].filter((name) => all.includes(name));
}

export function containerFiles({ listing }: Evidence): readonly string[] {
  return listing.files.filter((file) =>
    /(?:^|\/)(?:(?:Docker|Container)file[\w.-]*|\.(?:docker|container)ignore)$/.test(file),
  );
}

/** Values of env files that a recipe uses, through other variables too. */
function usedValues({ envFiles, makefile }: Evidence, text: string, target: MakefileTarget): string[] {
  const recipe = recipeAsWritten(text, target);
  const used = new Set<string>();
  const visit = (written: string): void => {
    for (const [, name = ''] of written.matchAll(/\$[({]([\w.-]+)[)}]/g)) {
      if (used.has(name)) continue;
      used.add(name);
      visit(makefile?.outline.variables.get(name) ?? '');
    }
  };
  visit(recipe);
  const included = makefile?.outline.includes ?? [];
  return used.size === 0
    ? []
    : envFiles.filter((file) => included.includes(file)).map((file) => `${file}#${[...used].sort().join(',')}`);
}

function recipeAsWritten(text: string, target: MakefileTarget): string {
  const lines = text.split('\n').slice(target.range.start.line + 1);
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('\t') && !line.startsWith('#'));
  return (end < 0 ? lines : lines.slice(0, end)).join('\n');
}
