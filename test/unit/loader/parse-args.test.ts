import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterDetails } from '../../../server/src/module/parameter-details.ts';
import { module, options, predict, target } from './make.ts';

const types = {
  byte: 'byte',
  short: 'short',
  int: 'int',
  uint: 'uint',
  long: 'long',
  ullong: 'ullong',
  flag: 'bool',
  inv: 'invbool',
  b: 'bint',
  text: 'charp',
  list: 'array of int',
  own: 'my_ops',
};

function load(parameters: string, release = '6.1.0', others = types as Record<string, string>) {
  const declared = Object.entries(others).map(([name, type]) => ({ name, type, description: undefined }));
  const kernelModule = module({
    vermagic: `${release} SMP preempt mod_unload modversions `,
    more: { parameters: declared },
  });
  return predict(kernelModule, target({ release, options: options('-MODULE_SIG') }), { request: { parameters } });
}

const einval = (value: string, name: string) => [`demo: \`${value}' invalid for parameter \`${name}'`];

const cases: readonly (readonly [parameters: string, errno: string | undefined, dmesg?: readonly string[]])[] = [
  ['int=5', undefined, []],
  ['int=0x10 int=010 int=-7 int=+7', undefined, []],
  ['int=2147483647 int=-2147483648', undefined],
  ['int=2147483648', 'ERANGE', einval('2147483648', 'int')],
  ['int=-2147483649', 'ERANGE'],
  ['int=99999999999999999999x', 'ERANGE'],
  ['int=5x', 'EINVAL', einval('5x', 'int')],
  ['int=0b11', 'EINVAL'],
  ['int=09', 'EINVAL'],
  ['int=0x', 'EINVAL'],
  ['int=', 'EINVAL', einval('', 'int')],
  ['int', 'EINVAL', einval('', 'int')],
  ['int=--5', 'EINVAL'],
  ['uint=-1', 'EINVAL'],
  ['uint=4294967295', undefined],
  ['uint=4294967296', 'ERANGE'],
  ['byte=255', undefined],
  ['byte=256', 'ERANGE'],
  ['short=-32768', undefined],
  ['short=32768', 'ERANGE'],
  ['long=9223372036854775807', undefined],
  ['long=9223372036854775808', 'ERANGE'],
  ['ullong=18446744073709551615', undefined],
  ['flag', undefined],
  ['flag=y flag=N flag=1 flag=0 flag=on flag=off flag=ofx', undefined],
  ['flag=2', 'EINVAL'],
  ['flag=maybe', 'EINVAL'],
  ['flag=', 'EINVAL'],
  ['inv', 'EINVAL'],
  ['inv=1', undefined],
  ['b', undefined],
  ['text="a b" int=3', undefined, []],
  [`text=${'x'.repeat(1024)}`, undefined],
  [
    `text=${'x'.repeat(1025)}`,
    'ENOSPC',
    ['text: string parameter too long', `demo: \`${'x'.repeat(1025)}' too large for parameter \`text'`],
  ],
  ['list=1,2,3', undefined],
  ['list=7,x,3', 'EINVAL', einval('7', 'list')],
  ['own=anything', undefined, []],
  ['nosuch=1', undefined, ["demo: unknown parameter 'nosuch' ignored"]],
  ['INT=1', undefined, ["demo: unknown parameter 'INT' ignored"]],
  ['async_probe dyndbg=+p', undefined, []],
  ['int=2147483648 uint=x', 'EINVAL', [...einval('2147483648', 'int'), ...einval('x', 'uint')]],
  ['uint=x int=2147483648 byte=1', 'ERANGE'],
  ['int=1 -- int=x', undefined, ["demo: parameters 'int=x' after `--' ignored"]],
];

for (const [parameters, errno, dmesg] of cases) {
  test(`parameters: ${parameters.slice(0, 60)}`, () => {
    const verdict = load(parameters);
    assert.equal(verdict.errno, errno);
    if (dmesg !== undefined) {
      assert.deepEqual(verdict.dmesg, dmesg);
    }
  });
}

for (const [value, release, taken] of [
  ['true', '5.10.0', false],
  ['true', '6.1.0', true],
  ['False', '6.12.0', true],
  ['enable', '6.12.0', false],
  ['Disable', '7.3.0', true],
] as const) {
  test(`flag=${value} on ${release} is ${taken ? 'taken' : 'refused'}`, () => {
    assert.equal(load(`flag=${value}`, release).errno, taken ? undefined : 'EINVAL');
  });
}

test('dash and underscore are the same in names', () => {
  assert.equal(load('my-count=x', '6.1.0', { my_count: 'int' }).errno, 'EINVAL');
});

test('the errno of the last failure counts, and each failure is a finding with value and type', () => {
  const verdict = load('int=2147483648 uint=x');
  assert.deepEqual(
    verdict.findings
      .filter((one) => one.rule === 'parameter-invalid')
      .map((one) => [one.severity, one.actual, one.expected]),
    [
      ['error', 'int=2147483648', 'int'],
      ['error', 'uint=x', 'uint'],
    ],
  );
});

function details(more: Partial<ParameterDetails>): ParameterDetails {
  return { roomBytes: undefined, maxElements: undefined, unsafe: false, hardware: false, ...more };
}

function loadKnowing(
  parameters: string,
  known: Record<string, ParameterDetails>,
  lockdown: 'none' | 'integrity' = 'none',
) {
  const declared = [
    { name: 'text', type: 'string', description: undefined },
    { name: 'list', type: 'array of int', description: undefined },
    { name: 'port', type: 'int', description: undefined },
  ];
  const kernelModule = module({ more: { parameters: declared } });
  const evidence = new Map([[kernelModule, { parameters: new Map(Object.entries(known)) }]]);
  const request = { parameters, lockdown };
  return predict(kernelModule, target({ options: options('-MODULE_SIG') }), { request, evidence });
}

test('a string has room for one byte less than its buffer', () => {
  const known = { text: details({ roomBytes: 8 }) };
  assert.equal(loadKnowing('text=1234567', known).verdict, 'loads');
  const refused = loadKnowing('text=12345678', known);
  assert.equal(refused.errno, 'ENOSPC');
  assert.deepEqual(refused.dmesg, [
    "text: string doesn't fit in 7 chars.",
    "demo: `12345678' too large for parameter `text'",
  ]);
});

test('an array takes so many elements, and an element that is wrong before that is told instead', () => {
  const known = { list: details({ maxElements: 3 }) };
  assert.equal(loadKnowing('list=1,2,3', known).verdict, 'loads');
  const refused = loadKnowing('list=1,2,3,x', known);
  assert.equal(refused.errno, 'EINVAL');
  assert.deepEqual(refused.dmesg, ['list: can only take 3 arguments', ...einval('1', 'list')]);
  assert.deepEqual(loadKnowing('list=x,2,3,4', known).dmesg, einval('x', 'list'));
});

test('a dangerous parameter taints the kernel before its value is looked at, not the module', () => {
  const known = { port: details({ unsafe: true }) };
  const taken = loadKnowing('port=1', known);
  assert.deepEqual([taken.verdict, taken.taint], ['loads', '']);
  assert.deepEqual(taken.dmesg, ['Setting dangerous option port - tainting kernel']);
  const refused = loadKnowing('port=x', known);
  assert.deepEqual(refused.dmesg, ['Setting dangerous option port - tainting kernel', ...einval('x', 'port')]);
  assert.equal(refused.taint, 'U');
  assert.deepEqual(loadKnowing('port', known).dmesg, einval('', 'port'));
});

test('a parameter that describes hardware is refused under lockdown only', () => {
  const known = { port: details({ hardware: true }) };
  assert.equal(loadKnowing('port=1', known).verdict, 'loads');
  const refused = loadKnowing('port=1', known, 'integrity');
  assert.equal(refused.errno, 'EPERM');
  assert.deepEqual(refused.dmesg, [
    'Lockdown: insmod: unsafe module parameters is restricted; see man kernel_lockdown.7',
    ...einval('1', 'port'),
  ]);
});

const declared = { more: { parameters: [{ name: 'int', type: 'int', description: undefined }] } };

test('of an unknown name with a dot the kernel shows what it searched for; MODULE.dyndbg is taken', () => {
  const own = module(declared);
  const lines = (parameters: string) =>
    predict(own, target({ options: options('-MODULE_SIG', 'DYNAMIC_DEBUG_CORE') }), {
      request: { parameters },
    }).dmesg.at(-1);
  assert.equal(lines('demo.int=5'), "demo: unknown parameter 'demo' ignored");
  assert.doesNotMatch(lines('demo.dyndbg=+p') ?? '', /unknown parameter/);
});

test('a parameter that only modinfo knows is unknown to the kernel', () => {
  const own = module({ ...declared, withoutSections: ['__param'] });
  const verdict = predict(own, target({ options: options('-MODULE_SIG') }), { request: { parameters: 'int=x' } });
  assert.equal(verdict.verdict, 'loads');
  assert.equal(verdict.dmesg.at(-1), "demo: unknown parameter 'int' ignored");
});
