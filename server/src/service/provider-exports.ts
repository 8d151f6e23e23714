import type { TreeModule } from '../gate/list-modules.ts';
import type { ProviderExports } from '../gate/tree-symbols.ts';
import { readFromModule } from '../module/open-kernel-module.ts';
import { readModuleExports } from '../module/read-module-exports.ts';
import type { Ports } from '../ports/ports.ts';

/** What each of these modules exports, whatever the target; a file that cannot be read exports nothing. */
export async function providerExports(ports: Ports, modules: readonly TreeModule[]): Promise<ProviderExports[]> {
  const found: ProviderExports[] = [];
  for (const { uri, name } of modules) {
    const exports = await readFromModule(ports, uri, readModuleExports);
    found.push({ name, uri, exports: 'problem' in exports ? [] : exports });
  }
  return found;
}
