import type { ArchitectureName } from '../kernel/architecture.ts';
import type { Errno } from './verdict.ts';

/** What one architecture's loader does with relocation types. */
export interface RelocationRules {
  readonly types: ReadonlySet<number>;
  readonly errno: Errno;
  /** Which of the two forms of relocation tables it takes (CONFIG_MODULES_USE_ELF_REL, _RELA). */
  readonly table: 'REL' | 'RELA';
  /** The kernel's line for a type it does not know. */
  readonly line: (module: string, type: number) => string;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const riscv: RelocationRules = {
  // 32 64; BRANCH JAL CALL CALL_PLT GOT_HI20; PCREL and absolute HI20/LO12; ADD/SUB; ALIGN RVC RELAX; SET, PLT32, ULEB128
  types: new Set([
    0,
    1,
    2,
    ...range(16, 20),
    ...range(23, 28),
    ...range(33, 40),
    43,
    44,
    45,
    ...range(51, 57),
    59,
    60,
    61,
  ]),
  errno: 'EINVAL',
  table: 'RELA',
  line: (module, type) => `${module}: Unknown relocation type ${type}`,
};

/**
 * Relocation types by number (the processors' ELF supplements) that apply_relocate_add or apply_relocate
 * takes, as a union over kernel versions: a type outside is refused by all of them. An architecture that is
 * not listed is not judged.
 */
export const relocationRules: Readonly<Partial<Record<ArchitectureName, RelocationRules>>> = {
  // NONE 64 PC32 PLT32 32 32S PC64
  x86_64: {
    types: new Set([0, 1, 2, 4, 10, 11, 24]),
    errno: 'ENOEXEC',
    table: 'RELA',
    line: (module, type) => `module: ${module}: Unknown rela relocation: ${type}`,
  },
  // 32 PC32 PLT32
  i386: {
    types: new Set([1, 2, 4]),
    errno: 'ENOEXEC',
    table: 'REL',
    line: (module, type) => `module: ${module}: Unknown relocation: ${type}`,
  },
  // NONE; ABS and PREL data; MOVW; LD_PREL, ADR, ADD, LDST8; TSTBR, CONDBR, JUMP26, CALL26; LDST16 to 64; MOVW_PREL; LDST128
  arm64: {
    types: new Set([0, 256, ...range(257, 280), 282, 283, ...range(284, 293), 299]),
    errno: 'ENOEXEC',
    table: 'RELA',
    line: (module, type) => `module ${module}: unsupported RELA relocation: ${type}`,
  },
  // NONE PC24 ABS32 REL32 CALL JUMP24 (ARM, Thumb), TARGET1 V4BX PREL31, MOVW/MOVT, PC groups
  arm: {
    types: new Set([0, 1, 2, 3, 10, 28, 29, 30, 38, 40, ...range(42, 50), 57, 59, 63]),
    errno: 'ENOEXEC',
    table: 'REL',
    line: (module, type) => `${module}: unknown relocation: ${type}`,
  },
  riscv64: riscv,
  riscv32: riscv,
  // NONE 8 12 16 32 PC32 GOT12 GOT32 PLT32; GOT, PLT, PC and offset forms; 20 GOT20 GOTPLT20
  s390x: {
    types: new Set([...range(0, 8), ...range(13, 36), 57, 58, 59]),
    errno: 'ENOEXEC',
    table: 'RELA',
    line: (module, type) => `module ${module}: unknown relocation: ${type}`,
  },
};
