import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTaint } from '../../../server/src/loader/taint.ts';
import type { ModuleSketch } from './make.ts';
import { module, options, predict, target } from './make.ts';

const verify = 'demo: module verification failed: signature and/or required key missing - tainting kernel';
const tree = 'demo: loading out-of-tree module taints kernel.';
const lock = 'Disabling lock debugging due to kernel taint';
const staging = 'demo: module is from the staging directory, the quality is unknown, you have been warned.';

function load(release: string, sketch: ModuleSketch, more: readonly string[] = [], arch: 'x86_64' = 'x86_64') {
  const words = `${release} SMP preempt mod_unload modversions `;
  const kernel = target({ release, arch, options: options(...more) });
  return predict(module({ vermagic: words, ...sketch }), kernel);
}

/** Everything that taints, at once: the order of the lines is the order of the checks. */
const everything: ModuleSketch = {
  without: ['intree', 'retpoline'],
  modinfo: [
    ['license', 'Proprietary'],
    ['staging', 'Y'],
    ['livepatch', 'Y'],
    ['test', 'Y'],
  ],
};
const all = ['LIVEPATCH', 'RETPOLINE'];
const retpoline = [
  'Spectre V2 : System may be vulnerable to spectre v2',
  'demo: loading module not compiled with retpoline compiler.',
];
const livepatch = 'demo: tainting kernel with TAINT_LIVEPATCH';
const license = "demo: module license 'Proprietary' taints kernel.";
const testModule = 'demo: loading test module taints kernel.';

test('order of taint lines in 6.1', () => {
  const verdict = load('6.1.0', everything, all);
  assert.deepEqual(verdict.dmesg, [tree, ...retpoline, staging, livepatch, license, lock, testModule, verify]);
  assert.equal(verdict.taint, 'PCOEKN');
});

test('order of taint lines in 6.12, with the second line about the licence', () => {
  const verdict = load('6.12.0', everything, all);
  assert.deepEqual(verdict.dmesg, [
    tree,
    ...retpoline,
    staging,
    livepatch,
    license,
    lock,
    testModule,
    verify,
    'demo: module license taints kernel.',
  ]);
});

test('the test tag means nothing to 5.19', () => {
  const verdict = load('5.19.0', { modinfo: [['test', 'Y']] });
  assert.deepEqual(verdict.dmesg, [verify]);
  assert.equal(verdict.taint, 'E');
});

test('in 6.1 taints of modinfo stay when the load is refused later; in 6.12 those before allocation do not exist yet', () => {
  const bad: ModuleSketch = { without: ['intree'], sections: [{ name: '.wx', flags: 7 }] };
  const early = load('6.1.0', bad);
  assert.equal(early.errno, 'ENOEXEC');
  assert.equal(early.taint, 'O');
  assert.deepEqual(early.dmesg, [tree, 'demo: section .wx (index 8) has invalid WRITE|EXEC flags']);
  const late = load('6.12.0', bad);
  assert.equal(late.taint, '');
  assert.deepEqual(late.dmesg, ['demo: section .wx (index 8) has invalid WRITE|EXEC flags']);
});

test('F stays when vermagic is refused after it', () => {
  const kernel = target({ options: options('MODULE_FORCE_LOAD', '-MODULE_SIG') });
  const verdict = predict(module({ versions: undefined, vermagic: '7.3.4 SMP preempt mod_unload ' }), kernel);
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.equal(verdict.taint, 'F');
});

for (const [value, compatible] of [
  ['GPL', true],
  ['GPL v2', true],
  ['GPL and additional rights', true],
  ['Dual BSD/GPL', true],
  ['Dual MIT/GPL', true],
  ['Dual MPL/GPL', true],
  ['GPLv2', false],
  ['GPL-2.0', false],
  ['MIT', false],
  ['BSD', false],
  ['Proprietary', false],
] as const) {
  test(`licence "${value}" ${compatible ? 'does not taint' : 'taints with P'}`, () => {
    const verdict = load('6.1.0', { modinfo: [['license', value]] }, ['-MODULE_SIG']);
    assert.equal(verdict.taint, compatible ? '' : 'P');
    assert.equal(
      verdict.findings.some((one) => one.rule === 'license-missing'),
      !compatible,
    );
  });
}

test('no licence at all is "unspecified"; of two licences the first counts', () => {
  assert.deepEqual(load('6.1.0', { without: ['license'] }, ['-MODULE_SIG']).dmesg, [
    "demo: module license 'unspecified' taints kernel.",
    lock,
  ]);
  const two: ModuleSketch = {
    modinfo: [
      ['license', 'GPL'],
      ['license', 'Proprietary'],
    ],
  };
  assert.equal(load('6.1.0', two, ['-MODULE_SIG']).taint, '');
});

test('lines of taints that the kernel has already are not printed again, the taint is the module’s all the same', () => {
  const first = module({ name: 'first', imports: [], without: ['intree'], modinfo: [['license', 'X']] });
  const kernel = target({ options: options() });
  const second = module({ without: ['intree'], modinfo: [['license', 'X']] });
  const verdict = predict(second, kernel, { loaded: [first] });
  assert.deepEqual(verdict.dmesg, []);
  assert.equal(verdict.taint, 'POE');
});

test('names that count as proprietary', () => {
  const kernel = target({ options: options('-MODULE_SIG') });
  const lve = predict(module({ name: 'lve' }), kernel);
  assert.equal(lve.taint, 'P');
  assert.deepEqual(lve.dmesg, [lock, 'lve: module license taints kernel.']);
  assert.equal(predict(module({ name: 'ndiswrapper' }), kernel).taint, '');
});

test('retpolines are an x86 matter, and only of kernels that use them', () => {
  const without: ModuleSketch = { without: ['retpoline'] };
  assert.deepEqual(load('6.1.0', without, ['-MODULE_SIG']).dmesg, []);
  assert.deepEqual(load('6.12.0', without, ['-MODULE_SIG', 'MITIGATION_RETPOLINE']).dmesg, retpoline);
});

test('a livepatch needs CONFIG_LIVEPATCH', () => {
  const verdict = load('6.1.0', { modinfo: [['livepatch', 'Y']] }, ['-MODULE_SIG']);
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, ['demo: module is marked as livepatch module, but livepatch support is disabled']);
  assert.equal(verdict.findings[0]?.rule, 'livepatch-unsupported');
});

test('the taint finding says in words what stays, and until when', () => {
  const finding = load('6.1.0', { without: ['intree'] }).findings.find((one) => one.rule === 'taint');
  assert.match(finding?.message ?? '', /O \(a module built outside the kernel tree was loaded\), E \(.*reboot/);
});

for (const [text, letters, value] of [
  ['4096', 'O', 4096],
  ['8192', 'E', 8192],
  ['12288', 'OE', 12288],
  ['4097', 'PO', 4097],
  ['12289', 'POE', 12289],
  ['8194', 'FE', 8194],
  ['4609', 'PWO', 4609],
  ['0x1000', 'O', 4096],
  ['0', '', 0],
  ['524288', 'J', 524288],
  ['G           OE      ', 'OE', 12288],
  ['(POE)', 'POE', 12289],
  ['EO', 'OE', 12288],
] as const) {
  test(`taint "${text}" is ${letters || 'none'}`, () => {
    const decoded = decodeTaint(text);
    assert.equal(decoded?.letters, letters);
    assert.equal(decoded?.value, value);
  });
}

test('bits that no kernel defines are named, and nonsense is not decoded', () => {
  assert.deepEqual(decodeTaint(String(2 ** 30 + 1))?.unknownBits, [30]);
  assert.equal(decodeTaint('Q'), undefined);
  assert.equal(decodeTaint('-1'), undefined);
});

test('a second livepatch is not announced again', () => {
  const patch: ModuleSketch = { modinfo: [['livepatch', 'Y']] };
  const kernel = target({ options: options('-MODULE_SIG', 'LIVEPATCH') });
  const first = module({ name: 'first', imports: [], ...patch });
  const second = predict(module(patch), kernel, { loaded: [first] });
  assert.deepEqual(second.dmesg, []);
  assert.equal(second.taint, 'K');
});
