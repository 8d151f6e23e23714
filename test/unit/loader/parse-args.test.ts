import assert from 'node:assert/strict';
import { test } from 'node:test';
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
