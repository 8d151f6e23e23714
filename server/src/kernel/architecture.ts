import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_LOONGARCH,
  EM_MIPS,
  EM_PPC,
  EM_PPC64,
  EM_RISCV,
  EM_S390,
  EM_X86_64,
} from '../elf/constants.ts';

export type ArchitectureName =
  | 'x86_64'
  | 'i386'
  | 'arm64'
  | 'arm'
  | 'riscv64'
  | 'riscv32'
  | 's390x'
  | 'powerpc64'
  | 'powerpc'
  | 'mips64'
  | 'mips'
  | 'loongarch64';

/** A kernel architecture as the loader sees it. `endian` is `undefined` where both occur. */
export interface Architecture {
  readonly name: ArchitectureName;
  readonly machine: number;
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big' | undefined;
}

export const architectures: Readonly<Record<ArchitectureName, Architecture>> = {
  x86_64: { name: 'x86_64', machine: EM_X86_64, class: 64, endian: 'little' },
  i386: { name: 'i386', machine: EM_386, class: 32, endian: 'little' },
  arm64: { name: 'arm64', machine: EM_AARCH64, class: 64, endian: 'little' },
  arm: { name: 'arm', machine: EM_ARM, class: 32, endian: 'little' },
  riscv64: { name: 'riscv64', machine: EM_RISCV, class: 64, endian: 'little' },
  riscv32: { name: 'riscv32', machine: EM_RISCV, class: 32, endian: 'little' },
  s390x: { name: 's390x', machine: EM_S390, class: 64, endian: 'big' },
  powerpc64: { name: 'powerpc64', machine: EM_PPC64, class: 64, endian: undefined },
  powerpc: { name: 'powerpc', machine: EM_PPC, class: 32, endian: 'big' },
  mips64: { name: 'mips64', machine: EM_MIPS, class: 64, endian: undefined },
  mips: { name: 'mips', machine: EM_MIPS, class: 32, endian: undefined },
  loongarch64: { name: 'loongarch64', machine: EM_LOONGARCH, class: 64, endian: 'little' },
};
