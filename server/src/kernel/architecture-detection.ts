import { type Architecture, type ArchitectureName, architectures } from './architecture.ts';
import type { Fact } from './fact.ts';
import type { KernelConfig } from './kernel-config.ts';

/** The architecture that a configuration is for, from the symbol each arch/ARCH/Kconfig defines for itself. */
export function architectureOf(config: Fact<KernelConfig>): Fact<Architecture> | undefined {
  const found = nameOf(config.value);
  if (found === undefined) return undefined;
  const [name, symbol] = found;
  const line = config.value.line(symbol);
  const origin = { ...config.origin, label: `CONFIG_${symbol} in ${config.origin.label}` };
  return {
    value: withEndian(architectures[name], config.value),
    origin: line === undefined ? origin : { ...origin, line },
  };
}

function nameOf(config: KernelConfig): readonly [ArchitectureName, string] | undefined {
  const wide = config.enabled('64BIT');
  const symbols: readonly (readonly [symbol: string, name: ArchitectureName])[] = [
    ['X86_64', 'x86_64'],
    ['X86_32', 'i386'],
    ['ARM64', 'arm64'],
    ['ARM', 'arm'],
    ['RISCV', wide ? 'riscv64' : 'riscv32'],
    ['S390', 's390x'],
    ['PPC64', 'powerpc64'],
    ['PPC', 'powerpc'],
    ['MIPS', wide ? 'mips64' : 'mips'],
    ['LOONGARCH', 'loongarch64'],
  ];
  const found = symbols.find(([symbol]) => config.enabled(symbol));
  return found && [found[1], found[0]];
}

function withEndian(architecture: Architecture, config: KernelConfig): Architecture {
  if (config.enabled('CPU_BIG_ENDIAN')) return { ...architecture, endian: 'big' };
  if (config.enabled('CPU_LITTLE_ENDIAN')) return { ...architecture, endian: 'little' };
  return architecture;
}
