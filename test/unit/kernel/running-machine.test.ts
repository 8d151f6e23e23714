import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseCommandLine, readRunningMachine } from '../../../server/src/kernel/sources/running-machine.ts';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const config =
  '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\nCONFIG_PREEMPT_RT=y\n';

test('a running board says release, configuration, enforcement, lockdown, blacklist and taint, each with its file', async () => {
  const files = new MemoryFileSystem({
    '/board/proc/version':
      'Linux version 5.15.148-rt-tegra (buildbrain@mobile) (gcc 9.3.0) #1 SMP PREEMPT_RT Tue Jan 7\n',
    '/board/proc/sys/kernel/osrelease': '5.15.148-rt-tegra\n',
    '/board/proc/sys/kernel/arch': 'aarch64\n',
    '/board/proc/sys/kernel/tainted': '12288\n',
    '/board/proc/sys/kernel/modules_disabled': '0\n',
    '/board/proc/config.gz': gzipSync(config),
    '/board/proc/cmdline': 'root=/dev/mmcblk0p1 module_blacklist=nouveau,foo console=ttyTCU0\n',
    '/board/sys/module/module/parameters/sig_enforce': 'N\n',
    '/board/sys/kernel/security/lockdown': 'none [integrity] confidentiality\n',
    '/board/sys/kernel/mm/ksm/run': '0\n',
  });
  const machine = await readRunningMachine({ files, decompressor: new NodeDecompressor() }, 'file:///board', 'orin');
  assert.deepEqual(machine.problems, []);
  assert.equal(machine.release?.value, '5.15.148-rt-tegra');
  assert.equal(machine.release?.origin.label, '/proc/sys/kernel/osrelease of orin');
  assert.equal(machine.architecture?.value.name, 'arm64');
  assert.equal(machine.vendor?.value, 'l4t');
  assert.equal(machine.config?.value.enabled('PREEMPT_RT'), true);
  assert.equal(machine.taint?.value, 12288);
  assert.equal(machine.modulesDisabled?.value, false);
  assert.equal(machine.sigEnforce?.value, false);
  assert.equal(machine.lockdown?.value, 'integrity');
  assert.deepEqual(machine.moduleBlacklist?.value, ['nouveau', 'foo']);
  assert.equal(machine.hasBtf?.value, false);
  assert.equal(machine.origins.length, 9);
});

test('what a machine does not tell stays unknown', async () => {
  const machine = await readRunningMachine(
    { files: new MemoryFileSystem(), decompressor: new NodeDecompressor() },
    'file:///',
  );
  for (const fact of [
    machine.release,
    machine.config,
    machine.sigEnforce,
    machine.lockdown,
    machine.hasBtf,
    machine.moduleBlacklist,
  ]) {
    assert.equal(fact, undefined);
  }
});

test("the command line: the last blacklist counts, a bare sig_enforce is on, init's part is not the kernel's", () => {
  assert.deepEqual(
    parseCommandLine(
      'module_blacklist=a module_blacklist="b,c" module.sig_enforce lockdown=integrity -- module_blacklist=d',
    ),
    {
      moduleBlacklist: ['b', 'c'],
      sigEnforce: true,
      lockdown: 'integrity',
    },
  );
  assert.equal(parseCommandLine('module.sig_enforce=0').sigEnforce, false);
});
