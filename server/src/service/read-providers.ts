import type { TreeModule } from '../gate/list-modules.ts';
import type { TreeProvider } from '../gate/tree-symbols.ts';
import { readFromModule } from '../module/open-kernel-module.ts';
import { readProvider } from '../module/read-provider.ts';
import type { Ports } from '../ports/ports.ts';

/** What each of these modules is to its users, whatever the target; a file that cannot be read exports nothing. */
export async function readProviders(ports: Ports, modules: readonly TreeModule[]): Promise<TreeProvider[]> {
  const found: TreeProvider[] = [];
  for (const { uri, name } of modules) {
    const provider = await readFromModule(ports, uri, readProvider);
    const facts = 'problem' in provider ? { exports: [], imports: [], proprietary: false } : provider;
    found.push({ name, uri, ...facts });
  }
  return found;
}
