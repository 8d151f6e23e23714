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
    .replace(/ val [0-9a-f]+$/, '')
    .trimEnd()
    .slice(0, lineBytes);
}

function withoutSymbol(line: string): string {
  return line.replace(/Unknown symbol .* \(err/, 'Unknown symbol (err');
}

/** Lines as they are compared; of rubbish only what kinds there are. */
function told(judged: JudgedCase, lines: readonly string[]): readonly string[] {
  const all = lines.map(comparable);
  return judged.case.printsRubbish === true ? [...new Set(all.map(withoutSymbol))] : all;
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
  readonly outcome: 'agrees' | 'undetermined' | 'differs';
  /** What differs, one item each: `errno`, `lines`, `taint`. */
  readonly differences: readonly string[];
}

/** Printed once until reboot; an earlier case may have had it. */
const once =
  /: loading out-of-tree module taints kernel\.$|: module verification failed: |^Disabling lock debugging due to |^Kernel module BTF mismatch detected, /;

/** Errno, every line of the load (up to addresses and what is printed once) and, when it loads, the module's taint. */
export function compare(judged: JudgedCase, verdict: Verdict): Agreement {
  if (judged.answer.errno === undefined) return compareDeath(verdict);
  if (verdict.verdict === 'undetermined')
    return { outcome: 'undetermined', differences: verdict.missing.map((one) => one.fact) };
  const differences: string[] = [];
  const errno = kernelErrno(judged);
  const predicted = verdict.errno ?? null;
  if (errno !== predicted) differences.push(`errno: kernel ${errno ?? 'loads'}, predicted ${predicted ?? 'loads'}`);
  const lines = told(judged, kernelLines(judged));
  const expected = told(judged, verdict.dmesg).filter((line) => !once.test(line) || lines.includes(line));
  if (lines.join('\n') !== expected.join('\n')) {
    differences.push(`lines: kernel ${JSON.stringify(lines)}, predicted ${JSON.stringify(expected)}`);
  }
  if (errno === null && judged.answer.taint !== verdict.taint && verdict.errno === undefined) {
    differences.push(`taint: kernel "${judged.answer.taint}", predicted "${verdict.taint}"`);
  }
  return { outcome: differences.length === 0 ? 'agrees' : 'differs', differences };
}

/** The kernel died on the module, or called code of the module that killed it: an error says so beforehand. */
function compareDeath(verdict: Verdict): Agreement {
  const told = verdict.findings.some(({ severity, message }) => severity === 'error' && /crashes/.test(message));
  return told && verdict.verdict !== 'refused'
    ? { outcome: 'agrees', differences: [] }
    : { outcome: 'differs', differences: [`the kernel dies, predicted ${verdict.errno ?? verdict.verdict}`] };
}
