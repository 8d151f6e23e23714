import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { targetOf } from './run-example.ts';
import { lint, spanOf, unmark } from './shell/lint-text.ts';

const target = targetOf({ name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload aarch64' });
const stock = targetOf({ name: 'orin-stock', vermagic: '5.15.148-stock SMP preempt mod_unload aarch64' });
const header = (release: string) => `#define UTS_RELEASE "${release}"\n`;
const files = new MemoryFileSystem({
  '/project/kernel/rt/include/generated/utsrelease.h': header('5.15.148-tegra'),
  '/project/kernel/old/include/generated/utsrelease.h': header('5.15.136-tegra'),
  '/project/kernel/stock/include/generated/utsrelease.h': header('5.15.148-stock'),
  '/proc/sys/kernel/osrelease': '6.1.0-56-amd64\n',
});

interface Case {
  readonly shows: string;
  /** `⟦…⟧` marks what is found. */
  readonly text: string;
  readonly says?: string;
  readonly severity?: string;
  readonly path?: string;
}

const cases: readonly Case[] = [
  {
    shows: 'make -C leads to the tree of another kernel',
    text: 'make -C ⟦kernel/old⟧ M=$PWD/drv modules\n',
    says: '/project/kernel/old is the tree of "5.15.136-tegra" (its utsrelease.h); orin-rt is "5.15.148-tegra"',
    severity: 'error',
  },
  {
    shows: 'the right tree, and a build of a kernel itself',
    text: 'make -C kernel/rt M=drv\nmake -C kernel/old Image\nmake -C kernel/old M=drv clean\n',
  },
  {
    shows: 'KDIR as an argument, out of a variable',
    text: 'TREE=/project/kernel/old\nmake -C drv ⟦KDIR=$TREE⟧\n',
    says: 'point KDIR at the tree of orin-rt',
  },
  { shows: 'KERNEL_SRC in the environment', text: 'export KERNEL_SRC=⟦kernel/old⟧\nmake\n', says: '5.15.136-tegra' },
  { shows: 'for one command alone', text: 'KDIR=⟦kernel/old⟧ make -j4\n', says: '5.15.136-tegra' },
  {
    shows: 'the kernel of another target of the project is a remark',
    text: 'make -C ⟦kernel/stock⟧ M=drv\n',
    says: 'the kernel of orin-stock',
    severity: 'info',
  },
  {
    shows: 'a script that asks for uname -r may be one that the target runs',
    text: 'make -C /lib/modules/$(uname -r)/build M=$PWD\n',
  },
  {
    shows: 'an image is never built on the target',
    path: 'Dockerfile',
    text: 'FROM debian:12\nRUN make -C ⟦/lib/modules/$(uname -r)/build⟧ M=/src\n',
    says: 'here it is "6.1.0-56-amd64"',
    severity: 'info',
  },
  {
    shows: 'paths in an image are not those of this machine',
    path: 'Dockerfile',
    text: 'FROM debian:12\nRUN make -C /project/kernel/old M=/src\n',
  },
  { shows: 'a path that is not known', text: 'make -C "$1/old" M=drv\nmake KDIR=$(./find-tree)\n' },
  { shows: 'nothing of the kind there', text: 'make -C kernel/none M=drv\n' },
];

describe('the kernel tree that a script gives to make', () => {
  for (const { shows, text: source, says, severity, path } of cases) {
    it(shows, async () => {
      const { text, marks } = unmark(source);
      const found = (await lint(text, path, undefined, { files, targets: [target, stock] })).filter(
        ({ rule }) => rule === 'localversion-drift',
      );
      assert.deepEqual(
        found.map((finding) => spanOf(text, finding)),
        marks,
      );
      if (says !== undefined) assert.ok(found[0]?.message.includes(says), found[0]?.message);
      if (severity !== undefined) assert.equal(found[0]?.severity, severity);
    });
  }

  it('without a target nothing is said', async () => {
    assert.deepEqual(await lint('make -C kernel/old M=drv\n', 'build.sh', undefined, { files }), []);
  });
});
