import { atLeast } from '../kernel/kernel-version.ts';
import type { KernelVersion } from '../kernel/target-kernel.ts';
import type { ParameterDetails } from '../module/parameter-details.ts';
import type { Errno } from './verdict.ts';

/** Why a value was refused. */
export interface ParameterFailure {
  readonly errno: Errno;
  /** Lines printed before the one that parse_args prints. */
  readonly lines: readonly string[];
  /** The value as that line shows it. */
  readonly shown: string;
  /** For a person. */
  readonly why: string;
  /** The setter was not even called. */
  readonly missingValue?: true;
}

const charpLimit = 1024;

/** Bits and sign of the integer types; `long` is a machine word. */
function integerType(type: string, wordBits: 32 | 64): { bits: number; signed: boolean } | undefined {
  const types: Readonly<Record<string, { bits: number; signed: boolean }>> = {
    byte: { bits: 8, signed: false },
    short: { bits: 16, signed: true },
    ushort: { bits: 16, signed: false },
    int: { bits: 32, signed: true },
    uint: { bits: 32, signed: false },
    long: { bits: wordBits, signed: true },
    ulong: { bits: wordBits, signed: false },
    ullong: { bits: 64, signed: false },
    hexint: { bits: 32, signed: false },
  };
  return types[type];
}

/** A parameter, with what is known of it. */
export interface DeclaredParameter {
  readonly name: string;
  /** As in modinfo; a type of the module's own is not judged. */
  readonly type: string | undefined;
  /** `undefined` where the module's `__param` was not read: a string's room and an array's length are then not judged. */
  readonly details: ParameterDetails | undefined;
  /** Size of the kernel's `long`. */
  readonly wordBits: 32 | 64;
}

/** kernel/params.c: parse_one and the setters of the standard types. `undefined`: taken. */
export function setParameter(
  parameter: DeclaredParameter,
  value: string | undefined,
  version: KernelVersion,
): ParameterFailure | undefined {
  const { type, wordBits } = parameter;
  if (type === undefined) {
    return undefined;
  }
  const array = /^array of (.+)$/.exec(type)?.[1];
  const element = array ?? type;
  const known = isStandard(element, wordBits);
  if (value === undefined) {
    const optional = array === undefined && ['bool', 'bint', 'bool_enable_only'].includes(element);
    return optional || !known ? undefined : { ...failure('EINVAL', '', 'it needs a value'), missingValue: true };
  }
  if (array === undefined) {
    return setOne(parameter, element, value, version, value);
  }
  // The kernel cuts the list in place at each comma: its message shows the first element only.
  const shown = value.split(',', 1)[0] ?? '';
  const most = parameter.details?.maxElements;
  for (const [index, item] of value.split(',').entries()) {
    if (index === most) {
      return {
        ...failure('EINVAL', shown, `it takes at most ${most} values`),
        lines: [`${parameter.name}: can only take ${most} arguments`],
      };
    }
    const refused = setOne(parameter, element, item, version, shown);
    if (refused !== undefined) {
      return refused;
    }
  }
  return undefined;
}

function isStandard(type: string, wordBits: 32 | 64): boolean {
  return (
    integerType(type, wordBits) !== undefined ||
    ['bool', 'invbool', 'bint', 'bool_enable_only', 'charp', 'string'].includes(type)
  );
}

function setOne(
  { name, details, wordBits }: DeclaredParameter,
  type: string,
  value: string,
  version: KernelVersion,
  shown: string,
): ParameterFailure | undefined {
  const integer = integerType(type, wordBits);
  if (integer !== undefined) {
    return setInteger(value, integer.bits, integer.signed, shown);
  }
  switch (type) {
    case 'bool':
    case 'invbool':
    case 'bint':
    case 'bool_enable_only':
      return isBool(value, version)
        ? undefined
        : failure('EINVAL', shown, 'it is no truth value (y, n, 1, 0, on, off)');
    case 'charp':
      return bytesOf(value) > charpLimit
        ? {
            ...failure('ENOSPC', shown, `a string may have ${charpLimit} bytes`),
            lines: [`${name}: string parameter too long`],
          }
        : undefined;
    case 'string':
      return details?.roomBytes !== undefined && bytesOf(value) >= details.roomBytes
        ? {
            ...failure('ENOSPC', shown, `it has room for ${details.roomBytes - 1} bytes`),
            lines: [`${name}: string doesn't fit in ${details.roomBytes - 1} chars.`],
          }
        : undefined;
    default:
      return undefined;
  }
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** lib/kstrtox.c: kstrto*() with base 0. */
function setInteger(value: string, bits: number, signed: boolean, shown: string): ParameterFailure | undefined {
  const match = /^([+-]?)(.*?)\n?$/s.exec(value);
  const sign = match?.[1] ?? '';
  const digits = match?.[2] ?? '';
  if (sign === '-' && !signed) {
    return failure('EINVAL', shown, 'the type takes no negative number');
  }
  const parsed = parseDigits(digits);
  if (parsed === 'EINVAL') {
    return failure('EINVAL', shown, 'it is no number (decimal, 0x hexadecimal or 0 octal)');
  }
  const number = sign === '-' ? -parsed : parsed;
  const [low, high] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
  return parsed >= 2n ** 64n || number < low || number > high
    ? failure('ERANGE', shown, `it is out of range (${low} to ${high})`)
    : undefined;
}

/** An overflow of 64 bits is found before trailing rubbish. */
function parseDigits(text: string): bigint | 'EINVAL' {
  const hex = /^0x(?=[0-9a-f])/i.test(text);
  const base = hex ? 16n : text.startsWith('0') ? 8n : 10n;
  const allowed = hex ? /[0-9a-f]/i : base === 8n ? /[0-7]/ : /[0-9]/;
  const digits = hex ? text.slice(2) : text;
  let value = 0n;
  let count = 0;
  for (const character of digits.slice(0, 128)) {
    if (!allowed.test(character)) {
      break;
    }
    value = value * base + BigInt(Number.parseInt(character, 16));
    count += 1;
  }
  if (value >= 2n ** 64n) {
    return value;
  }
  return count === 0 || count < digits.length ? 'EINVAL' : value;
}

/** lib/kstrtox.c: kstrtobool looks at the first character, after `o` at the second. */
function isBool(value: string, version: KernelVersion): boolean {
  const first = value[0] ?? '';
  if (/^[yYnN10]$/.test(first) || /^[oO][nNfF]/.test(value)) {
    return true;
  }
  if (/^[tTfF]$/.test(first)) {
    return atLeast(version, 5, 18);
  }
  return /^[eEdD]$/.test(first) && atLeast(version, 7, 0);
}

function failure(errno: Errno, shown: string, why: string): ParameterFailure {
  return { errno, lines: [], shown, why };
}
