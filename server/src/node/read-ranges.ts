import fs from 'node:fs';
import type { Reading } from '../elf/reading.ts';
import { pathOf } from './path-of.ts';

/** Memory that the readings use one after the other. */
let memory = new Uint8Array(256 * 1024);

/**
 * Runs a reading over a file by plain system calls, one for each range that it asks for. `undefined` where the file cannot be
 * read: whoever reads it in another way learns why.
 */
export function readRanges<T>(uri: string, reading: Reading<T>): T | undefined {
  let file: number | undefined;
  try {
    file = fs.openSync(pathOf(uri), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    let used = 0;
    let step = reading.next();
    while (!step.done) {
      const { offset, length } = step.value;
      if (used + length > memory.length) {
        // What was handed in before keeps the old memory for as long as it is needed.
        memory = new Uint8Array(Math.max(memory.length, length));
        used = 0;
      }
      const count = fs.readSync(file, memory, used, length, offset);
      const bytes = memory.subarray(used, used + count);
      used += count;
      step = reading.next(bytes);
    }
    return step.value;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}
