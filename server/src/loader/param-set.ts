import { atLeast } from '../kernel/kernel-version.ts';
import type { KernelVersion } from '../kernel/target-kernel.ts';
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

/**
 * kernel/params.c: parse_one and the setters of the standard types. `undefined`: taken. A type of the
 * module's own, the room of a `string` and the length of an array are not in modinfo: those are not judged.
 */
export function setParameter(
  type: string | undefined,
  value: string | undefined,
  version: KernelVersion,
  wordBits: 32 | 64,
  name: string,
): ParameterFailure | undefined {
  if (type === undefined) {
    return undefined;
  }
  const array = /^array of (.+)$/.exec(type)?.[1];
  const element = array ?? type;
  const known = isStandard(element, wordBits);
  if (value === undefined) {
    const optional = array === undefined && ['bool', 'bint', 'bool_enable_only'].includes(element);
    return optional || !known ? undefined : failure('EINVAL', '', 'it needs a value');
  }
  if (array === undefined) {
    return setOne(element, value, version, wordBits, name, value);
  }
  // The kernel cuts the list in place at each comma: its message shows the first element only.
  const shown = value.split(',', 1)[0] ?? '';
  for (const item of value.split(',')) {
    const refused = setOne(element, item, version, wordBits, name, shown);
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
  type: string,
  value: string,
  version: KernelVersion,
  wordBits: 32 | 64,
  name: string,
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
      return new TextEncoder().encode(value).length > charpLimit
        ? {
            ...failure('ENOSPC', shown, `a string may have ${charpLimit} bytes`),
            lines: [`${name}: string parameter too long`],
          }
        : undefined;
    default:
      return undefined;
  }
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
