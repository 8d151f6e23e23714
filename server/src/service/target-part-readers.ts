import { imagePartReader } from '../kernel/image/image-part-reader.ts';
import type { PartReader } from '../kernel/open-target.ts';
import { packagePartReader } from '../kernel/package/package-part-reader.ts';
import type { Ports } from '../ports/ports.ts';

/** Readers for files that are kernels themselves: `openTarget` asks them about every file it does not know. */
export function targetPartReaders(ports: Pick<Ports, 'files' | 'decompressor'>): readonly PartReader[] {
  return [packagePartReader(ports), imagePartReader(ports)];
}
