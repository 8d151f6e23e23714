import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  atLeast,
  parseBanner,
  parseKernelVersion,
  releaseOfUtsHeader,
  versionOfMakefile,
  versionOfVersionHeader,
} from '../../../server/src/kernel/kernel-version.ts';

test('versions are compared by number, not as text', () => {
  const version = { major: 6, minor: 12, patch: 3 };
  assert.equal(atLeast(version, 6, 4), true);
  assert.equal(atLeast(version, 6, 13), false);
  assert.equal(atLeast(version, 5, 19), true);
  assert.equal(atLeast(version, 7, 0), false);
  assert.equal(atLeast(version, 6, 12, 4), false);
});

test('a release starts with its version whatever follows', () => {
  assert.deepEqual(parseKernelVersion('5.15.148-tegra'), { major: 5, minor: 15, patch: 148 });
  assert.deepEqual(parseKernelVersion('6.12.117+deb12-rt-amd64'), { major: 6, minor: 12, patch: 117 });
  assert.deepEqual(parseKernelVersion('6.12-rc3'), { major: 6, minor: 12, patch: 0 });
  assert.equal(parseKernelVersion('tegra'), undefined);
});

test("Debian's ABI number in the release does not hide the version that the banner names", () => {
  const banner = parseBanner(
    'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld 2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)\n',
  );
  assert.equal(banner?.release, '6.1.0-56-amd64');
  assert.deepEqual(banner?.version, { major: 6, minor: 1, patch: 192 });
});

test('a Makefile with EXTRAVERSION gives both the numbers and what the release starts with', () => {
  const found = versionOfMakefile(
    '# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\nNAME = x\n',
  );
  assert.deepEqual(found?.version, { major: 6, minor: 12, patch: 0 });
  assert.equal(found?.text, '6.12.0-rc3');
  assert.equal(versionOfMakefile('obj-m += a.o\n'), undefined);
});

test('a patch level above 255 is read where version.h still has it', () => {
  const code = '#define LINUX_VERSION_CODE 331007\n';
  const parts =
    '#define LINUX_VERSION_MAJOR 5\n#define LINUX_VERSION_PATCHLEVEL 10\n#define LINUX_VERSION_SUBLEVEL 262\n';
  assert.deepEqual(versionOfVersionHeader(code + parts), { major: 5, minor: 10, patch: 262 });
  assert.deepEqual(versionOfVersionHeader(code), { major: 5, minor: 12, patch: 255 });
});

test('UTS_RELEASE is found with its line', () => {
  assert.deepEqual(releaseOfUtsHeader('/* made */\n#define UTS_RELEASE "5.15.148-rt-tegra"\n'), {
    release: '5.15.148-rt-tegra',
    line: 1,
  });
});
