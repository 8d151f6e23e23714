import { readSection } from '../elf/read-section.ts';
import type { Reading } from '../elf/reading.ts';
import { limits } from '../limits.ts';
import type { ModinfoEntry } from './kernel-module.ts';
import { parseModinfo } from './modinfo.ts';

/** `.modinfo` alone, of a module that is quite regular; `undefined` leaves it to the reading of the whole module. */
export function* readModinfo(): Reading<readonly ModinfoEntry[] | undefined> {
  const bytes = yield* readSection('.modinfo', limits.elfTableBytes);
  return bytes === undefined ? undefined : parseModinfo(bytes);
}
