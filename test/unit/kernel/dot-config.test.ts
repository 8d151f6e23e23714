import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDotConfig } from '../../../server/src/kernel/dot-config.ts';

const generated = '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\n';

test('settings, strings and unset symbols are read as Kconfig reads them', () => {
  const { value, problems } = parseDotConfig(
    `${generated}CONFIG_SMP=y\nCONFIG_EXT4_FS=m\nCONFIG_HZ=1000\nCONFIG_LOCALVERSION="-te\\"gra\\\\"\n# CONFIG_PREEMPT is not set\nCONFIG_X=n\n`,
  );
  assert.deepEqual(problems, []);
  assert.equal(value.enabled('SMP'), true);
  assert.equal(value.enabled('EXT4_FS'), false);
  assert.equal(value.get('EXT4_FS'), 'm');
  assert.equal(value.get('HZ'), '1000');
  assert.equal(value.get('LOCALVERSION'), '-te"gra\\');
  assert.equal(value.get('PREEMPT'), undefined);
  assert.equal(value.get('X'), undefined);
  assert.deepEqual(value.header, { architecture: 'arm64', version: { major: 5, minor: 15, patch: 148 } });
});

test('the last of two settings wins, and its line is the one shown', () => {
  const { value } = parseDotConfig('CONFIG_PREEMPT_RT=y\nCONFIG_SMP=y\n# CONFIG_PREEMPT_RT is not set\n');
  assert.equal(value.get('PREEMPT_RT'), undefined);
  assert.equal(value.line('PREEMPT_RT'), 2);
});

test('a byte order mark and Windows line ends change nothing', () => {
  const { value, problems } = parseDotConfig(
    '\uFEFFCONFIG_SMP=y\r\nCONFIG_LOCALVERSION="-rt"\r\n# CONFIG_FOO is not set\r\n',
  );
  assert.deepEqual(problems, []);
  assert.equal(value.enabled('SMP'), true);
  assert.equal(value.get('LOCALVERSION'), '-rt');
});

test('lines that are no settings are named by line and cost nothing else', () => {
  const { value, problems } = parseDotConfig('CONFIG_A=y\n<<<<<<< HEAD\nCONFIG_B\nCONFIG_C="open\nCONFIG_D=y\n');
  assert.deepEqual(
    problems.map((problem) => problem.line),
    [1, 2, 3],
  );
  assert.equal(value.enabled('D'), true);
});

test('a defconfig or fragment is not taken for a complete configuration', () => {
  assert.equal(parseDotConfig('CONFIG_PREEMPT_RT=y\n').value.complete, false);
  assert.equal(parseDotConfig(`${generated}CONFIG_PREEMPT_RT=y\n`).value.complete, true);
});

test('a file of endless text ends with a problem, not with the memory', () => {
  const { value, problems } = parseDotConfig(`${'CONFIG_A=y\n'.repeat(800_000)}CONFIG_LATE=y\n`);
  assert.equal(value.get('LATE'), undefined);
  assert.match(problems[0]?.message ?? '', /not read/);
});
