/** `.modinfo` read by a few ranges says what the reading of the whole module says, or leaves the module to it. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import { readKernelModule } from '../../../server/src/module/read-kernel-module.ts';
import { readModinfo } from '../../../server/src/module/read-modinfo.ts';

const root = path.join(import.meta.dirname, '../../..');
const files = globSync(['test/fixtures/**/*.ko', 'samples/**/*.ko'], { cwd: root });

function inFull(bytes: Uint8Array) {
  return readBytes(bytes, readKernelModule('file:///m.ko', bytes.length, { compression: 'none' }));
}

describe('.modinfo by itself', () => {
  it('is the same as in the whole module, of every class and byte order', () => {
    const seen = new Set<string>();
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(path.join(root, file)));
      const found = readBytes(bytes, readModinfo());
      if (found === undefined) continue;
      const whole = inFull(bytes);
      assert.deepEqual(found, whole.modinfo, file);
      seen.add(`${whole.elf?.header.class} ${whole.elf?.header.endian}`);
    }
    assert.ok(seen.has('64 little'), 'no module of the tests is regular');
  });

  it('is left to the other reading wherever bytes lie', () => {
    const file = files.find((name) => readBytes(new Uint8Array(readFileSync(path.join(root, name))), readModinfo()));
    const original = new Uint8Array(readFileSync(path.join(root, file ?? '')));
    let left = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = original.slice();
      // The header, then the section table at the end.
      const at = round < 64 ? round : bytes.length - 1 - ((round * 37) % 3000);
      bytes[at] = (bytes[at] as number) ^ 0x40;
      const found = readBytes(bytes, readModinfo());
      if (found === undefined) left++;
      else assert.deepEqual(found, inFull(bytes).modinfo, `byte ${at}`);
    }
    for (const size of [0, 1, 63, 64, original.length >> 1]) {
      assert.equal(readBytes(original.subarray(0, size), readModinfo()), undefined);
    }
    assert.ok(left > 0);
  });
});
