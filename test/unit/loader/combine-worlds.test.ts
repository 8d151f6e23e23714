import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleSketch, PredictOptions, TargetSketch } from './make.ts';
import { fittingVersions, layoutCrc, module, options, predict, printkCrc, rulesOf, target } from './make.ts';

const unsigned = options('-MODULE_SIG');
const layout = { symbol: 'module_layout', crc: layoutCrc };
const printk = { symbol: '_printk', crc: printkCrc };
const badLayout = [{ symbol: 'module_layout', crc: 1 }, printk];

interface Case {
  name: string;
  module?: ModuleSketch;
  target: TargetSketch;
  more?: PredictOptions;
  verdict: 'loads' | 'refused' | 'undetermined';
  errno?: string;
  /** Beginnings or parts of the facts that must be named, all of them. */
  missing: readonly RegExp[];
}

const cases: readonly Case[] = [
  { name: 'nothing missing', target: { options: unsigned }, verdict: 'loads', missing: [] },
  {
    name: 'no symvers: undetermined, and both checks that need it say so',
    target: { options: unsigned, exports: undefined },
    verdict: 'undetermined',
    missing: [/CRC of module_layout/, /Module\.symvers/],
  },
  {
    name: 'no symvers, but vermagic refuses in every case: refused, and the errno is certain',
    module: { vermagic: '6.1.0-55-amd64 SMP preempt_rt mod_unload modversions ' },
    target: { options: unsigned, exports: undefined },
    verdict: 'refused',
    errno: 'ENOEXEC',
    missing: [],
  },
  {
    name: 'enforcement unknown, CRC wrong: refused by the one or the other, errno open',
    module: { versions: badLayout },
    target: { options: undefined, vermagic: '6.1.0-55-amd64 SMP preempt mod_unload modversions ' },
    verdict: 'refused',
    missing: [/CONFIG_MODULE_SIG/, /CONFIG_MODULE_SIG_FORCE/],
  },
  {
    name: 'vendor unknown and a CRC entry missing: Debian refuses, upstream does not',
    module: { versions: [layout] },
    target: { options: unsigned, vendor: undefined },
    verdict: 'undetermined',
    missing: [/vendor/],
  },
  {
    name: 'vendor unknown does not matter when nothing depends on it',
    target: { options: unsigned, vendor: undefined },
    verdict: 'loads',
    missing: [],
  },
  {
    name: 'version unknown and another struct module size: only 6.4 and later look at it',
    module: { structModuleSize: 0x500 },
    target: { options: unsigned, release: undefined, vermagic: undefined, more: {} },
    verdict: 'undetermined',
    missing: [/version/, /vermagic/],
  },
  {
    name: 'version unknown does not matter when both orders agree on the verdict',
    module: { versions: badLayout },
    target: { options: unsigned, release: undefined, vermagic: 'x SMP preempt mod_unload modversions ' },
    verdict: 'refused',
    errno: 'ENOEXEC',
    missing: [],
  },
  {
    name: 'struct module size unknown since 6.4',
    module: { vermagic: '6.8.0 SMP preempt mod_unload modversions ' },
    target: { options: unsigned, release: '6.8.0', vendor: 'upstream', structModuleSize: undefined },
    verdict: 'undetermined',
    missing: [/size of the target's struct module/],
  },
  {
    name: 'struct module size does not matter up to 6.2',
    target: { options: unsigned, structModuleSize: undefined },
    verdict: 'loads',
    missing: [],
  },
  {
    name: 'vermagic unknown',
    target: { options: unsigned, vermagic: undefined },
    verdict: 'undetermined',
    missing: [/vermagic/],
  },
  {
    name: 'a part of the exports unknown',
    module: { imports: ['_printk', 'far_away'] },
    target: { options: unsigned, complete: false },
    verdict: 'undetermined',
    missing: [/who exports far_away/],
  },
  {
    name: 'a weak symbol of an unknown exporter decides nothing',
    module: { imports: ['_printk', { symbol: 'far_away', weak: true }] },
    target: { options: unsigned, complete: false },
    verdict: 'loads',
    missing: [],
  },
  {
    name: 'keys unknown: a signature may be valid, of an unknown key, or broken',
    module: { signed: true },
    target: {},
    verdict: 'undetermined',
    missing: [/keys that the target trusts/],
  },
  {
    name: 'keys unknown, and an earlier refusal than any of its effects is impossible: all ends refuse',
    module: { signed: true, versions: badLayout },
    target: {},
    verdict: 'refused',
    missing: [/keys that the target trusts/],
  },
  {
    name: 'FORCE_LOAD unknown, but vermagic is wrong either way',
    module: { versions: undefined, vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ' },
    target: { options: undefined, more: { sigEnforce: { value: false, origin: { label: 'test' } } } },
    verdict: 'refused',
    errno: 'ENOEXEC',
    missing: [],
  },
  {
    name: 'whether the kernel checks signatures decides the taint of a module that loads',
    target: { options: undefined, more: { sigEnforce: { value: false, origin: { label: 'test' } } } },
    verdict: 'loads',
    missing: [/CONFIG_MODULE_SIG /],
  },
];

for (const one of cases) {
  test(one.name, () => {
    const verdict = predict(module(one.module), target(one.target), one.more);
    assert.equal(verdict.verdict, one.verdict, JSON.stringify(verdict.missing));
    assert.equal(verdict.errno, one.errno);
    const facts = verdict.missing.map((missing) => missing.fact);
    assert.equal(facts.length, one.missing.length, facts.join('\n'));
    for (const pattern of one.missing) {
      assert.ok(
        facts.some((fact) => pattern.test(fact)),
        `${pattern} in ${facts.join('; ')}`,
      );
    }
    assert.ok(verdict.missing.every((missing) => missing.supply.length > 20));
  });
}

test('what only some ends print or taint is not promised', () => {
  const open = target({ options: undefined, more: { sigEnforce: { value: false, origin: { label: 'test' } } } });
  const verdict = predict(module({ without: ['intree'] }), open);
  assert.equal(verdict.taint, 'O');
  assert.deepEqual(verdict.dmesg, ['demo: loading out-of-tree module taints kernel.']);
  assert.equal(verdict.missing[0]?.decides, 'taint');
});

test('lines that only some ends log are told with the fact that decides them', () => {
  const kernelModule = module({ vermagic: '6.8.0 SMP preempt mod_unload modversions ', versions: badLayout });
  const kernel = target({ options: unsigned, release: '6.8.0', vendor: 'upstream', structModuleSize: undefined });
  const verdict = predict(kernelModule, kernel);
  assert.equal(verdict.verdict, 'refused');
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, []);
  assert.deepEqual(verdict.possibleDmesg, [
    {
      dependsOn: ["the size of the target's struct module"],
      lines: [
        'demo: disagrees about version of symbol module_layout',
        "module demo: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time",
      ],
    },
  ]);
});

test('where a fact changes no line, none is only possible', () => {
  const silent = module({ versions: undefined, vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ' });
  const verdict = predict(silent, target({ options: [...unsigned] }));
  assert.equal(verdict.verdict, 'refused');
  assert.deepEqual([verdict.dmesg, verdict.possibleDmesg], [[], []]);
});

test('what is logged in one end and silent in the other is possible', () => {
  const verdict = predict(
    module({ versions: undefined, vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ' }),
    target({ options: undefined, more: { sigEnforce: { value: false, origin: { label: 'test' } } } }),
  );
  assert.equal(verdict.verdict, 'refused');
  const forced = verdict.possibleDmesg.filter(({ lines }) => lines.includes('demo: module_layout: kernel tainted.'));
  assert.match(forced[0]?.dependsOn.join() ?? '', /CONFIG_MODULE_FORCE_LOAD/);
});

test('a finding that is fatal in one end and a warning in another is reported as the milder', () => {
  const verdict = predict(module({ versions: [layout] }), target({ options: unsigned, vendor: undefined }));
  assert.deepEqual(
    verdict.findings.map((finding) => [finding.rule, finding.severity]),
    [['crc-missing', 'warning']],
  );
});

test('the finding of the first refusal stands first, later ones say "would also"', () => {
  const kernelModule = module({
    without: ['intree'],
    versions: fittingVersions,
    imports: ['gone'],
    vermagic: 'a b ',
    more: { parameters: [{ name: 'n', type: 'int', description: undefined }] },
  });
  const blacklist = { value: ['demo'], origin: { label: 'the command line' } };
  const kernel = target({ options: unsigned, more: { moduleBlacklist: blacklist } });
  const verdict = predict(kernelModule, kernel, { request: { parameters: 'n=x' } });
  assert.equal(verdict.errno, 'EPERM');
  assert.deepEqual(rulesOf(verdict).slice(0, 2), ['module-blacklisted', 'vermagic-mismatch']);
  assert.match(verdict.findings[1]?.message ?? '', /^Would also be refused/);
  assert.ok(rulesOf(verdict).includes('unknown-symbol') && rulesOf(verdict).includes('parameter-invalid'));
  const errors = verdict.findings.filter((finding) => finding.severity === 'error');
  assert.deepEqual(
    errors.map((finding) => finding.message.startsWith('Would also be refused: ')),
    [false, true, true, true],
  );
  assert.deepEqual(verdict.dmesg, ['Module demo is blacklisted']);
  assert.equal(verdict.taint, '');
});

test('a vermagic alone, and another one: what differs is told, though an unknown architecture may refuse before', () => {
  const alone = target({
    release: '5.10.0',
    vermagic: '5.10.0 SMP mod_unload ',
    options: undefined,
    exports: undefined,
    structModuleSize: undefined,
    vendor: undefined,
    more: { architecture: undefined },
  });
  const verdict = predict(module({}), alone);
  assert.equal(verdict.verdict, 'refused');
  assert.deepEqual(rulesOf(verdict)[0], 'vermagic-mismatch');
});
