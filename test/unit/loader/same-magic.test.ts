import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadRequest } from '../../../server/src/loader/verdict.ts';
import type { ModuleSketch } from './make.ts';
import { layoutCrc, module, options, predict, printkCrc, target } from './make.ts';

const crcs = options('-MODULE_SIG');
const noCrcs = options('-MODULE_SIG', '-MODVERSIONS');
const release = '6.1.0-55-amd64';
const other = '6.1.0-47-amd64';
const words = 'SMP preempt mod_unload modversions ';

interface Case {
  name: string;
  module: ModuleSketch;
  options?: readonly string[];
  release?: string;
  request?: LoadRequest;
  refused?: 'silent' | 'with its line';
  taint?: string;
}

const cases: readonly Case[] = [
  { name: 'another release loads when the module has CRCs', module: { vermagic: `${other} ${words}` } },
  {
    name: 'without the trailing space it is refused',
    module: { vermagic: `${release} ${words.trimEnd()}` },
    refused: 'with its line',
  },
  {
    name: 'preempt_rt on a preempt kernel is refused',
    module: { vermagic: `${release} SMP preempt_rt mod_unload modversions ` },
    refused: 'with its line',
  },
  {
    name: 'without MODVERSIONS the release counts',
    module: { vermagic: `${other} SMP preempt mod_unload ` },
    options: noCrcs,
    refused: 'with its line',
  },
  {
    name: 'without MODVERSIONS the trailing space counts',
    module: { vermagic: `${release} SMP preempt mod_unload` },
    options: noCrcs,
    refused: 'with its line',
  },
  {
    name: 'a module that carries only the extended table is compared in full',
    release: '6.14.0',
    module: {
      vermagic: `6.14.1 ${words}`,
      versions: undefined,
      extended: [
        { symbol: 'module_layout', crc: layoutCrc },
        { symbol: '_printk', crc: printkCrc },
      ],
    },
    refused: 'with its line',
  },
  {
    name: '--force-modversion makes the release count',
    module: { vermagic: `${other} ${words}` },
    options: [...crcs, 'MODULE_FORCE_LOAD'],
    request: { ignoreModversions: true },
    refused: 'with its line',
    taint: 'F',
  },
  {
    name: '--force-vermagic passes with F where forcing is built in',
    module: { vermagic: 'nonsense' },
    options: [...crcs, 'MODULE_FORCE_LOAD'],
    request: { ignoreVermagic: true },
    taint: 'F',
  },
  {
    name: '--force-vermagic is refused silently where it is not',
    module: {},
    request: { ignoreVermagic: true },
    refused: 'silent',
  },
  { name: 'no vermagic at all is refused silently', module: { vermagic: undefined }, refused: 'silent' },
  {
    name: 'no vermagic at all passes with F where forcing is built in',
    module: { vermagic: undefined },
    options: [...crcs, 'MODULE_FORCE_LOAD'],
    taint: 'F',
  },
  {
    name: 'the first of two vermagic entries counts',
    module: {
      modinfo: [
        ['vermagic', `${release} ${words}`],
        ['vermagic', 'nonsense'],
      ],
    },
  },
];

for (const one of cases) {
  test(one.name, () => {
    const kernelModule = module(one.module);
    const kernel = target({ options: one.options ?? crcs, release: one.release ?? release });
    const verdict = predict(kernelModule, kernel, one.request === undefined ? {} : { request: one.request });
    assert.equal(verdict.errno, one.refused === undefined ? undefined : 'ENOEXEC');
    const actual = kernelModule.modinfo.find((entry) => entry.key === 'vermagic')?.value;
    const line = `demo: version magic '${actual}' should be '${kernel.vermagic?.value}'`;
    assert.equal(verdict.dmesg.includes(line), one.refused === 'with its line');
    if (one.refused === 'silent') {
      assert.deepEqual(verdict.dmesg, []);
      assert.match(verdict.findings[0]?.message ?? '', /without printing anything/);
    }
    assert.equal(verdict.taint, one.taint ?? '');
  });
}

test('the name in the line is modinfo’s, in taint messages it is the one of struct module', () => {
  const renamed = module({ modinfoName: 'other', vermagic: 'x y ', without: ['intree'] });
  assert.match(predict(renamed, target({ options: crcs })).dmesg[0] ?? '', /^other: version magic/);
  const loads = module({ modinfoName: 'other', without: ['intree'] });
  assert.deepEqual(predict(loads, target({ options: crcs })).dmesg, [
    'demo: loading out-of-tree module taints kernel.',
  ]);
});

test('F is announced once, with the reason, and switches lock debugging off', () => {
  const forced = { ignoreVermagic: true, ignoreModversions: true };
  const kernel = target({ options: [...crcs, 'MODULE_FORCE_LOAD'] });
  assert.deepEqual(predict(module(), kernel, { request: forced }).dmesg, [
    'demo: module_layout: kernel tainted.',
    'Disabling lock debugging due to kernel taint',
  ]);
});

test('a .modinfo that is not allocated does not exist for 6.1, and does for 6.12', () => {
  const hidden = (release: string) => {
    const own = module({ vermagic: `${release} ${words}` });
    const sections = own.elf?.sections.map((one) => (one.name === '.modinfo' ? { ...one, flags: 0 } : one)) ?? [];
    return predict(
      own.elf === undefined ? own : { ...own, elf: { ...own.elf, sections } },
      target({ release, options: crcs }),
    );
  };
  assert.equal(hidden('6.1.0').errno, 'ENOEXEC');
  assert.equal(hidden('6.12.0').verdict, 'loads');
});

test('the first sentence stands alone: each word that differs, and in brackets what makes it', () => {
  const rt = module({ vermagic: `${release} SMP preempt_rt mod_unload modversions ` });
  const message = predict(rt, target({ options: crcs })).findings[0]?.message ?? '';
  const first = message.slice(0, message.indexOf('. ') + 1);
  assert.match(
    first,
    /it has "preempt_rt" instead of "preempt" \(CONFIG_PREEMPT_RT makes preempt_rt; .* makes preempt\)\.$/,
  );
});
