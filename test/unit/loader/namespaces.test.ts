import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutCrc, module, options, predict, target } from './make.ts';

const layout = { symbol: 'module_layout', crc: layoutCrc };

interface Case {
  name: string;
  namespace: string;
  imports: readonly string[];
  release?: string;
  module?: string;
  allow?: boolean;
  errno?: string;
  line?: string | null;
  hint?: RegExp;
}

const miss = (namespace: string, name = 'demo') =>
  `${name}: module uses symbol (ns_fn) from namespace ${namespace}, but does not import it.`;

const cases: readonly Case[] = [
  { name: 'an imported namespace', namespace: 'CRYPTO', imports: ['OTHER', 'CRYPTO'] },
  { name: 'no namespace needs no import', namespace: '', imports: [] },
  { name: 'one that is not imported', namespace: 'CRYPTO', imports: ['OTHER'], errno: 'EINVAL', line: miss('CRYPTO') },
  { name: 'names are compared exactly', namespace: 'CRYPTO', imports: ['crypto'], errno: 'EINVAL' },
  {
    name: 'a name imported with its quotes never matches, and the finding tells why',
    namespace: 'CRYPTO',
    imports: ['"CRYPTO"'],
    errno: 'EINVAL',
    hint: /with quotes/,
  },
  {
    name: 'a kernel that allows missing imports warns',
    namespace: 'CRYPTO',
    imports: [],
    allow: true,
    line: miss('CRYPTO'),
  },
  { name: 'module: names the module', namespace: 'module:kvm,demo', imports: [], release: '6.17.0' },
  { name: 'module: with a glob', namespace: 'module:kvm-*', imports: [], release: '6.17.0', module: 'kvm_intel' },
  {
    name: 'module: for others',
    namespace: 'module:kvm,demo2',
    imports: [],
    release: '6.17.0',
    errno: 'EINVAL',
    line: miss('module:kvm,demo2'),
    hint: /only for the modules it names/,
  },
  {
    name: 'before 6.16 module: is a name like any other',
    namespace: 'module:demo',
    imports: [],
    release: '6.12.0',
    errno: 'EINVAL',
  },
  { name: 'and can be imported by a tag', namespace: 'module:demo', imports: ['module:demo'], release: '6.12.0' },
  {
    name: 'which later kernels forbid',
    namespace: 'module:demo',
    imports: ['module:demo'],
    release: '6.17.0',
    errno: 'EPERM',
    line: 'demo: module tries to import module namespace: module:demo',
  },
];

for (const one of cases) {
  test(one.name, () => {
    const release = one.release ?? '6.1.0';
    const allow = one.allow === true ? ['MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS'] : [];
    const kernel = target({
      release,
      vendor: 'upstream',
      options: options('-MODULE_SIG', ...allow),
      exports: [layout, { symbol: 'ns_fn', crc: 1, namespace: one.namespace }],
    });
    const kernelModule = module({
      name: one.module ?? 'demo',
      vermagic: `${release} SMP preempt mod_unload modversions `,
      modinfo: one.imports.map((namespace) => ['import_ns', namespace]),
      versions: [layout, { symbol: 'ns_fn', crc: 1 }],
      imports: ['ns_fn'],
    });
    const verdict = predict(kernelModule, kernel);
    assert.equal(verdict.errno, one.errno);
    if (one.errno === undefined) {
      assert.deepEqual(verdict.dmesg, one.line === undefined || one.line === null ? [] : [one.line]);
    } else if (one.line) {
      assert.equal(verdict.dmesg[0], one.line);
    }
    if (one.errno === 'EINVAL') {
      assert.equal(verdict.dmesg.at(-1), 'demo: Unknown symbol ns_fn (err -22)');
      assert.equal(verdict.findings[0]?.rule, 'namespace-not-imported');
    }
    if (one.hint !== undefined) {
      assert.match(verdict.findings[0]?.message ?? '', one.hint);
    }
  });
}
