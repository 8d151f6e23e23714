import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, uriPath } from '../../ports/uri.ts';
import type { Found } from '../text-rule.ts';
import { exists, type KbuildRuleCheck } from './kbuild-facts.ts';
import { type NamedFolder, unameMark } from './kernel-folder.ts';

export const symversMissing: KbuildRuleCheck = {
  async *check(facts) {
    const folder = facts.model.kernelFolder;
    const uri = folder && facts.resolve(folder.value.text);
    // Only a kernel tree can be expected to have it.
    if (!folder || !facts.files || uri === undefined || !(await exists(facts.files, joinUri(uri, 'Makefile')))) return;
    if (await lacksSymvers(uri, facts.files)) yield missing(uri, folder.value);
  },
};

/** The tree that `make -C … M=…` names has been configured or prepared, and has no Module.symvers. */
export async function missingSymvers(named: NamedFolder, files: FileSystem): Promise<Found | undefined> {
  if (!named.isHere || named.path.includes(unameMark)) return undefined;
  const roots = named.path.startsWith('/') ? ['file:///'] : named.from;
  const trees: string[] = [];
  for (const uri of new Set(roots.map((root) => joinUri(root, named.path)))) {
    if (await isTouched(uri, files)) trees.push(uri);
  }
  const [tree] = trees;
  const lacking = await Promise.all(trees.map((uri) => lacksSymvers(uri, files)));
  return tree !== undefined && !lacking.includes(false) ? missing(tree, named) : undefined;
}

async function isTouched(uri: string, files: FileSystem): Promise<boolean> {
  if ((await exists(files, joinUri(uri, 'Makefile'))) !== true) return false;
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
