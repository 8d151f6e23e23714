import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeTargets } from '../../../server/src/kernel/merge-targets.ts';
import { dependsOn, openParts, openTarget, type PartReader } from '../../../server/src/kernel/open-target.ts';
import { expectedVermagicPart } from '../../../server/src/kernel/sources/pins.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import { FileError } from '../../../server/src/ports/file-system.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { moduleWith } from '../support/module-facts.ts';

const decompressor = { unpack: async () => ({ problem: 'not here' }) };
const head = '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\n';
const config = `${head}CONFIG_ARM64=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_RT=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_MODVERSIONS=y\n`;
const symvers = '0xd53ab0ff\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n';
const realtime = '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64';

function tree(folder: string): Record<string, string> {
  return {
    [`${folder}/.config`]: config,
    [`${folder}/Makefile`]: 'VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 148\nEXTRAVERSION =\n',
    [`${folder}/Kconfig`]: '',
    [`${folder}/Kbuild`]: '',
    [`${folder}/modules.order`]: 'drivers/net/dummy.ko\n',
    [`${folder}/Module.symvers`]: symvers,
    [`${folder}/include/generated/utsrelease.h`]: '#define UTS_RELEASE "5.15.148-tegra"\n',
    [`${folder}/include/config/kernel.release`]: '5.15.148\n',
  };
}

function open(files: MemoryFileSystem, path: string, modules: Record<string, KernelModule> = {}, release?: string) {
  const readModule = async (uri: string) => modules[uri];
  return openTarget({ files, decompressor }, path, release === undefined ? { readModule } : { readModule, release });
}

test('a build tree gives release, vermagic, symbols and vendor, each with the file it comes from', async () => {
  const target = await open(new MemoryFileSystem(tree('/home/dev/linux')), '/home/dev/linux');
  assert.deepEqual(target.problems, []);
  assert.equal(target.release?.value, '5.15.148-tegra');
  assert.equal(target.release?.origin.label, 'utsrelease.h of dev/linux');
  assert.equal(target.vermagic?.value, realtime);
  assert.match(
    target.vermagic?.origin.label ?? '',
    /^composed from utsrelease\.h of dev\/linux and \.config of dev\/linux$/,
  );
  assert.equal(target.architecture?.value.name, 'arm64');
  assert.deepEqual(target.version?.value, { major: 5, minor: 15, patch: 148 });
  assert.equal(target.vendor?.value, 'l4t');
  assert.equal(target.symbols?.get('module_layout')?.crc, 0xd53ab0ff);
  assert.equal(target.structModuleSize, undefined);
});

test('an in-tree module of the tree tells the size of struct module; one of another build does not', async () => {
  const files = new MemoryFileSystem(tree('/linux'));
  files.write('/linux/drivers/net/dummy.ko', 'ELF');
  const uri = 'file:///linux/drivers/net/dummy.ko';
  const good = moduleWith(uri, { vermagic: realtime, intree: true, structModuleSize: 896 });
  assert.equal((await open(files, '/linux', { [uri]: good })).structModuleSize?.value, 896);
  const old = moduleWith(uri, { vermagic: realtime.replace('148', '136'), intree: true, structModuleSize: 960 });
  const target = await open(files, '/linux', { [uri]: old });
  assert.equal(target.structModuleSize, undefined);
  assert.match(target.problems[0]?.message ?? '', /dummy\.ko of .*"5\.15\.136-tegra".*"5\.15\.148-tegra"/);
});

test('only kernel.release: its release is taken, and the user is told what is missing', async () => {
  const files = new MemoryFileSystem(tree('/linux'));
  files.remove('/linux/include/generated/utsrelease.h');
  const target = await open(files, '/linux');
  assert.equal(target.release?.value, '5.15.148');
  assert.match(target.problems.map((problem) => problem.message).join(), /make prepare/);
});

test("Debian's split headers: release of the flavour's folder, version of the common one", async () => {
  const target = await open(
    new MemoryFileSystem({
      '/usr/src/linux-headers-6.1.0-56-amd64/Makefile': 'include /usr/src/linux-headers-6.1.0-56-common/Makefile\n',
      '/usr/src/linux-headers-6.1.0-56-amd64/.kernelvariables': '',
      '/usr/src/linux-headers-6.1.0-56-amd64/.config':
        '# Automatically generated file\nCONFIG_X86_64=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_BUILD=y\nCONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"\n',
      '/usr/src/linux-headers-6.1.0-56-amd64/include/generated/utsrelease.h': '#define UTS_RELEASE "6.1.0-56-amd64"\n',
      '/usr/src/linux-headers-6.1.0-56-amd64/include/config/kernel.release': '6.1.192\n',
      '/usr/src/linux-headers-6.1.0-56-common/Makefile': 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\n',
    }),
    '/usr/src/linux-headers-6.1.0-56-amd64',
  );
  assert.equal(target.vermagic?.value, '6.1.0-56-amd64 SMP preempt ');
  assert.deepEqual(target.version?.value, { major: 6, minor: 1, patch: 192 });
  assert.equal(target.vendor?.value, 'debian');
  assert.match(target.problems.map((problem) => problem.message).join(), /Module\.symvers .*headers package/);
});

const rootfs = {
  '/rfs/lib/modules/5.15.148-tegra/modules.order': 'kernel/drivers/net/dummy.ko\n',
  '/rfs/lib/modules/5.15.148-tegra/kernel/drivers/net/dummy.ko.xz': 'packed',
  '/rfs/boot/config-5.15.148-tegra': config,
  '/rfs/boot/symvers-5.15.148-tegra': symvers,
};
const dummy = 'file:///rfs/lib/modules/5.15.148-tegra/kernel/drivers/net/dummy.ko.xz';

test("a rootfs: vermagic is read from one of the kernel's own modules and not composed", async () => {
  const module = moduleWith(dummy, { vermagic: realtime, intree: true, structModuleSize: 896 });
  const target = await open(new MemoryFileSystem(rootfs), '/rfs', { [dummy]: module });
  assert.deepEqual(target.problems, []);
  assert.equal(target.vermagic?.value, realtime);
  assert.equal(target.vermagic?.origin.uri, dummy);
  assert.equal(target.structModuleSize?.value, 896);
  assert.equal(target.symbols?.size, 1);
});

test('modules of one kernel under the configuration of another are a problem that names both', async () => {
  const module = moduleWith(dummy, { vermagic: realtime.replace('preempt_rt', 'preempt'), intree: true });
  const target = await open(new MemoryFileSystem(rootfs), '/rfs', { [dummy]: module });
  const text = target.problems.map((problem) => problem.message).join('\n');
  assert.match(
    text,
    /vermagic is "5\.15\.148-tegra SMP preempt .*dummy\.ko\.xz of .*preempt_rt.*config-5\.15\.148-tegra/,
  );
});

test('lib/modules/R itself, and a rootfs with several kernels, mean one kernel and say which', async () => {
  const files = new MemoryFileSystem({ ...rootfs, '/rfs/lib/modules/5.15.9-old/modules.order': '' });
  const target = await open(files, '/rfs/lib/modules/5.15.148-tegra');
  assert.equal(target.release?.value, '5.15.148-tegra');
  assert.deepEqual(target.problems, []);
  const both = await open(files, '/rfs');
  assert.equal(both.release?.value, '5.15.148-tegra');
  assert.match(both.problems[0]?.message ?? '', /2 kernels \(5\.15\.9-old, 5\.15\.148-tegra\)/);
  assert.equal((await open(files, '/rfs', {}, '5.15.9-old')).release?.value, '5.15.9-old');
});

test("an absolute build link of a rootfs leads to the rootfs's headers, never to this machine's", async () => {
  const files = new MemoryFileSystem({
    ...rootfs,
    '/usr/src/mine/include/generated/utsrelease.h': '#define UTS_RELEASE "9.9.9-host"\n',
  });
  for (const [path, text] of Object.entries(tree('/rfs/usr/src/mine'))) files.write(path, text);
  files.symlink('/rfs/lib/modules/5.15.148-tegra/build', '/usr/src/mine');
  const target = await open(files, '/rfs');
  assert.equal(target.release?.value, '5.15.148-tegra');
  assert.ok(target.origins.some((origin) => origin.uri === 'file:///rfs/usr/src/mine/Module.symvers'));
  assert.ok(!target.origins.some((origin) => origin.uri?.startsWith('file:///usr/src')));
});

test('what out-of-tree modules of a rootfs export is known, from symvers or from the modules', async () => {
  const files = new MemoryFileSystem({
    ...rootfs,
    '/rfs/lib/modules/5.15.148-tegra/extra/orca/Module.symvers': '0x1\torca_open\torca\tEXPORT_SYMBOL\t\n',
    '/rfs/lib/modules/5.15.148-tegra/updates/skua.ko': 'ELF',
  });
  const uri = 'file:///rfs/lib/modules/5.15.148-tegra/updates/skua.ko';
  const exports = [{ symbol: 'skua_get', crc: 7, gplOnly: true, namespace: '' }];
  const target = await open(files, '/rfs', { [uri]: moduleWith(uri, { exports }) });
  assert.equal(target.symbols?.get('orca_open')?.crc, 1);
  assert.equal(target.symbols?.get('skua_get')?.exporter, 'skua');
  assert.equal(target.symbols?.get('skua_get')?.origin.uri, uri);
});

test('of a rootfs’s out-of-tree modules it is known which are proprietary, and which count so for what they use', async () => {
  const folder = '/rfs/lib/modules/5.15.148-tegra/updates';
  const files = new MemoryFileSystem(rootfs);
  const module = (name: string, license: string, ...imports: string[]) => {
    files.write(`${folder}/${name}.ko`, 'ELF');
    const exports = [{ symbol: `${name}_get`, crc: 7, gplOnly: false, namespace: '' }];
    return moduleWith(`file://${folder}/${name}.ko`, { exports, license, imports });
  };
  const modules = [
    module('auk', 'GPL', 'skua_get'),
    module('skua', 'GPL v2', 'orca_get', 'printk'),
    module('orca', 'NVIDIA'),
    module('tern', 'Dual MIT/GPL', 'printk'),
  ];
  const target = await open(files, '/rfs', Object.fromEntries(modules.map((one) => [one.uri, one])));
  const counts = ['auk', 'skua', 'orca', 'tern'].map(
    (name) => target.symbols?.get(`${name}_get`)?.proprietary === true,
  );
  assert.deepEqual(counts, [true, true, true, false]);
});

test('a kernel without CRCs under a configuration with MODVERSIONS comes from two builds', async () => {
  const files = new MemoryFileSystem(tree('/linux'));
  files.write('/linux/Module.symvers', symvers.replace('d53ab0ff', '00000000'));
  const target = await open(files, '/linux');
  assert.match(target.problems[0]?.message ?? '', /Module\.symvers of .*has no CRCs.*\.config of .*different builds/);
});

test('a configuration of another version than the release is named', async () => {
  const files = new MemoryFileSystem(tree('/linux'));
  files.write('/linux/.config', config.replace('5.15.148', '5.10.104'));
  const target = await open(files, '/linux');
  assert.match(
    target.problems.map((problem) => problem.message).join(),
    /configuration of 5\.10\.104, but Makefile of .* 5\.15\.148/,
  );
});

test('a fragment in the place of .config is refused and vermagic stays unknown', async () => {
  const files = new MemoryFileSystem(tree('/linux'));
  files.write('/linux/.config', 'CONFIG_PREEMPT_RT=y\n');
  const target = await open(files, '/linux');
  assert.equal(target.config, undefined);
  assert.equal(target.vermagic, undefined);
  assert.match(target.problems[0]?.message ?? '', /no complete configuration.*olddefconfig/);
});

test('pins: release from versions.env, vermagic from EXPECTED_VERMAGIC, drift between them named', async () => {
  const files = new MemoryFileSystem({
    '/p/versions.env': 'export KERNEL_BASE_VERSION=5.15.148\nSUFFIX=tegra\nLOCALVERSION="-$SUFFIX"\n',
    '/p/EXPECTED_VERMAGIC': `${realtime}\r\n`,
    '/p/BUILD_MANIFEST.json': '{ "kernel": { "kernelRelease": "5.15.136-tegra" } }',
  });
  const target = await open(files, '/p');
  assert.equal(target.vermagic?.value, realtime);
  assert.equal(target.release?.value, '5.15.148-tegra');
  assert.match(
    target.problems[0]?.message ?? '',
    /EXPECTED_VERMAGIC of .*"5\.15\.148-tegra".*BUILD_MANIFEST\.json of .*"5\.15\.136-tegra"/,
  );
  const env = await open(files, '/p/versions.env');
  assert.equal(env.release?.value, '5.15.148-tegra');
  assert.equal(env.vermagic, undefined);
});

test('a base version without its third number pins no release', async () => {
  const files = new MemoryFileSystem({ '/p/versions.env': 'KERNEL_BASE_VERSION=5.15\nLOCALVERSION=-tegra\n' });
  const target = await open(files, '/p');
  assert.equal(target.release, undefined);
  assert.deepEqual([target.version?.value.major, target.version?.value.minor], [5, 15]);
});

test('a trimmed vermagic gets its trailing space back, for no kernel has such a string', () => {
  const part = expectedVermagicPart('6.1.0-56-amd64 SMP preempt mod_unload modversions\n', 'a setting');
  assert.equal(part.vermagic?.value, '6.1.0-56-amd64 SMP preempt mod_unload modversions ');
  assert.equal(part.problems.length, 1);
});

test('a text is a pin only where it looks like one', async () => {
  const words: readonly string[] = [
    realtime,
    '6.1.0-56-amd64 SMP preempt mod_unload modversions ',
    '5.4.0 mod_unload ARMv7 p2v8 ',
    '6.6.1 preempt aarch64RANDSTRUCT_0123abcd',
    '4.9.337 SMP mod_unload GRSEC ',
    '5.15.0 ',
    '# what we ship\n5.15.148-tegra SMP preempt mod_unload aarch64',
  ];
  for (const text of words) {
    const target = await open(new MemoryFileSystem({ '/p/a.txt': `${text}\n` }), '/p/a.txt');
    assert.equal(target.vermagic?.value, text.split('\n').at(-1), text);
  }
  const bare = await open(new MemoryFileSystem({ '/p/release.txt': '5.15.148-tegra\n' }), '/p/release.txt');
  assert.deepEqual([bare.release?.value, bare.vermagic, bare.problems], ['5.15.148-tegra', undefined, []]);
  const others = ['hi', 'a: b', '1.2', '5.15 things to do', '12.5 EUR a month', 'SMP mod_unload', 'see 6.1.0 SMP'];
  for (const text of others) {
    const target = await open(new MemoryFileSystem({ '/p/notes.txt': `${text}\n` }), '/p/notes.txt');
    assert.deepEqual([target.release, target.vermagic], [undefined, undefined], text);
    assert.match(target.problems[0]?.message ?? '', new RegExp(`"${text}" is no vermagic: `));
  }
  for (const text of ['', 'COLOUR=red\n', '{ "colour": "red" }']) {
    const target = await open(new MemoryFileSystem({ '/p/notes.txt': text }), '/p/notes.txt');
    assert.match(target.problems[0]?.message ?? '', /notes\.txt is none of the things that describe a kernel/, text);
  }
});

test('of several sources the tree is believed before the pins, and the difference is told', async () => {
  const ports = {
    files: new MemoryFileSystem({
      ...tree('/linux'),
      '/p/EXPECTED_VERMAGIC': realtime.replace('preempt_rt', 'preempt'),
    }),
    decompressor,
  };
  const parts = [...(await openParts(ports, 'file:///p')), ...(await openParts(ports, 'file:///linux'))];
  const target = mergeTargets('both', parts);
  assert.equal(target.vermagic?.value, realtime);
  assert.match(
    target.problems.map((problem) => problem.message).join(),
    /vermagic is ".*preempt_rt.*composed.*EXPECTED_VERMAGIC of .*p/,
  );
});

test('a known-good module alone is a target', async () => {
  const files = new MemoryFileSystem({ '/m/good.ko': 'ELF' });
  const uri = 'file:///m/good.ko';
  const target = await open(files, '/m/good.ko', {
    [uri]: moduleWith(uri, { vermagic: realtime, structModuleSize: 896 }),
  });
  assert.equal(target.vermagic?.value, realtime);
  assert.equal(target.release?.value, '5.15.148-tegra');
  assert.equal(target.architecture?.value.name, 'arm64');
});

test('nothing, a strange folder, an unreadable file: a sentence each and no exception', async () => {
  const files = new MemoryFileSystem({ ...tree('/linux'), '/empty/readme': 'x', '/x.bin': 'x' });
  files.deny('/linux/.config');
  assert.match((await open(files, '/nowhere')).problems[0]?.message ?? '', /\/nowhere: there is no such/);
  assert.match((await open(files, '/empty')).problems[0]?.message ?? '', /neither a kernel build tree/);
  assert.match((await open(files, '/x.bin')).problems[0]?.message ?? '', /none of the things/);
  assert.match(
    (await open(files, '/linux')).problems[0]?.message ?? '',
    /Cannot read linux\/\.config: permission denied/,
  );
});

test('a target knows which files make it stale', async () => {
  const target = await open(new MemoryFileSystem(tree('/linux')), '/linux');
  assert.equal(dependsOn(target, 'file:///linux/.config'), true);
  assert.equal(dependsOn(target, 'file:///linux/include/generated/compile.h'), true, 'a file that is not there yet');
  assert.equal(dependsOn(target, 'file:///linux'), true, 'the whole folder');
  assert.equal(dependsOn(target, 'file:///linux/drivers/net/dummy.c'), false);
});

test('a rootfs without symvers asks the kernel image that boots it; an unreadable image is a problem', async () => {
  const files = new MemoryFileSystem({ ...rootfs, '/rfs/boot/vmlinuz-5.15.148-tegra': 'MZ' });
  files.remove('/rfs/boot/symvers-5.15.148-tegra');
  const asked: string[] = [];
  const image: PartReader = async (uri) => {
    asked.push(uri);
    return {
      kind: 'image',
      origins: [{ label: 'vmlinuz' }],
      problems: [],
      hasBtf: { value: true, origin: { label: 'vmlinuz' } },
    };
  };
  const options = { readModule: async () => undefined, partReaders: [image] };
  const target = await openTarget({ files, decompressor }, '/rfs', options);
  assert.deepEqual(asked, ['file:///rfs/boot/vmlinuz-5.15.148-tegra']);
  assert.equal(target.hasBtf?.value, true);
  const broken: PartReader = (uri) => Promise.reject(new FileError('no-permission', uri));
  const without = await openTarget({ files, decompressor }, '/rfs', { ...options, partReaders: [broken] });
  assert.match(without.problems[0]?.message ?? '', /Cannot read \/rfs\/boot\/vmlinuz-5\.15\.148-tegra: no permission/);
});
