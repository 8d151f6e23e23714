/** A root file system with one fault of each kind: it is reported, and nothing else is. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';
import { listModules } from '../../../server/src/gate/list-modules.ts';
import { modulesFolders } from '../../../server/src/gate/modules-folders.ts';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import type { ScanCache } from '../../../server/src/ports/scan-cache.ts';
import { Policy, type PolicySource } from '../../../server/src/rules/policy.ts';
import { scanTree } from '../../../server/src/service/tree-scan.ts';
import { symbolTable } from '../loader/make.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { fixture, kernelFor, MemoryModuleReader, moduleOf, portsOver } from './scan-support.ts';

const flavour = '6.1-amd64';
const bytesOf = { beacon: fixture(flavour, 'beacon.ko'), listener: fixture(flavour, 'listener.ko') };
const prepared = new MemoryFileSystem({ '/m/beacon.ko': bytesOf.beacon, '/m/listener.ko': bytesOf.listener });
const kernel = kernelFor(
  await moduleOf(prepared, '/m/listener.ko'),
  await moduleOf(prepared, '/m/beacon.ko'),
  'x86_64',
);
const release = kernel.release?.value ?? '';
const lib = `/r/lib/modules/${release}`;

/** Modules with their index, and nothing wrong. */
function goodTree(): MemoryFileSystem {
  const files = new MemoryFileSystem();
  files.write(`${lib}/extra/beacon.ko`, bytesOf.beacon);
  files.write(`${lib}/extra/listener.ko`, bytesOf.listener);
  files.write(`${lib}/modules.dep`, 'extra/beacon.ko:\nextra/listener.ko: extra/beacon.ko\n');
  return files;
}

interface ScanOptions {
  readonly target?: TargetKernel;
  readonly policy?: PolicySource;
  readonly unreadable?: Readonly<Record<string, string>>;
  readonly cache?: ScanCache;
  readonly shard?: NonNullable<ScanReport['shard']>;
  readonly reader?: (reader: MemoryModuleReader) => void;
}

async function scan(files: MemoryFileSystem, options: ScanOptions = {}): Promise<ScanReport> {
  const places = await modulesFolders(files, 'file:///r');
  const contents = new Map<string, Uint8Array | string>();
  const kernels = [];
  for (const place of places) {
    const listing = await listModules(files, place.uri);
    for (const { uri, path } of listing.modules) {
      contents.set(uri, options.unreadable?.[path] ?? (await files.readFile(uri, 1e9)));
    }
    const recipe = { kind: 'path', name: 'board', uri: 'file:///r' } as const;
    kernels.push({ place, listing, recipe, target: options.target ?? kernel, closed: true });
  }
  const reader = new MemoryModuleReader(contents);
  options.reader?.(reader);
  const { report } = await scanTree(
    portsOver(files),
    { reader: Object.assign(reader, { prepareXz: async () => undefined }) },
    {
      root: 'file:///r',
      pathPrefix: '',
      kernels,
      levels: {},
      policy: new Policy(options.policy ?? {}),
      markerFolders: [],
      treeRules: true,
      version: 'test',
      shard: options.shard,
      ...(options.cache === undefined ? {} : { cache: options.cache }),
    },
  );
  return report;
}

const rulesOf = (report: ScanReport) => report.findings.map(({ rule, path }) => `${rule} ${path}`);
const at = `lib/modules/${release}`;

/** Bytes of the module with the first `from` overwritten. */
function edited(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const place = Buffer.from(bytes).indexOf(from, 0, 'latin1');
  assert.ok(place >= 0, from);
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(to), place);
  return copy;
}

describe('findings about a root file system', () => {
  it('has nothing to say of a good one', async () => {
    const report = await scan(goodTree());
    assert.deepEqual([report.modules, report.loads, report.refused, report.undetermined], [2, 2, 0, 0]);
    assert.deepEqual(report.findings, []);
    assert.deepEqual(report.unreadable, []);
  });

  it('mixed-vermagic: one module of another build that its CRCs would let in', async () => {
    const files = goodTree();
    const other = release.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
    files.write(`${lib}/extra/listener.ko`, edited(bytesOf.listener, `vermagic=${release}`, `vermagic=${other}`));
    files.write(`${lib}/modules.dep`, 'extra/beacon.ko:\nextra/listener.ko: extra/beacon.ko\n');
    const report = await scan(files);
    assert.deepEqual(rulesOf(report), [`mixed-vermagic ${at}/extra/listener.ko`]);
    assert.equal(report.findings[0]?.expected, kernel.vermagic?.value);
    assert.equal(report.findings[0]?.actual, kernel.vermagic?.value.replace(release, other));
  });

  it('a GPL module that needs a proprietary one: the kernel lets it have GPL-only symbols or those', async () => {
    const files = goodTree();
    files.write(`${lib}/extra/beacon.ko`, edited(bytesOf.beacon, 'license=Dual MIT/GPL', 'license=Dual MIT/XPL'));
    const report = await scan(files);
    assert.deepEqual([report.modules, report.loads, report.refused], [2, 1, 1]);
    const [refused] = report.results.filter(({ verdict }) => verdict === 'refused');
    assert.equal(refused?.module.path, `${at}/extra/listener.ko`);
    assert.equal(refused?.errno, 'ENOENT');
    const message = 'module using GPL-only symbols uses symbols beacon_unsubscribe from proprietary module beacon.';
    assert.ok(refused?.dmesg.includes(`listener: ${message}`), refused?.dmesg.join('\n'));
    // The part of a scan that has only the one still knows what the other is.
    const parts = await Promise.all([1, 2].map((index) => scan(files, { shard: { index, count: 2 } })));
    assert.deepEqual(
      parts.map(({ modules, refused: count }) => [modules, count]),
      [
        [1, 0],
        [1, 1],
      ],
    );
  });

  it('release-dir-mismatch: the folder is named after another kernel', async () => {
    const files = new MemoryFileSystem();
    files.write('/r/lib/modules/6.1.99-other/extra/beacon.ko', bytesOf.beacon);
    files.write('/r/lib/modules/6.1.99-other/modules.dep', 'extra/beacon.ko:\n');
    assert.deepEqual(rulesOf(await scan(files)), ['release-dir-mismatch lib/modules/6.1.99-other']);
  });

  it('release-dir-mismatch: /boot has a kernel without modules', async () => {
    const files = goodTree();
    const image = new Uint8Array(0x400);
    new DataView(image.buffer).setUint32(0x202, 0x53726448, true);
    new DataView(image.buffer).setUint16(0x20e, 0x100, true);
    image.set(new TextEncoder().encode('6.1.99-other (builder@host) #1 SMP'), 0x300);
    files.write('/r/boot/vmlinuz-6.1.99-other', image);
    assert.deepEqual(rulesOf(await scan(files)), ['release-dir-mismatch boot/vmlinuz-6.1.99-other']);
  });

  it('headers-package-mismatch: headers of another release, and of other CRCs', async () => {
    const files = goodTree();
    files.write(
      '/r/usr/src/linux-headers-6.1.99-other/include/generated/utsrelease.h',
      '#define UTS_RELEASE "6.1.99-other"\n',
    );
    assert.deepEqual(rulesOf(await scan(files)), ['headers-package-mismatch usr/src/linux-headers-6.1.99-other']);
    const crcs = goodTree();
    const folder = `/r/usr/src/linux-headers-${release}`;
    crcs.write(`${folder}/include/generated/utsrelease.h`, `#define UTS_RELEASE "${release}"\n`);
    crcs.write(`${folder}/Module.symvers`, '0x00000001\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n');
    const report = await scan(crcs);
    assert.deepEqual(rulesOf(report), [`headers-package-mismatch usr/src/linux-headers-${release}`]);
    assert.match(report.findings[0]?.message ?? '', /module_layout/);
  });

  it('provider-missing: the module that exports is gone', async () => {
    const files = goodTree();
    files.remove(`${lib}/extra/beacon.ko`);
    files.write(`${lib}/modules.dep`, 'extra/listener.ko:\n');
    const report = await scan(files);
    assert.deepEqual(rulesOf(report), [`provider-missing ${at}/extra/listener.ko`]);
    assert.equal(report.findings[0]?.expected, 'beacon.ko');
    assert.equal(report.refused, 1);
  });

  it('depends-missing: depends= names a module that is not there', async () => {
    const files = goodTree();
    files.write(`${lib}/extra/listener.ko`, edited(bytesOf.listener, 'depends=beacon', 'depends=beagle'));
    files.write(`${lib}/modules.dep`, 'extra/beacon.ko:\nextra/listener.ko: extra/beacon.ko\n');
    const report = await scan(files);
    assert.deepEqual(rulesOf(report), [`depends-missing ${at}/extra/listener.ko`]);
    assert.equal(report.findings[0]?.expected, 'beagle.ko');
    files.write(`${lib}/modules.builtin`, 'kernel/drivers/misc/beagle.ko\n');
    assert.deepEqual((await scan(files)).findings, []);
  });

  it('modules-dep-stale: an index that lacks a module, and none at all', async () => {
    const files = goodTree();
    files.write(`${lib}/modules.dep`, 'extra/beacon.ko:\n');
    const report = await scan(files);
    assert.deepEqual(rulesOf(report), [`modules-dep-stale ${at}/modules.dep`]);
    assert.match(report.findings[0]?.message ?? '', /does not list extra\/listener\.ko/);
    files.remove(`${lib}/modules.dep`);
    assert.match((await scan(files)).findings[0]?.message ?? '', /There is no modules\.dep/);
  });

  it('marker-drift: what the build wrote down is not what is there', async () => {
    const files = goodTree();
    files.write('/r/etc/EXPECTED_VERMAGIC', '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64\n');
    assert.deepEqual(rulesOf(await scan(files)), ['marker-drift etc/EXPECTED_VERMAGIC']);
    files.write('/r/etc/EXPECTED_VERMAGIC', `${kernel.vermagic?.value}\n`);
    assert.deepEqual((await scan(files)).findings, []);
  });

  it('hold-missing and pin-missing, only where the policy asks for them', async () => {
    const status = (state: string) => `Package: nvidia-l4t-kernel\nStatus: ${state} ok installed\nVersion: 5\n\n`;
    const pin = 'Package: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: -1\n';
    const policy = { packs: ['jetson-l4t'] } as const;
    const files = goodTree();
    files.write('/r/var/lib/dpkg/status', status('install'));
    files.write('/r/etc/apt/preferences.d/kernel', pin);
    assert.deepEqual((await scan(files)).findings, []);
    assert.deepEqual(rulesOf(await scan(files, { policy })), ['hold-missing var/lib/dpkg/status']);
    files.write('/r/var/lib/dpkg/status', status('hold'));
    assert.deepEqual((await scan(files, { policy })).findings, []);
    files.remove('/r/etc/apt/preferences.d/kernel');
    assert.deepEqual(rulesOf(await scan(files, { policy })), ['pin-missing etc/apt/preferences.d']);
    files.write('/r/opt/stack/first_boot.sh', `#!/bin/bash\ncat > /etc/apt/preferences.d/k <<EOF\n\n${pin}EOF\n`);
    assert.deepEqual((await scan(files, { policy })).findings, []);
  });

  it('signature-missing: a kernel that insists on signatures, and not one module signed', async () => {
    const enforcing = kernelFor(
      await moduleOf(prepared, '/m/listener.ko'),
      await moduleOf(prepared, '/m/beacon.ko'),
      'x86_64',
      ['MODULE_SIG', 'MODULE_SIG_FORCE'],
    );
    const report = await scan(goodTree(), { target: enforcing });
    assert.deepEqual(rulesOf(report), [`signature-missing ${at}`]);
    assert.equal(report.refused, 2);
  });

  it('takes the vermagic of most modules where nothing but modules says it, and names it as a majority', async () => {
    const files = goodTree();
    const copy = (name: string) => edited(bytesOf.beacon, 'name=beacon', `name=${name}`);
    for (const name of ['bravo1', 'bravo2']) files.write(`${lib}/extra/${name}.ko`, copy(name));
    files.write(
      `${lib}/modules.dep`,
      ['beacon', 'listener', 'bravo1', 'bravo2'].map((name) => `extra/${name}.ko:\n`).join(''),
    );
    // The module that is asked first is the odd one out.
    const odd = kernel.vermagic?.value.replace('SMP ', 'SMP preempt ') ?? '';
    const origin = { label: 'odd.ko', uri: `file://${lib}/extra/odd.ko` };
    const report = await scan(files, { target: { ...kernel, vermagic: { value: odd, origin } } });
    assert.equal(report.target.vermagic, kernel.vermagic?.value);
    assert.ok(!report.findings.some(({ rule }) => rule === 'mixed-vermagic'));
  });
});

describe('a root file system without Module.symvers', () => {
  const own = [...(kernel.symbols?.symbols() ?? [])].filter(({ exporter }) => exporter === 'vmlinux');
  /** As a kernel image lists them. */
  const image: TargetKernel = { ...kernel, symbols: symbolTable(own, false) };

  it('is proven all the same: the image lists the exports of the kernel, the modules list theirs', async () => {
    const report = await scan(goodTree(), { target: image });
    assert.deepEqual([report.loads, report.refused, report.undetermined], [2, 0, 0]);
    assert.deepEqual(report.notes, []);
  });

  it('refuses what needs a module that is not in the tree', async () => {
    const files = goodTree();
    files.remove(`${lib}/extra/beacon.ko`);
    const report = await scan(files, { target: image });
    assert.deepEqual(
      report.results.map(({ verdict, errno }) => [verdict, errno]),
      [['refused', 'ENOENT']],
    );
  });

  it('compares the CRCs of providers as the files have them', async () => {
    const files = goodTree();
    const { imports } = await moduleOf(prepared, '/m/listener.ko');
    const { exports } = await moduleOf(prepared, '/m/beacon.ko');
    const used = exports.find(({ symbol }) => imports.some((entry) => entry.symbol === symbol));
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(used?.crc ?? 0);
    files.write(`${lib}/extra/beacon.ko`, edited(bytesOf.beacon, crc.toString('latin1'), 'abcd'));
    const report = await scan(files, { target: image });
    assert.deepEqual(
      report.results.map(({ module, errno }) => [module.name, errno]),
      [['listener', 'EINVAL']],
    );
  });
});

describe('a scan that meets trouble', () => {
  it('reports what cannot be read, and everything else rightly', async () => {
    const files = goodTree();
    const report = await scan(files, { unreadable: { 'extra/listener.ko': 'permission denied' } });
    assert.deepEqual(report.unreadable, [`${at}/extra/listener.ko: permission denied.`]);
    assert.deepEqual([report.modules, report.loads, report.refused], [2, 1, 0]);
  });

  it('reads nothing again that did not change, and nothing old out of a damaged cache', async () => {
    const kept = new Map<string, string>();
    const cache: ScanCache = {
      read: async (key) => kept.get(key),
      write: async (key, text) => void kept.set(key, text),
    };
    const reads: string[][] = [];
    const reader = (one: MemoryModuleReader) => void reads.push(one.reads);
    const first = await scan(goodTree(), { cache, reader });
    const second = await scan(goodTree(), { cache, reader });
    assert.deepEqual([reads[0]?.length, reads[1]?.length], [2, 0]);
    assert.deepEqual({ ...second, durationMs: 0 }, { ...first, durationMs: 0 });
    for (const [key, text] of kept) kept.set(key, text.slice(0, -20));
    await scan(goodTree(), { cache, reader });
    assert.equal(reads[2]?.length, 2);
  });
});
