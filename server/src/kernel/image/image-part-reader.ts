import type { Decompressor } from '../../ports/decompressor.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { parentUri, uriName } from '../../ports/uri.ts';
import type { KernelPart } from '../kernel-part.ts';
import { imageContainer } from './image-container.ts';
import { readKernelImage } from './read-kernel-image.ts';

/** The longest header that is looked at: s390's mark lies behind 64 kB. */
const headBytes = 0x10100;
const relocatable = 1;
/** `vmlinuz-R`, `Image.gz`, `kernel8.img`, `vmlinux.bin.gz`; not `linux-image-R.deb`. */
const imageName = /^(?:vmlinu[xz]?|[bzu]?Image|kernel\d*)(?:[-_.](?!.*\.(?:deb|rpm)$)|$)/;

/**
 * A reader for `openTarget`'s `partReaders`: what a kernel image says, `undefined` for a file that is none. A packed file that
 * only its name tells apart (Image.gz from config.gz) is taken by its name.
 * @throws FileError when the file cannot be read.
 */
export function imagePartReader(ports: {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
}): (uri: string) => Promise<KernelPart | undefined> {
  return async (uri) => {
    const source = await ports.files.open(uri);
    try {
      const head = new Uint8Array(Math.min(headBytes, source.sizeBytes));
      await source.read(0, head);
      if (!looksLikeImage(head, uriName(uri))) return undefined;
      const folder = uriName(parentUri(uri));
      const label = folder === '' ? uriName(uri) : `${uriName(uri)} of ${folder}`;
      return await readKernelImage(ports, source, { label, uri });
    } finally {
      await source.close();
    }
  };
}

function looksLikeImage(head: Uint8Array, name: string): boolean {
  const container = imageContainer(head);
  if (container === undefined || container.kind === 'packed') return imageName.test(name);
  // An object file or module is no kernel.
  return container.kind !== 'elf' || ((head[16] ?? 0) | (head[17] ?? 0)) !== relocatable;
}
