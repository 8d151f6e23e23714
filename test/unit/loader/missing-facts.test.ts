/**
 * Whatever is not known of a target, the answer is the one that all facts together give, or "undetermined" with the missing
 * fact by name. A guess would be told as certainty: each check is put to targets from which facts were taken.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TargetKernel, TrustedKey } from '../../../server/src/kernel/target-kernel.ts';
import type { ModuleEvidence } from '../../../server/src/loader/module-evidence.ts';
import type { LoadRequest, Verdict } from '../../../server/src/loader/verdict.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import {
  fittingVersions,
  layoutCrc,
  module,
  options,
  predict,
  printkCrc,
  type symbolTable,
  type TargetSketch,
  target,
} from './make.ts';

interface Scene {
  readonly name: string;
  readonly module: KernelModule;
  readonly target?: TargetSketch;
  readonly request?: LoadRequest;
  readonly evidence?: ModuleEvidence;
  readonly loaded?: readonly KernelModule[];
  /** With all facts. */
  readonly ends: 'loads' | NonNullable<Verdict['errno']>;
}

const exported = (...more: readonly Parameters<typeof symbolTable>[0][number][]) => [
  { symbol: 'module_layout', crc: layoutCrc },
  { symbol: '_printk', crc: printkCrc },
  ...more,
];
const key: TrustedKey = { keyring: 'builtin', subject: 'Test key', serial: 'AA:BB', certificate: new Uint8Array(1) };
const keys = { trustedKeys: { value: [key], origin: { label: 'vmlinuz' } } };
const forced = options('MODULE_FORCE_LOAD');
const late: TargetSketch = { release: '6.12.0-1-amd64' };
const lateMagic = '6.12.0-1-amd64 SMP preempt mod_unload modversions ';

const scenes: readonly Scene[] = [
  { name: 'a module that fits', module: module(), ends: 'loads' },
  { name: 'a module that fits a late kernel', module: module({ vermagic: lateMagic }), target: late, ends: 'loads' },
  {
    name: 'another CRC of module_layout',
    module: module({ versions: [{ symbol: 'module_layout', crc: 1 }] }),
    ends: 'ENOEXEC',
  },
  {
    name: 'another CRC of an import',
    module: module({
      versions: [
        { symbol: 'module_layout', crc: layoutCrc },
        { symbol: '_printk', crc: 1 },
      ],
    }),
    ends: 'EINVAL',
  },
  {
    name: 'a symbol without CRC on Debian',
    module: module({ versions: [{ symbol: 'module_layout', crc: layoutCrc }] }),
    ends: 'EINVAL',
  },
  {
    name: 'a symbol without CRC upstream',
    module: module({ versions: [{ symbol: 'module_layout', crc: layoutCrc }] }),
    target: { vendor: 'upstream' },
    ends: 'loads',
  },
  { name: 'no CRCs, forcing not configured', module: module({ versions: undefined }), ends: 'ENOEXEC' },
  { name: 'no CRCs, forced', module: module({ versions: undefined }), target: { options: forced }, ends: 'loads' },
  {
    name: 'another flag in vermagic',
    module: module({ vermagic: '6.1.0-55-amd64 SMP preempt_rt mod_unload modversions ' }),
    ends: 'ENOEXEC',
  },
  {
    name: 'another release, with CRCs',
    module: module({ vermagic: '6.1.0-54-amd64 SMP preempt mod_unload modversions ' }),
    ends: 'loads',
  },
  {
    name: 'another release, no CRCs on either side',
    module: module({ versions: undefined, vermagic: '6.1.0-54-amd64 SMP preempt mod_unload ' }),
    target: { options: options('-MODVERSIONS') },
    ends: 'ENOEXEC',
  },
  { name: 'no vermagic, forced', module: module({ vermagic: undefined }), target: { options: forced }, ends: 'loads' },
  { name: 'no vermagic', module: module({ vermagic: undefined }), ends: 'ENOEXEC' },
  { name: 'vermagic ignored', module: module(), request: { ignoreVermagic: true }, ends: 'ENOEXEC' },
  { name: 'CRCs ignored', module: module(), request: { ignoreModversions: true }, ends: 'ENOEXEC' },
  {
    name: 'another size of struct module, late',
    module: module({ vermagic: lateMagic, structModuleSize: 0x500 }),
    target: late,
    ends: 'ENOEXEC',
  },
  {
    name: 'another size of struct module, early',
    module: module({ structModuleSize: 0x500 }),
    ends: 'loads',
  },
  {
    name: 'an unknown symbol',
    module: module({ imports: ['_printk', 'gone'], versions: [...fittingVersions, { symbol: 'gone', crc: 3 }] }),
    ends: 'ENOENT',
  },
  {
    name: 'an unknown weak symbol',
    module: module({ imports: ['_printk', { symbol: 'gone', weak: true }] }),
    ends: 'loads',
  },
  {
    name: 'a GPL-only symbol for a proprietary module',
    module: module({ modinfo: [['license', 'Proprietary']] }),
    target: { exports: exported().map((one) => ({ ...one, gplOnly: true })) },
    ends: 'ENOENT',
  },
  {
    name: 'a namespace that is not imported',
    module: module(),
    target: { exports: exported().map((one) => ({ ...one, namespace: 'FS' })) },
    ends: 'EINVAL',
  },
  {
    name: 'an export that the kernel has',
    module: module({ exports: [{ symbol: 'twice', crc: 5 }] }),
    target: { exports: exported({ symbol: 'twice', crc: 5 }) },
    ends: 'ENOEXEC',
  },
  {
    name: 'an export that the kernel has, where no CRCs are checked and nothing is imported',
    module: module({
      vermagic: '6.1.0-55-amd64 SMP preempt mod_unload ',
      versions: undefined,
      imports: [],
      exports: [{ symbol: 'twice' }],
    }),
    target: { options: options('-MODVERSIONS'), exports: [{ symbol: 'twice' }] },
    ends: 'ENOEXEC',
  },
  {
    name: 'exports without CRCs',
    module: module({ exports: [{ symbol: 'own' }] }),
    ends: 'ENOEXEC',
  },
  {
    name: 'a livepatch without support',
    module: module({ modinfo: [['livepatch', 'Y']] }),
    ends: 'ENOEXEC',
  },
  {
    name: 'a writable and executable section',
    module: module({ sections: [{ name: '.evil', flags: 7 }] }),
    ends: 'ENOEXEC',
  },
  {
    name: 'per-CPU data without SMP',
    module: module({
      vermagic: '6.1.0-55-amd64 preempt mod_unload modversions ',
      sections: [{ name: '.data..percpu', flags: 3 }],
    }),
    target: { options: options('-SMP'), vermagic: '6.1.0-55-amd64 preempt mod_unload modversions ' },
    ends: 'ENOMEM',
  },
  {
    name: 'a relocation type that is not applied',
    module: module(),
    evidence: { relocations: () => [{ type: 9, section: '.text' }] },
    ends: 'ENOEXEC',
  },
  {
    name: 'a relocation target that is not zero',
    module: module(),
    evidence: { relocations: () => [{ type: 1, section: '.data', targetNotZero: true }] },
    ends: 'ENOEXEC',
  },
  {
    name: 'BTF of another vmlinux',
    module: module({ sections: [{ name: '.BTF', flags: 2 }] }),
    target: { options: options('DEBUG_INFO_BTF', 'DEBUG_INFO_BTF_MODULES') },
    evidence: { btf: 'mismatch' },
    ends: 'EINVAL',
  },
  {
    name: 'unsigned, enforced by configuration',
    module: module(),
    target: { options: options('MODULE_SIG_FORCE') },
    ends: 'EKEYREJECTED',
  },
  {
    name: 'signed by a trusted key',
    module: module({ signed: true }),
    target: { options: options('MODULE_SIG_FORCE'), more: keys },
    evidence: { signature: 'valid', signatureKeyring: 'builtin' },
    ends: 'loads',
  },
  {
    name: 'signed by an unknown key, enforced',
    module: module({ signed: true }),
    target: { options: options('MODULE_SIG_FORCE'), more: keys },
    evidence: { signature: 'unknown-key' },
    ends: 'EKEYREJECTED',
  },
  {
    name: 'tampered',
    module: module({ signed: true }),
    target: { more: keys },
    evidence: { signature: 'bad-digest', signatureKeyring: 'builtin' },
    ends: 'EKEYREJECTED',
  },
  {
    name: 'signed by a MOK in .platform, enforced, upstream',
    module: module({ signed: true }),
    target: {
      vendor: 'upstream',
      options: options('MODULE_SIG_FORCE', 'INTEGRITY_PLATFORM_KEYRING'),
      more: keys,
    },
    evidence: { signature: 'valid', signatureKeyring: 'platform' },
    ends: 'EKEYREJECTED',
  },
  {
    name: 'a module for another architecture',
    module: module(),
    target: { arch: 'arm64' },
    ends: 'ENOEXEC',
  },
  {
    name: 'a module that a loaded proprietary one taints',
    module: module({
      imports: ['shared', '_printk'],
      versions: [...fittingVersions, { symbol: 'shared', crc: 8 }],
    }),
    loaded: [
      module({ name: 'closed', modinfo: [['license', 'Proprietary']], exports: [{ symbol: 'shared', crc: 8 }] }),
    ],
    ends: 'loads',
  },
];

/** Facts that go together (a release tells the version), and how a missing one is named. */
const facts: Readonly<Record<string, readonly [readonly (keyof TargetKernel)[], RegExp]>> = {
  architecture: [['architecture'], /architecture/],
  version: [['release', 'version', 'vermagic'], /version|vermagic/],
  release: [['release'], /version|vermagic/],
  vendor: [['vendor'], /vendor/],
  config: [['config'], /CONFIG_/],
  vermagic: [['vermagic'], /vermagic/],
  symbols: [['symbols'], /Module\.symvers|module_layout|exports/],
  'size of struct module': [['structModuleSize'], /struct module/],
  'trusted keys': [['trustedKeys'], /keys/],
  BTF: [['hasBtf'], /BTF/],
};

function predictScene(scene: Scene, without: readonly string[]): Verdict {
  const dropped = Object.fromEntries(
    without.flatMap((name) => facts[name]?.[0] ?? []).map((fact) => [fact, undefined]),
  );
  const kernel: TargetKernel = { ...target(scene.target), ...dropped };
  // Without keys nothing is verified.
  const signature =
    without.includes('trusted keys') && scene.evidence?.signature ? { signature: 'unknown' as const } : {};
  const evidence = { ...scene.evidence, ...signature };
  return predict(scene.module, kernel, {
    request: scene.request ?? {},
    loaded: scene.loaded ?? [],
    evidence: new Map([[scene.module, evidence]]),
  });
}

function assertHonest(scene: Scene, full: Verdict, partial: Verdict, without: readonly string[]): void {
  const what = `${scene.name} without ${without.join(' and ')}`;
  const missing = partial.missing.map(({ fact }) => fact);
  const named = () =>
    assert.ok(
      missing.some((fact) => without.some((name) => facts[name]?.[1].test(fact))),
      `${what}: the missing fact is named (${missing.join('; ')})`,
    );
  if (partial.verdict === 'undetermined') {
    named();
    for (const one of partial.missing) assert.notEqual(one.supply, '', what);
    return;
  }
  assert.equal(partial.verdict, full.verdict, `${what}: the verdict`);
  if (partial.errno !== full.errno) {
    assert.equal(partial.errno, undefined, `${what}: the errno`);
    named();
  }
  // What is told as certain must be among what happens.
  for (const line of partial.dmesg) assert.ok(full.dmesg.includes(line), `${what}: "${line}"`);
  for (const letter of partial.taint) assert.ok(full.taint.includes(letter), `${what}: taint ${letter}`);
}

describe('a target of which facts are missing', () => {
  for (const scene of scenes) {
    test(scene.name, () => {
      const full = predictScene(scene, []);
      assert.equal(full.verdict, scene.ends === 'loads' ? 'loads' : 'refused');
      assert.equal(full.errno ?? 'loads', scene.ends);
      const names = Object.keys(facts);
      for (const [index, first] of names.entries()) {
        assertHonest(scene, full, predictScene(scene, [first]), [first]);
        for (const second of names.slice(index + 1)) {
          assertHonest(scene, full, predictScene(scene, [first, second]), [first, second]);
        }
      }
      assertHonest(scene, full, predictScene(scene, names), names);
    });
  }
});

test('what is chosen at boot is no fact of files: unknown, it counts as not given', () => {
  const kernel = target({ more: { moduleBlacklist: undefined, sigEnforce: undefined, lockdown: undefined } });
  assert.equal(predict(module(), kernel).verdict, 'loads');
});
