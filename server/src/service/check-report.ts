import type { CheckReport, FindingReport, SymbolComparison, TargetReport, VermagicToken } from '@vermagic/shared';
import type { Finding } from '../findings/finding.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { compareVermagic } from '../kernel/vermagic-comparison.ts';
import type { LoadInput } from '../loader/load-state.ts';
import type { Verdict } from '../loader/verdict.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import { uriPath } from '../ports/uri.ts';

/** The JSON of `vermagic check` for one module and one target. `path` is how the user named the file. */
export function checkReport(
  module: KernelModule,
  target: TargetKernel,
  verdict: Verdict,
  path = uriPath(module.uri),
): CheckReport {
  return {
    module: {
      path,
      name: modinfoValue(module, 'name') ?? module.structModuleName ?? null,
      vermagic: modinfoValue(module, 'vermagic') ?? null,
      compression: module.compression,
      srcversion: modinfoValue(module, 'srcversion') ?? null,
    },
    target: {
      name: target.name,
      release: target.release?.value ?? null,
      vermagic: target.vermagic?.value ?? null,
      origins: target.origins.map((origin) => origin.label),
    },
    verdict: verdict.verdict,
    errno: verdict.errno ?? null,
    dmesg: verdict.dmesg,
    ...(verdict.possibleDmesg.length > 0 ? { possibleDmesg: verdict.possibleDmesg } : {}),
    taint: verdict.taint,
    findings: verdict.findings.map(findingReport),
    missing: verdict.missing.map(({ fact, supply, decides }) => {
      const open = decides === 'errno' ? ' (decides the errno)' : decides === 'taint' ? ' (decides the taint)' : '';
      return `${fact}${open}: ${supply}`;
    }),
  };
}

export function findingReport(finding: Finding): FindingReport {
  const { rule, severity, message, symbol, expected, actual } = finding;
  return {
    rule,
    severity,
    message,
    ...(symbol === undefined ? {} : { symbol }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** What the `.ko` editor shows for one target. */
export function targetReport(input: LoadInput, module: KernelModule, verdict: Verdict, path?: string): TargetReport {
  return {
    check: checkReport(module, input.target, verdict, path),
    tokens: vermagicTokens(module, input),
    symbols: symbolComparisons(module, input, verdict),
  };
}

/** Word by word; empty when one of the two strings is not known. */
function vermagicTokens(module: KernelModule, input: LoadInput): readonly VermagicToken[] {
  const { target, request } = input;
  const actual = modinfoValue(module, 'vermagic');
  const expected = target.vermagic?.value;
  if (actual === undefined || expected === undefined) {
    return [];
  }
  const modversions = target.config?.value.enabled('MODVERSIONS') ?? / modversions( |$)/.test(expected);
  const crcs = module.versions.sectionVisible && request.ignoreModversions !== true;
  return compareVermagic(actual, expected, { releaseCounts: !(modversions && crcs) }).tokens;
}

const symbolStates = [
  'crc-mismatch',
  'crc-missing',
  'unknown-symbol',
  'gpl-only-symbol',
  'namespace-not-imported',
] as const satisfies readonly SymbolComparison['state'][];

/** `module_layout` and every imported symbol; empty when the target's exports are not known. */
function symbolComparisons(module: KernelModule, input: LoadInput, verdict: Verdict): readonly SymbolComparison[] {
  const { symbols } = input.target;
  if (symbols === undefined) {
    return [];
  }
  const states = new Map<string, SymbolComparison['state']>();
  for (const { rule, symbol } of verdict.findings) {
    const state = symbolStates.find((one) => one === rule);
    if (symbol !== undefined && state !== undefined && !states.has(symbol)) {
      states.set(symbol, state);
    }
  }
  const { versions } = module;
  const crcs = new Map([...versions.entries, ...(versions.extended ?? [])].map(({ symbol, crc }) => [symbol, crc]));
  const names = module.imports.map((entry) => entry.symbol);
  const rows = symbols.get('module_layout') === undefined ? names : ['module_layout', ...names];
  return rows.map((symbol) => {
    const listed = symbols.get(symbol);
    const provider = input.loaded.find((other) => other.exports.some((entry) => entry.symbol === symbol));
    const expected = listed?.crc ?? provider?.exports.find((entry) => entry.symbol === symbol)?.crc;
    return {
      symbol,
      actual: hexOrNull(crcs.get(symbol)),
      expected: hexOrNull(expected),
      exporter: listed?.exporter ?? provider?.fileName ?? null,
      state: states.get(symbol) ?? 'same',
    };
  });
}

function hexOrNull(crc: number | undefined): string | null {
  return crc === undefined ? null : `0x${crc.toString(16).padStart(8, '0')}`;
}

/** Why it does not load, or what is missing, in one line; null when it loads. */
export function reasonOf(verdict: Verdict): string | null {
  if (verdict.verdict === 'loads') {
    return null;
  }
  const first = verdict.findings.find((finding) => finding.severity === 'error');
  if (verdict.verdict === 'undetermined' || first === undefined) {
    const [fact] = verdict.missing;
    return fact === undefined ? null : `unknown: ${fact.fact}`;
  }
  const alike = verdict.findings.filter((finding) => finding.rule === first.rule && finding.severity === 'error');
  const more = alike.length > 1 ? ` and ${alike.length - 1} more` : '';
  switch (first.rule) {
    case 'vermagic-mismatch':
      return first.actual === undefined ? 'no vermagic' : vermagicReason(first.actual, first.expected ?? '');
    case 'crc-mismatch':
      return `CRC of ${first.symbol ?? ''}${more} differs`;
    case 'crc-missing':
      return `no CRC of ${first.symbol ?? ''}${more}`;
    case 'unknown-symbol':
      return `unknown symbol ${first.symbol ?? ''}${more}`;
    case 'gpl-only-symbol':
      return `GPL-only symbol ${first.symbol ?? ''}${more}`;
    case 'namespace-not-imported':
      return `namespace ${first.expected ?? first.actual ?? ''} not imported`;
    case 'struct-module-size':
      return `struct module has ${first.actual ?? '?'} bytes instead of ${first.expected ?? '?'}`;
    default:
      return firstSentence(first.message);
  }
}

function vermagicReason(actual: string, expected: string): string {
  const words = (text: string) => text.split(' ').filter((word) => word !== '');
  const [ours, theirs] = [words(actual), words(expected)];
  const extra = ours.slice(1).filter((word) => !theirs.includes(word));
  const lacking = theirs.slice(1).filter((word) => !ours.includes(word));
  if (extra.length + lacking.length === 0) {
    return ours[0] === theirs[0] ? 'vermagic differs in its spaces' : `vermagic: ${ours[0]} ≠ ${theirs[0]}`;
  }
  return `vermagic: ${extra.join(' ') || 'nothing'} ≠ ${lacking.join(' ') || 'nothing'}`;
}

function firstSentence(message: string): string {
  return /^.*?[.:](?= |$)/s.exec(message)?.[0].replace(/[.:]$/, '') ?? message;
}
