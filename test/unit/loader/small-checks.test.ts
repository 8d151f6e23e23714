import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EM_AARCH64, EM_RISCV, SHT_NOBITS } from '../../../server/src/elf/constants.ts';
import type { ArchitectureName } from '../../../server/src/kernel/architecture.ts';
import type { ModuleEvidence, RelocatedValue } from '../../../server/src/loader/module-evidence.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import type { ModuleSketch, TargetSketch } from './make.ts';
import { module, options, predict, target } from './make.ts';

const plain = options('-MODULE_SIG');
const blacklist = (...names: string[]): TargetSketch => ({
  options: plain,
  more: { moduleBlacklist: { value: names, origin: { label: 'the command line' } } },
});

test('module_blacklist= compares modinfo’s name exactly', () => {
  const verdict = predict(module({ name: 'my_mod' }), target(blacklist('other', 'my_mod')));
  assert.equal(verdict.errno, 'EPERM');
  assert.deepEqual(verdict.dmesg, ['Module my_mod is blacklisted']);
  assert.equal(predict(module({ name: 'my_mod' }), target(blacklist('my-mod'))).verdict, 'loads');
  const renamed = module({ name: 'my_mod', modinfoName: 'else' });
  assert.equal(predict(renamed, target(blacklist('my_mod'))).verdict, 'loads');
});

test('a module of the same name is EEXIST, silently; modinfo’s name does not matter', () => {
  const kernel = target({ options: plain });
  const verdict = predict(module({ modinfoName: 'x' }), kernel, { loaded: [module({ imports: [] })] });
  assert.equal(verdict.errno, 'EEXIST');
  assert.deepEqual(verdict.dmesg, []);
  assert.match(verdict.findings[0]?.message ?? '', /rmmod demo/);
  const other = module({ name: 'first', modinfoName: 'demo', imports: [] });
  assert.equal(predict(module(), kernel, { loaded: [other] }).verdict, 'loads');
});

test('already loaded comes after W+X up to 6.2 and before it since 6.4', () => {
  const wx: ModuleSketch = { sections: [{ name: '.wx', flags: 7 }] };
  for (const [release, errno] of [
    ['6.1.0', 'ENOEXEC'],
    ['6.12.0', 'EEXIST'],
  ] as const) {
    const words = `${release} SMP preempt mod_unload modversions `;
    const verdict = predict(module({ ...wx, vermagic: words }), target({ options: plain, release }), {
      loaded: [module({ imports: [], vermagic: words })],
    });
    assert.equal(verdict.errno, errno, release);
  }
});

test('W+X is allowed without CONFIG_STRICT_MODULE_RWX', () => {
  const kernel = target({ options: options('-MODULE_SIG', '-STRICT_MODULE_RWX') });
  assert.equal(predict(module({ sections: [{ name: '.wx', flags: 7 }] }), kernel).verdict, 'loads');
});

test('per-CPU data on a kernel without SMP is ENOMEM', () => {
  const kernel = target({ options: options('-MODULE_SIG', '-SMP') });
  const kernelModule = module({ sections: [{ name: '.data..percpu', size: 8 }] });
  assert.equal(predict(kernelModule, kernel).errno, 'ENOMEM');
});

test('unknown flags and missing rights are refused before the signature, silently', () => {
  const enforced = { sigEnforce: true };
  const flags = predict(module(), target(), { request: { ...enforced, otherFlags: 8 } });
  assert.deepEqual([flags.errno, flags.dmesg], ['EINVAL', []]);
  const rights = predict(module(), target(), { request: { ...enforced, notPermitted: true } });
  assert.deepEqual([rights.errno, rights.dmesg], ['EPERM', []]);
});

test('the kernel unpacks only its own format, and only if it can', () => {
  const packed = module({ more: { compression: 'zstd' } });
  const request = { compressedFile: true };
  assert.equal(predict(packed, target({ options: plain }), { request }).errno, 'EOPNOTSUPP');
  const xz = target({ options: [...plain, 'MODULE_DECOMPRESS', 'MODULE_COMPRESS_XZ'] });
  const verdict = predict(packed, xz, { request });
  assert.deepEqual([verdict.errno, verdict.dmesg], ['EINVAL', ['not an xz compressed module']]);
});

function withRelocations(types: readonly number[], targetNotZero = false): ModuleEvidence {
  return { relocations: () => types.map((type) => ({ type, section: '.text', targetNotZero })) };
}

function onArch(
  arch: ArchitectureName,
  machine: number,
  evidence: ModuleEvidence,
  sketch: ModuleSketch,
  release = '6.1.0',
) {
  const words = `${release} SMP preempt mod_unload modversions `;
  const base = module({ vermagic: words, ...sketch });
  const own: KernelModule =
    base.elf === undefined ? base : { ...base, elf: { ...base.elf, header: { ...base.elf.header, machine } } };
  const kernel = target({ arch, release, options: [...plain, 'ARM64_MODULE_PLTS', 'MODULE_SECTIONS'] });
  return predict(own, kernel, { evidence: new Map([[own, evidence]]) });
}

const plts: ModuleSketch = { sections: [{ name: '.plt' }, { name: '.init.plt' }] };

test('relocations of position-independent code are refused on x86', () => {
  const verdict = onArch('x86_64', 62, withRelocations([1, 2, 4, 11, 42]), {});
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, ['module: demo: Unknown rela relocation: 42']);
  assert.equal(verdict.findings[0]?.rule, 'relocation-unsupported');
  assert.equal(onArch('x86_64', 62, withRelocations([0, 1, 2, 4, 10, 11, 24]), {}).verdict, 'loads');
});

test('a place that holds a value already is worded by generation', () => {
  const early = onArch('x86_64', 62, withRelocations([2], true), {});
  assert.match(early.dmesg[0] ?? '', /^module: x86\/modules: Skipping invalid relocation target, /);
  const late = onArch('x86_64', 62, withRelocations([2], true), {}, '6.12.0');
  assert.match(late.dmesg[0] ?? '', /^module: x86\/modules: Invalid relocation target, existing value is nonzero /);
});

test('an empty file is refused before anything is looked at, and silently', () => {
  const empty = { ...module(), elf: undefined, sizeBytes: 0, leadingBytes: new Uint8Array() };
  const verdict = predict(empty, target(), { request: { sigEnforce: true } });
  assert.deepEqual([verdict.errno, verdict.dmesg], ['EINVAL', []]);
});

test('arm64: a GOT relocation is refused, those that Kbuild makes are not', () => {
  const bad = onArch('arm64', EM_AARCH64, withRelocations([311]), plts);
  assert.deepEqual(bad.dmesg, ['module demo: unsupported RELA relocation: 311']);
  assert.equal(
    onArch('arm64', EM_AARCH64, withRelocations([257, 261, 275, 277, 283, 286, 299]), plts).verdict,
    'loads',
  );
});

test('arm64 needs the sections for far calls', () => {
  const verdict = onArch('arm64', EM_AARCH64, {}, {});
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, ['demo: module PLT section(s) missing']);
});

test('riscv refuses with EINVAL', () => {
  const sections = { sections: [{ name: '.plt' }, { name: '.got' }, { name: '.got.plt' }] };
  assert.equal(onArch('riscv64', EM_RISCV, withRelocations([200]), sections).errno, 'EINVAL');
});

test('BTF that is known not to fit refuses or warns by configuration', () => {
  const own = module({ sections: [{ name: '.BTF' }] });
  const evidence = new Map([[own, { btf: 'mismatch' as const }]]);
  const strict = predict(own, target({ options: [...plain, 'DEBUG_INFO_BTF_MODULES'] }), { evidence });
  assert.equal(strict.errno, 'EINVAL');
  assert.deepEqual(strict.dmesg, ['failed to validate module [demo] BTF: -22']);
  const lenient = [...plain, 'DEBUG_INFO_BTF_MODULES', 'MODULE_ALLOW_BTF_MISMATCH'];
  assert.equal(predict(own, target({ options: lenient }), { evidence }).verdict, 'loads');
});

test('BTF of another release is told as a risk, not as a refusal', () => {
  const own = module({ sections: [{ name: '.BTF' }], vermagic: '6.1.0-47-amd64 SMP preempt mod_unload modversions ' });
  const verdict = predict(own, target({ options: [...plain, 'DEBUG_INFO_BTF_MODULES'] }));
  assert.equal(verdict.verdict, 'loads');
  assert.deepEqual(
    verdict.findings.map((one) => [one.rule, one.severity]),
    [['btf-mismatch', 'info']],
  );
});

test('debug information that was left in is measured', () => {
  const verdict = predict(
    module({ sections: [{ name: '.debug_info', flags: 0, size: 4096 }] }),
    target({ options: plain }),
  );
  assert.deepEqual(
    verdict.findings.map((one) => [one.rule, one.severity]),
    [['debug-info-left', 'hint']],
  );
  assert.match(verdict.findings[0]?.message ?? '', /4 KiB/);
});

function storing(type: number, value: RelocatedValue): ModuleEvidence {
  return { relocations: () => [{ type, section: '.text', value }] };
}

const importOf = (symbol: string, more: Partial<Extract<RelocatedValue, { kind: 'import' }>> = {}) =>
  ({ kind: 'import', symbol, weak: false, isCalled: false, onlyCalled: false, ifNowhere: 0, ...more }) as const;

test('x86: 32 bits without sign hold no address, and the kernel says what the compiler lacked', () => {
  const verdict = onArch('x86_64', 62, storing(10, { kind: 'module' }), {});
  assert.equal(verdict.errno, 'ENOEXEC');
  assert.deepEqual(verdict.dmesg, [
    'module: overflow in relocation type 10',
    "module: `demo' likely not compiled with -mcmodel=kernel",
  ]);
  assert.equal(onArch('x86_64', 62, storing(11, { kind: 'module' }), {}).verdict, 'loads');
  assert.equal(onArch('x86_64', 62, storing(10, { kind: 'per-cpu' }), {}).verdict, 'loads');
});

test('a number that is no address has to fit, with its sign', () => {
  const end = (type: number, value: number) =>
    onArch('x86_64', 62, storing(type, { kind: 'fixed', value }), {}).errno ?? 'loads';
  assert.deepEqual([end(10, 0xffff_ffff), end(10, 2 ** 32), end(10, -1)], ['loads', 'ENOEXEC', 'ENOEXEC']);
  assert.deepEqual([end(11, 0x7fff_ffff), end(11, 2 ** 31), end(11, -1)], ['loads', 'ENOEXEC', 'loads']);
});

test('x86: an import in 32 bits is refused if it is code, and open while it may be per-CPU data', () => {
  assert.equal(onArch('x86_64', 62, storing(10, importOf('_printk', { isCalled: true })), {}).errno, 'ENOEXEC');
  assert.equal(onArch('x86_64', 62, storing(10, importOf('_printk')), {}).verdict, 'undetermined');
  const since615 = onArch('x86_64', 62, storing(10, importOf('_printk')), {}, '6.17.0');
  assert.equal(since615.errno, 'ENOEXEC');
});

test('arm64: what 32 or 16 bits or the low parts of an address cannot hold', () => {
  for (const [type, errno] of [
    [258, 'ENOEXEC'],
    [259, 'ENOEXEC'],
    [267, 'ENOEXEC'],
    [272, undefined],
    [257, undefined],
  ] as const) {
    assert.equal(onArch('arm64', EM_AARCH64, storing(type, { kind: 'module' }), plts).errno, errno, String(type));
  }
  assert.deepEqual(onArch('arm64', EM_AARCH64, storing(258, { kind: 'module' }), plts).dmesg, [
    'module demo: overflow in relocation type 258',
  ]);
});

test('a weak symbol that nothing exports is 0: it fits everywhere, and to call it unseen is an error', () => {
  const missing = { imports: [{ symbol: 'nowhere', weak: true }] };
  const stored = onArch('x86_64', 62, storing(10, importOf('nowhere', { weak: true })), missing);
  assert.deepEqual([stored.verdict, stored.findings.map(({ severity }) => severity)], ['loads', []]);
  const called = onArch('x86_64', 62, storing(4, importOf('nowhere', { weak: true, onlyCalled: true })), missing);
  assert.equal(called.verdict, 'loads');
  assert.equal(called.findings[0]?.severity, 'error');
  assert.match(called.findings[0]?.message ?? '', /jumps to address 0, which crashes the kernel/);
  const own = module(missing);
  const evidence = new Map([[own, storing(4, importOf('nowhere', { weak: true, onlyCalled: true }))]]);
  const partly = predict(own, target({ complete: false, options: plain }), { evidence });
  assert.deepEqual(
    partly.findings.map(({ rule, severity }) => [rule, severity]),
    [['unknown-symbol', 'warning']],
  );
});

function withoutContents(release: string): KernelModule {
  const base = module({ vermagic: `${release} SMP preempt mod_unload modversions ` });
  assert.ok(base.elf !== undefined);
  const sections = base.elf.sections.map((section) =>
    section.name === '.gnu.linkonce.this_module' ? { ...section, type: SHT_NOBITS } : section,
  );
  return { ...base, elf: { ...base.elf, sections } };
}

test('struct module without contents crashes kernels up to 6.2, and is refused by later ones', () => {
  const early = predict(withoutContents('6.1.0'), target({ release: '6.1.0', options: plain }));
  assert.equal(early.verdict, 'undetermined');
  assert.match(early.findings[0]?.message ?? '', /crashes/);
  assert.match(early.missing[0]?.supply ?? '', /Do not load the file/);
  assert.equal(predict(withoutContents('6.8.0'), target({ release: '6.8.0', options: plain })).errno, 'ENOEXEC');
});

test('a section name far outside the file crashes kernels before 6.12, unless something else refuses the module before', () => {
  const far = { sections: [{ name: '.comment', flags: 0, nameOffset: 0x7fff_ffff }] };
  const crash = predict(module(far), target({ options: plain }));
  assert.equal(crash.verdict, 'undetermined');
  assert.match(crash.findings[0]?.message ?? '', /crashes/);
  const refused = predict(module({ ...far, imports: ['nowhere'] }), target({ options: plain }));
  assert.equal(refused.errno, 'ENOENT');
  const near = { sections: [{ name: '.comment', flags: 0, nameOffset: 2000 }] };
  assert.equal(predict(module(near), target({ options: plain })).verdict, 'loads');
});

test('damaged BTF costs a module its BTF, or the load where the kernel does not allow that', () => {
  const own = module({ sections: [{ name: '.BTF', flags: 0 }] });
  const evidence = new Map([[own, { btfFault: { text: 'Invalid magic', errno: 22 } as const }]]);
  const strict = [...plain, 'DEBUG_INFO_BTF_MODULES'];
  const refused = predict(own, target({ options: strict }), { evidence });
  assert.equal(refused.errno, 'EINVAL');
  assert.deepEqual(refused.dmesg, ['BPF: Invalid magic', 'failed to validate module [demo] BTF: -22']);
  const lenientOptions = [...strict, 'MODULE_ALLOW_BTF_MISMATCH'];
  const lenient = target({ options: lenientOptions });
  const taken = predict(own, lenient, { evidence });
  assert.equal(taken.verdict, 'loads');
  assert.equal(taken.findings[0]?.rule, 'btf-mismatch');
  assert.deepEqual(taken.dmesg, ['BPF: Invalid magic', 'failed to validate module [demo] BTF: -22']);
  const later = predict(own, target({ release: '6.12.117', options: lenientOptions }), { evidence });
  assert.deepEqual(later.dmesg, [
    'BPF: Invalid magic',
    'Kernel module BTF mismatch detected, BTF debug info may be unavailable for some modules',
  ]);
  const odd = new Map([[own, { btfFault: { text: 'Unsupported version', errno: 524 } as const }]]);
  assert.equal(predict(own, target({ options: strict }), { evidence: odd }).errno, 'ENOTSUPP');
});

test('a tag without a value is none to the kernel', () => {
  const own = module();
  const modinfo = (bare: object) => [...own.modinfo, { key: 'staging', value: '', ...bare }];
  assert.match(predict({ ...own, modinfo: modinfo({}) }, target({ options: plain })).taint, /C/);
  assert.doesNotMatch(predict({ ...own, modinfo: modinfo({ bare: true }) }, target({ options: plain })).taint, /C/);
});

test('relocations of the form that the architecture does not take', () => {
  const own = module();
  const evidence = new Map([[own, { relocations: () => [{ type: 1, section: '.text', rel: true } as const] }]]);
  const verdict = predict(own, target({ options: plain }), { evidence });
  assert.deepEqual([verdict.errno, verdict.dmesg.at(-1)], ['ENOEXEC', 'module demo: REL relocation unsupported']);
});

test('an empty table of CRCs is a table to the loader', () => {
  const exports = [{ symbol: 'demo_export', crc: 5 }];
  const sections = [{ name: '__kcrctab', size: 0 }];
  const options = [...plain, 'MODVERSIONS', 'MODULE_FORCE_LOAD'];
  const own = module({ exports, withoutSections: ['__kcrctab'] });
  assert.match(predict(own, target({ options })).taint, /F/);
  const empty = module({ exports: [{ symbol: 'demo_export' }], sections });
  assert.doesNotMatch(predict(empty, target({ options })).taint, /F/);
});
