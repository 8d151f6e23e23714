import type { Architecture } from './architecture.ts';
import type { KernelConfig } from './kernel-config.ts';

/** MODULE_ARCH_VERMAGIC with its significant trailing spaces, and what made it. */
export interface ArchitectureWords {
  readonly text: string;
}

/** CONFIG_ symbol → word, asked in this order (arch/x86/include/asm/vermagic.h; trimmed from 6.16 on, never reordered). */
const x86Families: readonly (readonly [config: string, word: string])[] = [
  ['M486SX', '486SX'],
  ['M486', '486'],
  ['M586', '586'],
  ['M586TSC', '586TSC'],
  ['M586MMX', '586MMX'],
  ['MCORE2', 'CORE2'],
  ['MATOM', 'ATOM'],
  ['M686', '686'],
  ['MPENTIUMII', 'PENTIUMII'],
  ['MPENTIUMIII', 'PENTIUMIII'],
  ['MPENTIUMM', 'PENTIUMM'],
  ['MPENTIUM4', 'PENTIUM4'],
  ['MK6', 'K6'],
  ['MK7', 'K7'],
  ['MK8', 'K8'],
  ['MELAN', 'ELAN'],
  ['MCRUSOE', 'CRUSOE'],
  ['MEFFICEON', 'EFFICEON'],
  ['MWINCHIPC6', 'WINCHIPC6'],
  ['MWINCHIP3D', 'WINCHIP3D'],
  ['MCYRIXIII', 'CYRIXIII'],
  ['MVIAC3_2', 'VIAC3-2'],
  ['MVIAC7', 'VIAC7'],
  ['MGEODEGX1', 'GEODEGX1'],
  ['MGEODE_LX', 'GEODE'],
];

/** arch/mips/include/asm/vermagic.h; the word is the symbol without `CPU_` but for Octeon. */
const mipsCpus = [
  ...['BMIPS', 'MIPS32_R1', 'MIPS32_R2', 'MIPS32_R5', 'MIPS32_R6', 'MIPS64_R1', 'MIPS64_R2', 'MIPS64_R5', 'MIPS64_R6'],
  ...['R3000', 'TX39XX', 'VR41XX', 'R4300', 'R4X00', 'TX49XX', 'R5000', 'R5500', 'NEVADA', 'R10000', 'RM7000', 'SB1'],
  ...['LOONGSON32', 'LOONGSON2EF', 'LOONGSON64', 'CAVIUM_OCTEON', 'P5600'],
] as const;

/**
 * The architecture's part of vermagic (arch/ARCH/include/asm/vermagic.h; asm-generic gives nothing).
 * Needs no version: a configuration symbol that a version does not know is not set there.
 */
export function architectureWords(
  architecture: Architecture,
  config: KernelConfig,
): ArchitectureWords | { readonly missing: string } {
  switch (architecture.name) {
    case 'x86_64':
    case 's390x':
      return { text: '' };
    case 'arm64':
      return { text: 'aarch64' };
    case 'riscv64':
    case 'riscv32':
      return { text: 'riscv' };
    case 'i386':
      return i386Words(config);
    case 'arm':
      return armWords(config);
    case 'powerpc64':
    case 'powerpc':
      return powerpcWords(config);
    case 'mips64':
    case 'mips':
      return mipsWords(config);
    case 'loongarch64':
      return { text: 'LOONGARCH 64BIT ' };
  }
}

function i386Words(config: KernelConfig): ArchitectureWords | { missing: string } {
  const family = x86Families.find(([symbol]) => config.enabled(symbol));
  if (!family) return { missing: 'the x86 processor family (CONFIG_M686, CONFIG_MK7, …) in the configuration' };
  return { text: `${family[1]} ` };
}

/** __LINUX_ARM_ARCH__ is that of the oldest CPU the kernel supports (arch/arm/Makefile: the last arch-y wins). */
function armWords(config: KernelConfig): ArchitectureWords | { missing: string } {
  const levels: readonly (readonly [level: number, symbols: readonly string[]])[] = [
    [3, ['CPU_32v3']],
    [4, ['CPU_32v4', 'CPU_32v4T']],
    [5, ['CPU_32v5']],
    [6, ['CPU_32v6']],
    [7, ['CPU_32v7', 'CPU_32v7M']],
  ];
  const level = levels.find(([, symbols]) => symbols.some((symbol) => config.enabled(symbol)))?.[0];
  if (level === undefined) return { missing: 'the ARM architecture level (CONFIG_CPU_32v7, …) in the configuration' };
  const thumb = config.enabled('THUMB2_KERNEL') ? 'thumb2 ' : '';
  const patch = config.enabled('ARM_PATCH_PHYS_VIRT') ? 'p2v8 ' : '';
  return { text: `ARMv${level} ${thumb}${patch}` };
}

function powerpcWords(config: KernelConfig): ArchitectureWords {
  let ftrace = config.enabled('MPROFILE_KERNEL') ? 'mprofile-kernel ' : '';
  if (config.enabled('ARCH_USING_PATCHABLE_FUNCTION_ENTRY')) ftrace = 'patchable-function-entry ';
  return { text: `${ftrace}${config.enabled('RELOCATABLE') ? 'relocatable ' : ''}` };
}

function mipsWords(config: KernelConfig): ArchitectureWords | { missing: string } {
  const cpu = mipsCpus.find((name) => config.enabled(`CPU_${name}`));
  if (cpu === undefined) return { missing: 'the MIPS processor (CONFIG_CPU_MIPS32_R2, …) in the configuration' };
  const bits = config.enabled('32BIT') ? '32BIT ' : config.enabled('64BIT') ? '64BIT ' : '';
  return { text: `${cpu === 'CAVIUM_OCTEON' ? 'OCTEON' : cpu} ${bits}` };
}
