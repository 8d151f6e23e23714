/** Scripts that build modules against a kernel tree without a Module.symvers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { lint, spanOf, unmark } from './shell/lint-text.ts';

const files = new MemoryFileSystem({
  '/project/k/Makefile': 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n',
  '/project/k/.config': 'CONFIG_MODVERSIONS=y\n',
  '/project/built/Makefile': '',
  '/project/built/include/config/kernel.release': '6.1.0\n',
  '/project/built/Module.symvers': '',
  '/project/source/Makefile': '',
});

/** `⟦…⟧` marks what is found. */
const cases: readonly (readonly [shows: string, text: string, path?: string])[] = [
  ['an absolute path', 'make -C ⟦/project/k⟧ M=/project/drv modules\n'],
  ['a path from the folder of the script', '#!/bin/sh\nmake -C ⟦k⟧ M="$PWD/drv"\n'],
  ['KDIR of a driver', 'make -C drv KDIR=⟦/project/k⟧\n'],
  ['through a variable, after preparing', 'K=⟦/project/k⟧\nmake -C $K defconfig modules_prepare\nmake -C $K M=drv\n'],
  ['a script that reads its settings from another', '. ./common.sh\nmake -C ⟦k⟧ M=drv\n'],
  ['the kernel is built before', 'make -C k -j8\nmake -C k M=drv\n'],
  ['the kernel is built in its folder', 'cd k && make -j8 modules && cd ..\nmake -C k M=drv\n'],
  ['another script may build it', './scripts/kernel.sh\nmake -C k M=drv\n'],
  ['the file is copied there', 'cp /opt/Module.symvers k/\nmake -C k M=drv\n'],
  ['an output folder', 'make -C k O=/project/out M=drv\n'],
  ['a tree that was built', 'make -C built M=drv\n'],
  ['a source that nothing touched', 'make -C source M=drv\n'],
  ['no such tree, and one that only the shell knows', 'make -C none M=drv\nmake -C "$1" M=drv\n'],
  ['the tree of the machine that builds', 'make -C /lib/modules/$(uname -r)/build M=drv\n'],
  ['a kernel on its own', 'make -C k modules_prepare\n'],
  ['cleaning', 'make -C k M=drv clean\n'],
  ['an image has other paths', 'FROM debian:12\nRUN make -C /project/k M=/src\n', 'Dockerfile'],
];

describe('a kernel tree without Module.symvers that a script gives to make', () => {
  for (const [shows, marked, path = 'build.sh'] of cases) {
    it(shows, async () => {
      const { text, marks } = unmark(marked);
      const found = (await lint(text, path, undefined, { files })).filter(({ rule }) => rule === 'symvers-missing');
      assert.deepEqual(
        found.map((finding) => spanOf(text, finding)),
        marks,
      );
      for (const { message, severity } of found) {
        assert.ok(message.startsWith('/project/k has no Module.symvers'), message);
        assert.equal(severity, 'warning');
      }
    });
  }
});
