import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ArchitectureName, architectures } from '../../../server/src/kernel/architecture.ts';
import { parseDotConfig } from '../../../server/src/kernel/dot-config.ts';
import { parseKernelVersion } from '../../../server/src/kernel/kernel-version.ts';
import { composeVermagic } from '../../../server/src/kernel/vermagic.ts';

function compose(
  release: string,
  architecture: ArchitectureName,
  symbols: string,
  extra: { version?: string; randstructHash?: string } = {},
) {
  const text = symbols
    .split(' ')
    .map((symbol) => `CONFIG_${symbol}=y\n`)
    .join('');
  return composeVermagic({
    release,
    version: parseKernelVersion(extra.version ?? release),
    architecture: architectures[architecture],
    config: parseDotConfig(text).value,
    randstructHash: extra.randstructHash,
  });
}

const common = 'SMP MODULE_UNLOAD MODVERSIONS';

/** Strings as real kernels of these releases print them. */
const real: readonly (readonly [release: string, architecture: ArchitectureName, symbols: string, expected: string])[] =
  [
    ['5.10.0-46-amd64', 'x86_64', `${common} PREEMPT_VOLUNTARY`, '5.10.0-46-amd64 SMP mod_unload modversions '],
    ['5.15.148-tegra', 'arm64', `${common} PREEMPT`, '5.15.148-tegra SMP preempt mod_unload modversions aarch64'],
    [
      '5.15.148-rt-tegra',
      'arm64',
      `${common} PREEMPT_RT`,
      '5.15.148-rt-tegra SMP preempt_rt mod_unload modversions aarch64',
    ],
    ['5.15.148-tegra', 'arm64', 'SMP MODULE_UNLOAD PREEMPT_RT', '5.15.148-tegra SMP preempt_rt mod_unload aarch64'],
    [
      '6.1.0-55-amd64',
      'x86_64',
      `${common} PREEMPT_VOLUNTARY PREEMPT_DYNAMIC PREEMPT_BUILD`,
      '6.1.0-55-amd64 SMP preempt mod_unload modversions ',
    ],
    ['6.1.0-56-arm64', 'arm64', `${common} PREEMPT_VOLUNTARY`, '6.1.0-56-arm64 SMP mod_unload modversions aarch64'],
    [
      '6.1.0-50-686',
      'i386',
      `${common} PREEMPT_BUILD MGEODE_LX`,
      '6.1.0-50-686 SMP preempt mod_unload modversions GEODE ',
    ],
    [
      '6.1.0-50-armmp',
      'arm',
      `${common} CPU_32v6K CPU_32v7 ARM_PATCH_PHYS_VIRT`,
      '6.1.0-50-armmp SMP mod_unload modversions ARMv7 p2v8 ',
    ],
    ['6.1.0-50-s390x', 's390x', common, '6.1.0-50-s390x SMP mod_unload modversions '],
    ['7.3.4+deb14-amd64', 'x86_64', 'SMP MODULE_UNLOAD PREEMPT_BUILD', '7.3.4+deb14-amd64 SMP preempt mod_unload '],
    [
      '7.3.4+deb14-rt-amd64',
      'x86_64',
      'SMP MODULE_UNLOAD PREEMPT_BUILD PREEMPT_RT',
      '7.3.4+deb14-rt-amd64 SMP preempt_rt mod_unload ',
    ],
  ];

for (const [release, architecture, symbols, expected] of real) {
  test(`${release} (${symbols}) says "${expected}"`, () => {
    assert.deepEqual(compose(release, architecture, symbols), { value: expected, problems: [], missing: [] });
  });
}

test("a 6.12 kernel with PREEMPT_BUILD says preempt although it is PREEMPT_RT, as Debian's rt flavour does", () => {
  const symbols = `${common} PREEMPT_BUILD PREEMPT_LAZY PREEMPT_RT PREEMPT_DYNAMIC`;
  assert.equal(
    compose('6.12.107+deb13-rt-amd64', 'x86_64', symbols).value,
    '6.12.107+deb13-rt-amd64 SMP preempt mod_unload modversions ',
  );
  assert.equal(compose('6.13.0', 'x86_64', symbols).value, '6.13.0 SMP preempt_rt mod_unload modversions ');
});

test('up to 5.15 PREEMPT_BUILD is no reason for a word, from 5.16 on PREEMPT is none', () => {
  assert.equal(compose('5.15.1', 'x86_64', 'PREEMPT_BUILD').value, '5.15.1 ');
  assert.equal(compose('5.16.1', 'x86_64', 'PREEMPT_BUILD').value, '5.16.1 preempt ');
});

test('words of the other architectures, each with its spaces', () => {
  assert.equal(compose('6.6.1', 'riscv64', 'SMP').value, '6.6.1 SMP riscv');
  assert.equal(compose('6.6.1', 'loongarch64', 'SMP 64BIT').value, '6.6.1 SMP LOONGARCH 64BIT ');
  assert.equal(
    compose('6.6.1', 'powerpc64', 'SMP MPROFILE_KERNEL RELOCATABLE').value,
    '6.6.1 SMP mprofile-kernel relocatable ',
  );
  assert.equal(
    compose('6.8.1', 'powerpc64', 'SMP ARCH_USING_PATCHABLE_FUNCTION_ENTRY MPROFILE_KERNEL').value,
    '6.8.1 SMP patchable-function-entry ',
  );
  assert.equal(compose('6.6.1', 'mips', 'CPU_MIPS32_R2 32BIT').value, '6.6.1 MIPS32_R2 32BIT ');
  assert.equal(compose('6.6.1', 'mips64', 'SMP CPU_CAVIUM_OCTEON 64BIT').value, '6.6.1 SMP OCTEON 64BIT ');
  assert.equal(compose('6.6.1', 'arm', 'CPU_32v6 CPU_32v7 THUMB2_KERNEL').value, '6.6.1 ARMv6 thumb2 ');
  assert.equal(compose('6.6.1', 'i386', 'MVIAC3_2').value, '6.6.1 VIAC3-2 ');
});

test('a RANDSTRUCT kernel needs its seed, which follows the architecture without a space', () => {
  const symbols = 'SMP GCC_PLUGIN_RANDSTRUCT RANDSTRUCT';
  assert.equal(
    compose('6.1.1', 'arm64', symbols, { randstructHash: 'ab12' }).value,
    '6.1.1 SMP aarch64RANDSTRUCT_ab12',
  );
  assert.equal(
    compose('5.15.1', 'x86_64', symbols, { randstructHash: 'ab12' }).value,
    '5.15.1 SMP RANDSTRUCT_PLUGIN_ab12',
  );
  const without = compose('6.1.1', 'arm64', symbols);
  assert.equal(without.value, undefined);
  assert.match(without.missing.join(), /RANDSTRUCT seed/);
  assert.equal(compose('6.1.1', 'arm64', 'SMP RANDSTRUCT_NONE').value, '6.1.1 SMP aarch64');
});

test('what is not known is named and not guessed', () => {
  const config = parseDotConfig('CONFIG_PREEMPT_BUILD=y\nCONFIG_PREEMPT_RT=y\n').value;
  const facts = { release: undefined, version: undefined, architecture: architectures.x86_64, config };
  const composed = composeVermagic(facts);
  assert.equal(composed.value, undefined);
  assert.match(composed.missing.join('\n'), /release: supply[\s\S]*kernel version/);
  assert.match(compose('6.1.1', 'i386', 'SMP').missing.join(), /processor family/);
  assert.match(compose('4.19.1', 'x86_64', 'SMP').missing.join(), /before 5\.4/);
});

test('an unknown version is no obstacle where every version writes the same', () => {
  const config = parseDotConfig('CONFIG_SMP=y\nCONFIG_PREEMPT_RT=y\n').value;
  const composed = composeVermagic({
    release: 'custom',
    version: undefined,
    architecture: architectures.arm64,
    config,
  });
  assert.equal(composed.value, 'custom SMP preempt_rt aarch64');
});
