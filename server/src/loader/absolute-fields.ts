import { EM_AARCH64, EM_X86_64 } from '../elf/constants.ts';

/** Values that a relocation stores without complaint, as signed 64-bit numbers: from `low` to below `end`. */
export interface AbsoluteField {
  readonly low: number;
  readonly end: number;
}

/**
 * Relocation types that store a value of fewer bits than an address has, by ELF machine and type, with what the loader
 * lets them hold (arch/x86/kernel/module.c: __apply_relocate_add; arch/arm64/kernel/module.c: reloc_data,
 * reloc_insn_movw). Those that store a distance are not here: how far things will lie apart is not known beforehand.
 */
const fields: Readonly<Record<number, Readonly<Record<number, AbsoluteField>>>> = {
  [EM_X86_64]: {
    // R_X86_64_32 is zero-extended, R_X86_64_32S sign-extended.
    10: { low: 0, end: 2 ** 32 },
    11: { low: -(2 ** 31), end: 2 ** 31 },
  },
  [EM_AARCH64]: {
    // ABS32, ABS16
    258: { low: 0, end: 2 ** 32 },
    259: { low: 0, end: 2 ** 16 },
    // MOVW_UABS_G0 to G2
    263: { low: 0, end: 2 ** 16 },
    265: { low: 0, end: 2 ** 32 },
    267: { low: 0, end: 2 ** 48 },
    // MOVW_SABS_G0 to G2: MOVZ or MOVN
    270: { low: -(2 ** 16), end: 2 ** 16 },
    271: { low: -(2 ** 32), end: 2 ** 32 },
    272: { low: -(2 ** 48), end: 2 ** 48 },
  },
};

/** An address of the kernel and its modules: in the last 2 GB on x86-64, in the last 128 TB on arm64 (the nearer end). */
const addresses: Readonly<Record<number, number>> = {
  [EM_X86_64]: -(2 ** 31),
  [EM_AARCH64]: -(2 ** 47),
};

/** `undefined`: the type holds any value, or is not judged. */
export function absoluteField(machine: number, type: number): AbsoluteField | undefined {
  return fields[machine]?.[type];
}

export function holds(field: AbsoluteField, value: number): boolean {
  return value >= field.low && value < field.end;
}

/** Whether a field can hold where the kernel puts code and data. */
export function holdsAddresses(machine: number, field: AbsoluteField): boolean {
  return holds(field, addresses[machine] ?? 0);
}
