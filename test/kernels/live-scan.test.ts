/**
 * `vermagic scan --live` on a machine with loaded modules: a Debian kernel in an emulator, with its own modules, /proc and /sys,
 * Node and the built command line. Clean it says so; with one planted fault of each kind it tells exactly those.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ScanReport } from '@vermagic/shared';
import { type DebianKernel, debianKernel, modulesOf, unpackedModule } from './debian-kernel.ts';
import { addPrograms, copyModules, guestMissing, runGuest } from './live-guest.ts';

const own = debianKernel('6.1', 'amd64');
const other = debianKernel('6.1', 'rt-amd64');
const reason = [own, other].find((kernel) => typeof kernel === 'string') ?? guestMissing();
const skip = typeof reason === 'string' && reason;

const folder = mkdtempSync(join(tmpdir(), 'vermagic-live-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const wanted = /^kernel\/(net\/sched|lib|crypto)\/|^kernel\/drivers\/net\/[^/]*\.ko/;
const scan = '/bin/node /cli/cli.cjs scan --live --no-cache --format json';

/** A kernel whose root has programs, modules and what a boot partition has. */
function machine(kernel: DebianKernel): { readonly root: string; readonly modules: string } {
  const root = join(folder, 'root');
  const modules = join(root, 'lib/modules', kernel.release);
  addPrograms(root);
  copyModules(kernel, (path) => wanted.test(path), root);
  mkdirSync(join(root, 'boot'));
  for (const name of ['config', 'vmlinuz'])
    cpSync(join(kernel.root, 'boot', `${name}-${kernel.release}`), join(root, 'boot', `${name}-${kernel.release}`));
  return { root, modules };
}

function moduleFile(kernel: DebianKernel, name: string): string {
  const file = modulesOf(kernel).find((path) => path.endsWith(`/${name}.ko`));
  assert.ok(file, `${name} is not in ${kernel.root}`);
  return file;
}

/** The module without its signature and with another build id: the kernel loads it, with a taint. */
function rebuilt(file: string): Buffer {
  const bytes = Buffer.from(unpackedModule(file));
  const end = bytes.length - '~Module signature appended~\n'.length;
  const module = bytes.subarray(0, end - 12 - bytes.readUInt32BE(end - 4));
  const note = module.indexOf(Buffer.from('\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0', 'latin1'));
  assert.ok(note > 0, 'no build id');
  module.writeUInt32LE(0xdeadbeef, note + 16);
  return module;
}

const brief = (report: ScanReport) =>
  report.findings.map(({ rule, path }) => `${rule} ${path.replace(/^.*lib\/modules\/[^/]+\//, '')}`).sort();

describe('scan --live on a booted machine', { skip }, () => {
  it('finds nothing on a good one, and each planted fault on another', async (test) => {
    const kernel = own as DebianKernel;
    const { root, modules } = machine(kernel);
    execFileSync('depmod', ['-b', root, kernel.release]);
    const good = ['mii', 'dummy', 'ifb'].map((name) => `/lib/modules/${kernel.release}/kernel/drivers/net/${name}.ko`);
    // What the guest's second command plants.
    const planted = join(root, 'planted');
    mkdirSync(planted);
    cpSync(moduleFile(other as DebianKernel, 'dummy'), join(planted, 'dummy.ko'));
    writeFileSync(join(planted, 'ifb.ko'), rebuilt(moduleFile(kernel, 'ifb')));
    cpSync(join(modules, 'kernel/drivers/net/nlmon.ko'), join(planted, 'late.ko'));
    for (const name of ['modules.dep', 'kernel']) utimesSync(join(modules, name), new Date(), new Date());
    const place = `/lib/modules/${kernel.release}`;
    const plant = [
      `/bin/busybox mkdir ${place}/updates`,
      // For another kernel, in the folder that modprobe takes first; depmod knows of it.
      `/bin/busybox cp /planted/dummy.ko ${place}/updates/dummy.ko`,
      `/bin/busybox sed -i '1i updates/dummy.ko:' ${place}/modules.dep`,
      // Installed without depmod.
      `/bin/busybox cp /planted/late.ko ${place}/kernel/drivers/net/late.ko`,
      // Loaded from elsewhere.
      '/bin/busybox rmmod ifb',
      '/bin/busybox insmod /planted/ifb.ko',
    ].join(' && ');
    const { outputs, statuses, console } = await runGuest(
      kernel,
      root,
      good,
      [scan, plant, scan, '/bin/busybox uname -r; /bin/busybox cat /proc/modules'],
      900_000,
    );
    assert.equal(statuses.length, 4, console.slice(-2000));
    assert.deepEqual(statuses.slice(1, 2), [0], console.slice(-2000));
    const [clean, , faulty] = [outputs[0], '', outputs[2]].map((text) =>
      text ? (JSON.parse(text) as ScanReport) : undefined,
    );
    assert.ok(clean && faulty);

    assert.match(outputs[3] ?? '', new RegExp(`^${kernel.release.replaceAll('.', '\\.')}\n`));
    assert.match(outputs[3] ?? '', /^ifb .*\(E\)$/m);
    assert.equal(clean.target.release, kernel.release);
    assert.deepEqual(brief(clean), []);
    assert.deepEqual([clean.loads, clean.refused, clean.undetermined], [clean.modules, 0, 0]);
    assert.equal(statuses[0], 0);
    assert.ok(clean.modules > 100, `${clean.modules} modules`);
    // The kernel image's own key verified them all.
    assert.equal(clean.unsigned, 0);

    assert.equal(statuses[2], 1);
    assert.equal(faulty.modules, clean.modules + 2);
    assert.deepEqual(
      faulty.results.map(({ verdict, errno, module }) => [verdict, errno, module.path]),
      [['refused', 'ENOEXEC', `${place}/updates/dummy.ko`]],
    );
    assert.deepEqual(brief(faulty), [
      'loaded-module-differs kernel/drivers/net/ifb.ko',
      'loaded-module-differs updates/dummy.ko',
      'mixed-vermagic updates/dummy.ko',
      'modules-dep-stale modules.dep',
    ]);
    const ids = faulty.findings.find(({ path }) => path.endsWith('ifb.ko'))?.message ?? '';
    assert.match(ids, /the running one has build id efbeadde/);
    test.diagnostic(
      `${clean.modules} modules; clean ${clean.durationMs} ms, with faults ${faulty.durationMs} ms in the guest`,
    );
  });
});
