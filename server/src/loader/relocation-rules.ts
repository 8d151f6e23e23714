import type { ArchitectureName } from '../kernel/architecture.ts';
import type { Errno } from './verdict.ts';

/** What one architecture's loader does with relocation types. */
export interface RelocationRules {
  readonly types: ReadonlySet<number>;
  readonly errno: Errno;
  /** The kernel's line for a type it does not know. */
  readonly line: (module: string, type: number) => string;
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/**
 * Relocation types by number (the processors' ELF supplements) that apply_relocate_add or apply_relocate
 * takes. An architecture that is not listed is not judged.
 */
export const relocationRules: Readonly<Partial<Record<ArchitectureName, RelocationRules>>> = {
  // NONE 64 PC32 PLT32 32 32S PC64
  x86_64: {
    types: new Set([0, 1, 2, 4, 10, 11, 24]),
    errno: 'ENOEXEC',
    line: (module, type) => `${module}: Unknown rela relocation: ${type}`,
  },
  // 32 PC32 PLT32
  i386: {
    types: new Set([1, 2, 4]),
    errno: 'ENOEXEC',
    line: (module, type) => `${module}: Unknown relocation: ${type}`,
  },
  // NONE, ABS and PREL data, MOVW groups, LD/ADR/ADD page parts, TSTBR CONDBR JUMP26 CALL26, LDST offsets
  arm64: {
    types: new Set([
      0,
      256,
      ...range(257, 275),
      ...range(276, 280),
      282,
      283,
      ...range(284, 286),
      ...range(287, 293),
      299,
    ]),
    errno: 'ENOEXEC',
    line: (module, type) => `module ${module}: unsupported RELA relocation: ${type}`,
  },
};
