import { constants } from 'node:os';
import type { Verdict } from '../../../server/src/loader/verdict.ts';
import type { JudgedCase } from './kernel-answers.ts';

const errnoNames = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]));
// Linux has these; Node's table does not.
errnoNames.set(129, 'EKEYREJECTED');

/** printk keeps about this much of one line. */
const lineBytes = 900;

/** Without addresses, which depend on where the kernel put things. */
function comparable(line: string): string {
  return line
    .replace(/, loc [0-9a-f]+, val [0-9a-f]+$/, '')
    .replaceAll(/\bval [0-9a-f]+\b/g, 'val *')
    .trimEnd()
    .slice(0, lineBytes);
}

/** Lines of a stack dump and of our own modules' init functions, which no loader check prints. */
const noise = /judge_plain is here|^CPU: |^Hardware name: |^Call trace:|^Call Trace:|^ |^random: /;

/** `null` for a load that succeeded (or ended the kernel). */
export function errnoName(errno: number | undefined): string | null {
  return errno === undefined || errno === 0 ? null : (errnoNames.get(errno) ?? String(errno));
}

export function kernelErrno(judged: JudgedCase): string | null {
  return errnoName(judged.answer.errno);
}

export function kernelLines(judged: JudgedCase): readonly string[] {
  return judged.answer.dmesg.map((line) => line.trimEnd()).filter((line) => !noise.test(line));
}

export interface Agreement {
  readonly outcome: 'agrees' | 'undetermined' | 'differs' | 'kernel-died';
  /** What differs, one item each: `errno`, `line`, `taint`. */
  readonly differences: readonly string[];
}

/**
 * Errno, deciding line (the last one of a refusal, up to addresses) and, when it loads, the module's taint. A load that
 * kills the kernel says nothing of the loader's verdict.
 */
export function compare(judged: JudgedCase, verdict: Verdict): Agreement {
  if (judged.answer.errno === undefined) return { outcome: 'kernel-died', differences: [] };
  if (verdict.verdict === 'undetermined')
    return { outcome: 'undetermined', differences: verdict.missing.map((one) => one.fact) };
  const differences: string[] = [];
  const errno = kernelErrno(judged);
  const predicted = verdict.errno ?? null;
  if (errno !== predicted) differences.push(`errno: kernel ${errno ?? 'loads'}, predicted ${predicted ?? 'loads'}`);
  if (errno !== null) {
    const line = comparable(kernelLines(judged).at(-1) ?? '');
    const expected = comparable(verdict.dmesg.at(-1) ?? '');
    if (line !== expected) differences.push(`line: kernel "${line}", predicted "${expected}"`);
  } else if (judged.answer.taint !== verdict.taint && verdict.errno === undefined) {
    differences.push(`taint: kernel "${judged.answer.taint}", predicted "${verdict.taint}"`);
  }
  return { outcome: differences.length === 0 ? 'agrees' : 'differs', differences };
}
