import type { KbuildAssignment, KbuildSyntax, KbuildWord } from './kbuild-syntax.ts';
import { evaluateAlone, type MakeEvaluation } from './make-evaluation.ts';

/** One module that a Kbuild file builds: `obj-m += foo.o`. */
export interface ModuleBuild {
  /** `foo.ko`. */
  readonly target: string;
  /** `foo.o` where obj-m (or obj-$(CONFIG_X)) names it. */
  readonly word: KbuildWord;
  /** Without `CONFIG_`: built as a module only when this is `m`. `undefined` for obj-m. */
  readonly config: string | undefined;
  /** Objects it is linked from: its own one, or those of `foo-objs` and `foo-y`. */
  readonly objects: readonly KbuildWord[];
  /** `foo-objs`, `foo-y`, … gave the objects. */
  readonly composite: boolean;
}

/** What a Kbuild file builds, with the variables that decide against which kernel. */
export interface KbuildModel {
  readonly modules: readonly ModuleBuild[];
  /** `dir/` in obj-m or obj-y: built with the Kbuild file of that folder. */
  readonly folders: readonly KbuildWord[];
  /** Words of KBUILD_EXTRA_SYMBOLS. */
  readonly extraSymbols: readonly KbuildWord[];
  readonly extraSymbolsAssignment: KbuildAssignment | undefined;
  /** `KDIR ?= /lib/modules/…/build`, under whichever of the usual names. */
  readonly kernelFolder: KbuildAssignment | undefined;
}

/** Names that external modules' Makefiles give the kernel tree. */
export const kernelFolderNames: ReadonlySet<string> = new Set([
  'KDIR',
  'KERNELDIR',
  'KERNEL_DIR',
  'KERNEL_SRC',
  'KERNELSRC',
  'KERNEL_PATH',
  'KSRC',
  'KSRCDIR',
  'KERNEL_SOURCE',
  'KERNEL_SOURCE_DIR',
  'KBUILD_DIR',
  'KERN_DIR',
]);

const objectList = /^obj-(?:(m|y)|\$[({]CONFIG_(\w+)[)}])$/;

export function kbuildModel(syntax: KbuildSyntax, evaluation: MakeEvaluation = evaluateAlone(syntax)): KbuildModel {
  const modules: ModuleBuild[] = [];
  const folders: KbuildWord[] = [];
  const lists = evaluation.variables.lists();
  const parts = partLists(lists);
  for (const { name, words } of lists) {
    const match = objectList.exec(name);
    if (!match) continue;
    for (const word of words) {
      if (word.text.endsWith('/')) folders.push(word);
      else if (match[1] !== 'y' && /.\.o$/.test(word.text) && !word.text.includes('$')) {
        const stem = word.text.slice(0, -2);
        const objects = parts.get(stem);
        modules.push({
          target: `${stem}.ko`,
          word,
          config: match[2],
          objects: objects ?? [word],
          composite: objects !== undefined,
        });
      }
    }
  }
  const extra = syntax.assignments.filter((one) => one.name === 'KBUILD_EXTRA_SYMBOLS');
  return {
    modules,
    folders,
    extraSymbols: extra.flatMap((one) => one.words),
    extraSymbolsAssignment: extra.at(-1),
    kernelFolder: syntax.assignments.find((one) => kernelFolderNames.has(one.name)),
  };
}

/** The objects of `foo-objs`, `foo-y`, `foo-m` and `foo-$(CONFIG_X)` by `foo`; of `foo-$(X)`, that there is a list. */
function partLists(lists: ReturnType<MakeEvaluation['variables']['lists']>): ReadonlyMap<string, KbuildWord[]> {
  const parts = new Map<string, KbuildWord[]>();
  for (const { name, words } of lists) {
    const [, stem, config] = /^(.+?)-(?:objs|y|m|(\$.*))$/.exec(name) ?? [];
    if (stem === undefined || stem === 'obj' || stem.includes('$')) continue;
    const list = parts.get(stem) ?? [];
    if (config === undefined || /^\$[({]CONFIG_\w+[)}]$/.test(config)) list.push(...words);
    parts.set(stem, list);
  }
  return parts;
}

/** Puts known variables in; `undefined` when something is left that only make could tell. */
export function expandKbuild(text: string, variables: ReadonlyMap<string, string>): string | undefined {
  let known = true;
  const expanded = text.replace(/\$[({]([\w.-]+)[)}]|\$(\w)/g, (_, name?: string, short?: string) => {
    const value = variables.get(name ?? short ?? '');
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known && !expanded.includes('$') ? expanded : undefined;
}

/**
 * Variables with one plain value, in the file and from the build itself: `src`, `obj`, `M`, `PWD` and `CURDIR`
 * are the file's own folder.
 */
export function kbuildVariables(syntax: KbuildSyntax, folder: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>(['src', 'obj', 'M', 'PWD', 'CURDIR'].map((name) => [name, folder]));
  const unsure = new Set<string>();
  for (const { name, operator, value, conditions } of syntax.assignments) {
    if (name.includes('$')) continue;
    const expanded =
      operator === '!=' || operator === 'define'
        ? undefined
        : expandKbuild(value.text.replace(/\$\(shell pwd\)/g, folder), variables);
    const again = variables.has(name) && operator !== '+=';
    if (expanded === undefined || unsure.has(name) || (again && conditions.length > 0)) {
      unsure.add(name);
      variables.delete(name);
    } else if (operator === '+=') {
      variables.set(name, `${variables.get(name) ?? ''} ${expanded}`.trim());
    } else if (operator !== '?=' || !variables.has(name)) {
      variables.set(name, expanded);
    }
  }
  return variables;
}
