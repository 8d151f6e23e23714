import { readBytes } from '../elf/drivers.ts';
import { readElf } from '../elf/read-elf.ts';
import { readInitReferences } from '../loader/init-reference.ts';
import type { ModuleBytes } from './module-sections.ts';

/** Whether there is a reference to init or exit code that the full check would warn of. */
export function refersToVanishing({ bytes }: ModuleBytes, elfBytes: number): boolean {
  const image = bytes.subarray(0, elfBytes);
  const { value: elf } = readBytes(image, readElf(elfBytes));
  return elf === undefined || readBytes(image, readInitReferences(elf)).length > 0;
}
