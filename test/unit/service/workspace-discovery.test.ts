import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DiscoveryOptions, discoverWorkspace } from '../../../server/src/service/workspace-discovery.ts';
import { kernelsOfMakefile } from '../../../server/src/service/workspace-discovery-makefile.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const decompressor = { unpack: async () => ({ problem: 'not here' }) };

function discover(files: MemoryFileSystem, folder = '/w', options: DiscoveryOptions = {}) {
  return discoverWorkspace({ files, decompressor }, [folder], options);
}

function builtTree(folder: string, release: string): Record<string, string> {
  return {
    [`${folder}/Kconfig`]: '',
    [`${folder}/Kbuild`]: '',
    [`${folder}/Makefile`]: '',
    [`${folder}/vmlinux`]: '',
    [`${folder}/.config`]: '',
    [`${folder}/include/generated/utsrelease.h`]: `#define UTS_RELEASE "${release}"\n`,
    [`${folder}/modules.order`]: 'drivers/net/dummy.ko\nfs/ext4/ext4.ko\n',
  };
}

const uris = (modules: readonly { uri: string }[]) => modules.map((module) => module.uri.replace('file://', '')).sort();

test('a workspace with a kernel tree of 80,000 files touches at most 200 of them', async () => {
  const files = new MemoryFileSystem(builtTree('/w/linux', '6.1.0'));
  for (let folder = 0; folder < 4000; folder++) {
    for (let file = 0; file < 20; file++) files.write(`/w/linux/drivers/d${folder}/f${file}.c`);
  }
  files.write('/w/driver/hello.ko', 'ELF');
  const found = await discover(files);
  assert.ok(files.touched.size <= 200, `${files.touched.size} touched`);
  assert.equal(found.limit, undefined);
  assert.deepEqual(
    found.targets.map((target) => [target.name, target.kinds]),
    [['6.1.0', ['build-tree']]],
  );
  assert.deepEqual(uris(found.modules), [
    '/w/driver/hello.ko',
    '/w/linux/drivers/net/dummy.ko',
    '/w/linux/fs/ext4/ext4.ko',
  ]);
  assert.equal(found.modules.find((module) => module.uri.endsWith('hello.ko'))?.by, 'folder');
});

test('sources that were never configured are no target, but an output folder in them is', async () => {
  const files = new MemoryFileSystem({
    '/w/linux/Kconfig': '',
    '/w/linux/Kbuild': '',
    '/w/linux/Makefile': '',
    '/w/linux/drivers/a.ko': '',
  });
  assert.deepEqual((await discover(files)).targets, []);
  for (const [path, text] of Object.entries(builtTree('/w/linux/build-rt', '6.1.0-rt'))) files.write(path, text);
  assert.deepEqual(
    (await discover(files)).targets.map((target) => target.name),
    ['6.1.0-rt'],
  );
});

test('an L4T workspace: tree, rootfs, image and pins of one kernel are one target', async () => {
  const files = new MemoryFileSystem({
    ...builtTree('/w/Linux_for_Tegra/source/kernel/kernel-jammy-src', '5.15.148-tegra'),
    '/w/Linux_for_Tegra/kernel/Image': 'MZ',
    '/w/Linux_for_Tegra/rootfs/etc/passwd': '',
    '/w/Linux_for_Tegra/rootfs/lib/modules/5.15.148-tegra/modules.dep':
      'extra/metis.ko:\nkernel/drivers/net/dummy.ko.xz: extra/metis.ko\n',
    '/w/Linux_for_Tegra/source/axelera/Module.symvers': '',
    '/w/Linux_for_Tegra/source/axelera/metis.ko': '',
    '/w/Linux_for_Tegra/bootloader/deep/tool': '',
    '/w/EXPECTED_VERMAGIC': '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64\n',
  });
  const found = await discover(files);
  assert.equal(found.targets.length, 1);
  const [target] = found.targets;
  assert.equal(target?.name, '5.15.148-tegra');
  assert.deepEqual([...(target?.kinds ?? [])].sort(), ['build-tree', 'image', 'pins', 'rootfs']);
  assert.match(target?.why ?? '', /L4T kernel .*modules in .*pins in EXPECTED_VERMAGIC/);
  assert.ok(uris(found.modules).includes('/w/Linux_for_Tegra/source/axelera/metis.ko'));
  assert.ok(
    uris(found.modules).includes('/w/Linux_for_Tegra/rootfs/lib/modules/5.15.148-tegra/kernel/drivers/net/dummy.ko.xz'),
  );
  assert.deepEqual(found.providerSymvers, ['file:///w/Linux_for_Tegra/source/axelera/Module.symvers']);
  assert.ok(![...files.touched].some((uri) => uri.includes('bootloader/deep') || uri.includes('rootfs/etc')));
});

test('two kernels of different releases stay two targets, each with its own pins', async () => {
  const found = await discover(
    new MemoryFileSystem({
      ...builtTree('/w/build-rt', '5.15.148-rt-tegra'),
      ...builtTree('/w/build-stock', '5.15.148-tegra'),
      '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-rt-tegra\n',
    }),
  );
  const kinds = Object.fromEntries(found.targets.map((target) => [target.name, target.kinds]));
  assert.deepEqual(kinds, { '5.15.148-rt-tegra': ['build-tree', 'pins'], '5.15.148-tegra': ['build-tree'] });
});

test('Yocto and Buildroot: the kernel is found, what was unpacked beside it is not walked', async () => {
  const files = new MemoryFileSystem({
    ...builtTree('/w/tmp/work-shared/jetson/kernel-build-artifacts', '6.6.1-yocto'),
    '/w/tmp/work-shared/jetson/kernel-source/drivers/x.c': '',
    '/w/tmp/work/aarch64/glibc/2.39/a.c': '',
    ...builtTree('/w/br/output/build/linux-6.1.55', '6.1.55'),
    '/w/br/output/build/busybox-1.36/x/y.c': '',
    '/w/br/output/host/bin/gcc': '',
    '/w/br/output/target/lib/modules/6.1.55/modules.order': '',
  });
  const found = await discover(files);
  assert.deepEqual(found.targets.map((target) => target.name).sort(), ['6.1.55', '6.6.1-yocto']);
  assert.match(
    found.targets.map((target) => target.why).join(),
    /Yocto kernel.*Buildroot kernel|Buildroot kernel.*Yocto kernel/,
  );
  assert.ok(![...files.touched].some((uri) => /glibc|busybox|kernel-source|host\/bin/.test(uri)));
});

test("a module's Makefile leads to its kernel: a folder, or the running one", async () => {
  const files = new MemoryFileSystem({
    ...builtTree('/opt/linux', '6.6.1'),
    '/w/a/Makefile': 'obj-m += a.o\nKDIR ?= /opt/linux\n',
    '/w/b/Makefile': 'obj-m += b.o\nKDIR := /lib/modules/$(shell uname -r)/build\n',
    '/w/b/b.ko.zst': '',
    '/w/docs/Makefile': 'KDIR = /opt/other\nall: html\n',
  });
  const found = await discover(files, '/w', { runningKernelUri: 'file:///lib/modules/6.1.0-56-amd64' });
  assert.deepEqual(
    found.targets.map((target) => [target.name, target.kinds[0], target.why]),
    [
      ['6.6.1', 'build-tree', 'found: KDIR of a/Makefile'],
      ['6.1.0-56-amd64', 'running-kernel', 'found: KDIR of b/Makefile names the running kernel'],
    ],
  );
  assert.deepEqual(uris(found.modules), ['/w/b/b.ko.zst']);
});

test('makefile variables are followed as far as they are literal', () => {
  const of = (text: string) => kernelsOfMakefile(`obj-m += x.o\n${text}`).map((kernel) => kernel.place);
  assert.deepEqual(of('TOP := $(CURDIR)/..\nKERNEL_SRC ?= $(TOP)/linux\n'), [{ path: './../linux' }]);
  assert.deepEqual(of('all:\n\t$(MAKE) -C /lib/modules/$(shell uname -r)/build M=$(PWD) modules\n'), ['running']);
  assert.deepEqual(
    of('KVER ?= $(shell uname -r)\nKDIR ?= /lib/modules/$(KVER)/build\nall:\n\tmake -C $(KDIR) M=$(PWD)\n'),
    ['running'],
  );
  assert.deepEqual(of('KDIR ?= $(SDK)/kernel\nKERNEL_SRC := $(shell cat where)\n'), []);
});

test('links in a circle, .git and node_modules are not entered', async () => {
  const files = new MemoryFileSystem({ '/w/a/x.ko': '', '/w/.git/objects/y.ko': '', '/w/node_modules/p/z.ko': '' });
  files.symlink('/w/a/self', '/w');
  const found = await discover(files);
  assert.deepEqual(uris(found.modules), ['/w/a/x.ko']);
  assert.equal(found.directoriesRead, 2);
});

test('at a limit the search stops, keeps what it has and says where', async () => {
  const files = new MemoryFileSystem({ '/w/x.ko': '' });
  for (let at = 0; at < 500; at++) files.write(`/w/d${at}/deep/f.c`);
  const found = await discover(files, '/w', { maxDirectories: 100 });
  assert.match(found.limit ?? '', /stopped after 100 folders, at d99.*vermagic\.json/);
  assert.equal(found.modules.length, 1);
  assert.equal(files.count('readDirectory'), 100);
  let clock = 0;
  const slow = await discover(files, '/w', { now: () => clock++ * 1000, maxMs: 5000 });
  assert.match(slow.limit ?? '', /stopped after 5000 ms/);
});

test('an unreadable folder costs only itself', async () => {
  const files = new MemoryFileSystem({ '/w/a/x.ko': '', '/w/b/y.ko': '' });
  files.deny('/w/a');
  assert.deepEqual(uris((await discover(files)).modules), ['/w/b/y.ko']);
});
