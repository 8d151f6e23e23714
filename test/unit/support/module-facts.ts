import type { KernelModule } from '../../../server/src/module/kernel-module.ts';

/** A KernelModule of which only what a target wants to know is given. */
export function moduleWith(
  uri: string,
  facts: {
    readonly vermagic?: string;
    readonly intree?: boolean;
    readonly machine?: number;
    readonly structModuleSize?: number;
    readonly exports?: KernelModule['exports'];
    /** A GPL-compatible one by default. */
    readonly license?: string;
    readonly imports?: readonly string[];
  },
): KernelModule {
  const modinfo = [
    { key: 'license', value: facts.license ?? 'GPL' },
    ...(facts.vermagic === undefined ? [] : [{ key: 'vermagic', value: facts.vermagic }]),
    ...(facts.intree ? [{ key: 'intree', value: 'Y' }] : []),
  ];
  const header = { machine: facts.machine ?? 183, class: 64, endian: 'little' };
  return {
    uri,
    fileName: uri.replace(/^.*\//, '').replace(/\.ko.*$/, ''),
    modinfo,
    elf: { header },
    exports: facts.exports ?? [],
    imports: (facts.imports ?? []).map((symbol, symbolIndex) => ({ symbol, weak: false, symbolIndex })),
    structModuleSize: facts.structModuleSize,
    signature: undefined,
  } as unknown as KernelModule;
}
