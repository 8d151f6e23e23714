import { readKernelImage } from '../kernel/image/read-kernel-image.ts';
import type { PartReader } from '../kernel/open-target.ts';
import type { Ports } from '../ports/ports.ts';
import { uriName } from '../ports/uri.ts';

/** Readers for files that are kernels themselves: `openTarget` asks them about every file it does not know. */
export function targetPartReaders(ports: Ports): readonly PartReader[] {
  return [
    async (uri) => {
      const source = await ports.files.open(uri);
      try {
        const image = await readKernelImage(ports, source, { label: uriName(uri), uri });
        return image.layers.length === 0 ? undefined : image;
      } finally {
        await source.close();
      }
    },
  ];
}
