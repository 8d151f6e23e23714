import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { mergeTargets } from '../kernel/merge-targets.ts';
import { openParts, openTarget } from '../kernel/open-target.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProjectFile } from './project-file.ts';

/** How a target is opened, as plain data: every thread of a scan opens the same one. */
export type TargetRecipe =
  | { readonly kind: 'path'; readonly name: string; readonly uri: string; readonly release?: string }
  /** A running machine, whose `/` is `root`. */
  | { readonly kind: 'live'; readonly name: string; readonly root: string; readonly release: string }
  /** Several places that are one kernel, found or named in the settings. */
  | {
      readonly kind: 'sources';
      readonly name: string;
      readonly sourceUris: readonly string[];
      readonly release: string | undefined;
    }
  | { readonly kind: 'project'; readonly name: string; readonly project: ProjectFile };

/** Opens a target; heavy readers are brought in only where a source needs them. */
export async function openRecipe(ports: Ports, recipe: TargetRecipe): Promise<OpenedTarget> {
  const partReaders = [
    async (uri: string) => {
      const { targetPartReaders } = await import('./target-part-readers.ts');
      for (const read of targetPartReaders(ports)) {
        const part = await read(uri);
        if (part !== undefined) return part;
      }
      return undefined;
    },
  ];
  if (recipe.kind === 'path') {
    const release = recipe.release === undefined ? {} : { release: recipe.release };
    return openTarget(ports, recipe.uri, { name: recipe.name, partReaders, ...release });
  }
  if (recipe.kind === 'live') {
    const { readRunningMachine } = await import('../kernel/sources/running-machine.ts');
    const running = await readRunningMachine(ports, recipe.root, recipe.name);
    const installed = await openParts(ports, recipe.root, { release: recipe.release, partReaders });
    return mergeTargets(recipe.name, [running, ...installed]);
  }
  const { TargetRegistry } = await import('./target-registry.ts');
  const registry = new TargetRegistry(ports, { partReaders });
  if (recipe.kind === 'project') registry.define({ projects: [recipe.project] });
  else registry.define({ discovered: [{ ...recipe, kinds: [], why: recipe.name }] });
  const target = await registry.get(recipe.name);
  if (target === undefined) throw new Error(`there is no target ${recipe.name}`);
  return target;
}
