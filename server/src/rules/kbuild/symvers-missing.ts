import { joinUri, uriPath } from '../../ports/uri.ts';
import { exists, type KbuildRuleCheck } from './kbuild-facts.ts';

export const symversMissing: KbuildRuleCheck = {
  async *check(facts) {
    const folder = facts.model.kernelFolder;
    const uri = folder && facts.resolve(folder.value.text);
    if (!folder || uri === undefined || (await exists(facts.files, uri)) !== true) return;
    // Only a folder that a build has touched can be expected to have it.
    const isTree = (await exists(facts.files, joinUri(uri, 'Makefile'))) === true;
    if (!isTree || (await exists(facts.files, joinUri(uri, 'Module.symvers'))) !== false) return;
    yield {
      rule: 'symvers-missing',
      start: folder.value.start,
      end: folder.value.end,
      message: `${uriPath(uri)} has no Module.symvers: modules built against it carry no CRCs and no depends, and a kernel with CONFIG_MODVERSIONS refuses them ("disagrees about version of symbol module_layout" or silently). Run "make modules" in the tree, or copy the file from the kernel's build or headers package.`,
    };
  },
};
