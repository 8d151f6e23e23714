import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openTarget } from '../../../server/src/kernel/open-target.ts';
import { openDebAsFileSystem } from '../../../server/src/kernel/package/open-deb.ts';
import { packagePartReader } from '../../../server/src/kernel/package/package-part-reader.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { MemoryByteSource } from '../../../server/src/ports/byte-source.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const decompressor = new NodeDecompressor();
const text = (value: string) => new TextEncoder().encode(value);

interface Entry {
  readonly path: string;
  readonly content?: string;
  readonly link?: string;
  readonly kind?: string;
}

function tar(entries: readonly Entry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { path, content = '', link = '', kind = link ? '2' : path.endsWith('/') ? '5' : '0' } of entries) {
    const header = new Uint8Array(512);
    const bytes = text(content);
    header.set(text(path).subarray(0, 100), 0);
    header.set(text('0000644\x000000000\x000000000\0'), 100);
    header.set(text(`${bytes.length.toString(8).padStart(11, '0')}\0`), 124);
    header.set(text('14720000000\0'), 136);
    header.set(text(`        ${kind}${link}`), 148);
    header.set(text('ustar\x0000'), 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(text(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const data = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    data.set(bytes);
    blocks.push(header, data);
  }
  return Uint8Array.from([...blocks, new Uint8Array(1024)].flatMap((block) => [...block]));
}

function ar(members: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts = members.flatMap(([name, bytes]) => [
    ...text(`${name.padEnd(16)}1700000000  0     0     100644  ${String(bytes.length).padEnd(10)}\`\n`),
    ...bytes,
    ...(bytes.length % 2 ? [10] : []),
  ]);
  return Uint8Array.from([...text('!<arch>\n'), ...parts]);
}

const control = tar([
  { path: './control', content: 'Package: linux-headers-5.15.148-rt-tegra\nVersion: 1\nDescription: headers\n more\n' },
]);

function deb(entries: readonly Entry[], pack: 'gz' | 'zst' = 'gz'): Uint8Array {
  const data = tar(entries);
  return ar([
    ['debian-binary', text('2.0\n')],
    ['control.tar.gz', gzipSync(control)],
    [`data.tar.${pack}`, pack === 'gz' ? gzipSync(data) : zstdCompressSync(data)],
  ]);
}

const longName = `usr/src/${'deep/'.repeat(30)}file.h`;
const entries: readonly Entry[] = [
  { path: './' },
  { path: './usr/src/linux/' },
  { path: './usr/src/linux/a.h', content: 'int a;\n' },
  { path: './usr/src/link', link: 'linux' },
  { path: './usr/src/absolute', link: '/usr/src/linux/a.h' },
  { path: './usr/src/circle', link: 'circle' },
  { path: './usr/src/gone', link: 'nowhere' },
  { path: '././@LongLink', kind: 'L', content: `./${longName}\0` },
  { path: './short', content: 'long\n' },
  { path: './PaxHeader', kind: 'x', content: '24 path=./usr/src/pax.h\n' },
  { path: './short', content: 'pax\n' },
  { path: '../../etc/passwd', content: 'up\n' },
];

for (const pack of ['gz', 'zst'] as const) {
  test(`a .deb (data.tar.${pack}) is a file system: files, folders, links, long names`, async () => {
    const { value, problems } = await openDebAsFileSystem(
      decompressor,
      new MemoryByteSource(deb(entries, pack)),
      'p_1.deb',
    );
    assert.deepEqual(problems, []);
    assert.ok(value);
    assert.equal(value.control.get('Package'), 'linux-headers-5.15.148-rt-tegra');
    const at = (path: string) => `${value.root.replace(/\/$/, '')}/${path}`;
    const read = async (path: string) => new TextDecoder().decode(await value.files.readFile(at(path), 1000));
    assert.equal(await read('usr/src/linux/a.h'), 'int a;\n');
    assert.equal(await read('usr/src/link/a.h'), 'int a;\n');
    assert.equal(await read('usr/src/absolute'), 'int a;\n');
    assert.equal(await read(longName), 'long\n');
    assert.equal(await read('usr/src/pax.h'), 'pax\n');
    assert.equal(await read('etc/passwd'), 'up\n', 'a name with .. stays inside');
    assert.equal((await value.files.stat(at('usr/src/circle')))?.type, 'symlink');
    assert.equal((await value.files.stat(at('usr/src/gone')))?.type, 'symlink');
    assert.equal(await value.files.stat(at('usr/src/missing')), undefined);
    assert.equal(await value.files.realPath(at('usr/src/link')), at('usr/src/linux'));
    assert.deepEqual(
      (await value.files.readDirectory(at('usr/src/linux'))).map(({ name }) => name),
      ['a.h'],
    );
    await assert.rejects(value.files.readFile(at('usr/src/linux/a.h'), 3), { code: 'too-large' });
    await assert.rejects(value.files.readFile(at('usr/src'), 100), { code: 'is-directory' });
    await assert.rejects(value.files.readFile(at('usr/src/circle'), 100), { code: 'loop' });
  });
}

test('a headers package is a target', async () => {
  const folder = './usr/src/linux-headers-5.15.148-rt-tegra';
  const package_ = deb([
    { path: './' },
    { path: `${folder}/` },
    {
      path: `${folder}/.config`,
      content:
        '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\nCONFIG_ARM64=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_RT=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_MODVERSIONS=y\n',
    },
    { path: `${folder}/include/generated/utsrelease.h`, content: '#define UTS_RELEASE "5.15.148-rt-tegra"\n' },
    {
      path: `${folder}/Module.symvers`,
      content:
        '0x12345678\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n0x00000001\tusb_register\tdrivers/usb/core/usbcore\tEXPORT_SYMBOL_GPL\t\n',
    },
  ]);
  const files = new MemoryFileSystem({ '/p/linux-headers.deb': package_ });
  const ports = { files, decompressor };
  const target = await openTarget(ports, '/p/linux-headers.deb', { partReaders: [packagePartReader(ports)] });
  assert.deepEqual(target.problems, []);
  assert.equal(target.vermagic?.value, '5.15.148-rt-tegra SMP preempt_rt mod_unload modversions aarch64');
  assert.equal(target.symbols?.get('module_layout')?.crc, 0x12345678);
  assert.deepEqual(target.dependsOn.includes('file:///p/linux-headers.deb'), true);
});

test('damage is said, not thrown: cut off, no tar inside, a header with a wrong checksum', async () => {
  const good = deb(entries);
  const problemsOf = async (bytes: Uint8Array) =>
    (await openDebAsFileSystem(decompressor, new MemoryByteSource(bytes), 'p.deb')).problems
      .map(({ message }) => message)
      .join();
  assert.match(await problemsOf(good.subarray(0, good.length - 30)), /cut off inside data\.tar\.gz/);
  assert.match(await problemsOf(text('no archive')), /no ar archive/);
  assert.match(await problemsOf(ar([['debian-binary', text('2.0\n')]])), /no data\.tar/);
  assert.match(
    await problemsOf(
      ar([
        ['data.tar.bz2', text('BZh')],
        ['control.tar', control],
      ]),
    ),
    /packed in a way that is not read/,
  );
  const broken = tar(entries);
  broken[513] = 0x41;
  assert.match(
    await problemsOf(
      ar([
        ['data.tar', broken],
        ['control.tar', control],
      ]),
    ),
    /wrong checksum/,
  );
  for (let at = 0; at < good.length; at += 11) {
    const flipped = good.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    await problemsOf(flipped);
  }
});

test('an RPM package is refused with the way to unpack it', async () => {
  const files = new MemoryFileSystem({ '/p/kernel.rpm': Uint8Array.of(0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0) });
  const ports = { files, decompressor };
  const target = await openTarget(ports, '/p/kernel.rpm', { partReaders: [packagePartReader(ports)] });
  assert.match(target.problems[0]?.message ?? '', /rpm2cpio kernel\.rpm/);
});
