import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, uriPath } from '../../ports/uri.ts';
import { kernelFolderNames } from '../../text/kbuild-modules.ts';
import type { Found } from '../text-rule.ts';
import { exists, type KbuildFacts, type KbuildRuleCheck } from './kbuild-facts.ts';
import { type NamedFolder, unameMark } from './kernel-folder.ts';
import { foldersOf } from './makefile-kernel-folder.ts';
import { isKernelBuild } from './makes-symvers.ts';

export const symversMissing: KbuildRuleCheck = {
  async *check(facts) {
    const { files } = facts;
    if (!files) return;
    for await (const named of foldersOf(facts)) {
      if (mayBuildTree(facts, named)) continue;
      // KDIR is meant for nothing else; a path of make's alone counts as a tree when it has been prepared.
      const found = await missingSymvers(named, files, kernelFolderNames.has(named.by) ? hasMakefile : isPrepared);
      if (found) yield found;
    }
  },
};

/** A recipe that builds the tree itself, or into a folder of its own. */
function mayBuildTree({ document, syntax }: KbuildFacts, { by, path }: NamedFolder): boolean {
  const names = [path, `$(${by})`, `\${${by}}`];
  return syntax.rules.some(({ recipe }) =>
    document.text
      .slice(recipe?.start ?? 0, recipe?.end ?? 0)
      .replace(/\\\r?\n/g, ' ')
      .split('\n')
      .filter((line) => names.some((name) => line.includes(name)))
      .flatMap((line) => [...line.matchAll(/(?:\$[({]MAKE[)}]|\bmake\b)([^;&|]*)/g)])
      .some(([, words = '']) => isKernelBuild(words.trim().split(/\s+/))),
  );
}

/** There is a kernel tree where the name leads, and it has no Module.symvers. */
export async function missingSymvers(
  named: NamedFolder,
  files: FileSystem,
  isTree: (uri: string, files: FileSystem) => Promise<boolean> = isPrepared,
): Promise<Found | undefined> {
  if (!named.isHere || named.path.includes(unameMark)) return undefined;
  const roots = named.path.startsWith('/') ? ['file:///'] : named.from;
  const trees: string[] = [];
  for (const uri of new Set(roots.map((root) => joinUri(root, named.path)))) {
    if (await isTree(uri, files)) trees.push(uri);
  }
  const [tree] = trees;
  const lacking = await Promise.all(trees.map((uri) => lacksSymvers(uri, files)));
  return tree !== undefined && !lacking.includes(false) ? missing(tree, named) : undefined;
}

async function hasMakefile(uri: string, files: FileSystem): Promise<boolean> {
  return (await exists(files, joinUri(uri, 'Makefile'))) === true;
}

async function isPrepared(uri: string, files: FileSystem): Promise<boolean> {
  if (!(await hasMakefile(uri, files))) return false;
  const made = ['.config', 'include/config/kernel.release', 'include/generated/utsrelease.h'];
  const states = await Promise.all(made.map((path) => exists(files, joinUri(uri, path))));
  return states.includes(true);
}

async function lacksSymvers(uri: string, files: FileSystem): Promise<boolean> {
  return (await exists(files, joinUri(uri, 'Module.symvers'))) === false;
}

function missing(uri: string, { start, end }: { readonly start: number; readonly end: number }): Found {
  return {
    rule: 'symvers-missing',
    start,
    end,
    message: `${uriPath(uri)} has no Module.symvers: modules built against it carry no CRCs and no depends, and a kernel with CONFIG_MODVERSIONS refuses them ("disagrees about version of symbol module_layout" or silently). Run "make modules" in the tree, or copy the file from the kernel's build or headers package.`,
  };
}
