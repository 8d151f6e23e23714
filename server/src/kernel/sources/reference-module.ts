import { type KernelModule, modinfoValue } from '../../module/kernel-module.ts';
import { isInTree, type ModuleReader } from './known-good-module.ts';
import type { SourceReader } from './source-reader.ts';

const suffixes = ['', '.xz', '.zst', '.gz'] as const;

/** How many entries of modules.order are tried: the first may be missing where only some modules were kept. */
const triedEntries = 8;

/**
 * A module that the kernel's own build made (`intree=Y`), found through `modules.order` of a rootfs
 * (`lib/modules/R`) or a build tree: its `struct module` size and vermagic are the kernel's.
 */
export async function findReferenceModule(
  reader: SourceReader,
  folder: string,
  readModule: ModuleReader,
): Promise<KernelModule | undefined> {
  const text = await reader.text(`${folder}/modules.order`);
  for (const line of (text ?? '').split('\n', triedEntries)) {
    // Build trees list objects since 6.3; before and in packages, modules.
    const path = line.trim().replace(/\.o$/, '.ko');
    if (path === '' || path.includes('..')) continue;
    for (const suffix of suffixes) {
      const uri = `${folder}/${path.replace(/^\/+/, '')}${suffix}`;
      if (!(await reader.exists(uri))) continue;
      const module = await readModule(uri);
      if (module && isInTree(module) && modinfoValue(module, 'vermagic') !== undefined) return module;
      break;
    }
  }
  return undefined;
}
