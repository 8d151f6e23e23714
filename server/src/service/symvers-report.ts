import type { SymversDiffReport } from '@vermagic/shared';
import { crcText } from '../kernel/crc-text.ts';
import type { ExportedSymbol } from '../kernel/symbol-table.ts';
import { parseSymvers, readSymvers } from '../kernel/symvers.ts';
import type { SymversText } from '../kernel/symvers-text.ts';
import { limits } from '../limits.ts';
import type { Parsed } from '../ports/parsed.ts';
import type { Ports } from '../ports/ports.ts';
import { uriPath } from '../ports/uri.ts';
import type { SymversDiff } from './symvers-diff.ts';

/** Reads a Module.symvers, packed or not. A file that cannot be read is a problem and an empty table. */
export async function openSymvers(ports: Ports, uri: string): Promise<Parsed<SymversText>> {
  const origin = { label: uriPath(uri), uri };
  try {
    return await readSymvers(await ports.files.readFile(uri, limits.symversBytes), origin, ports.decompressor);
  } catch (error) {
    return {
      value: parseSymvers('', origin).value,
      problems: [{ message: error instanceof Error ? error.message : String(error) }],
    };
  }
}

/** The JSON of `vermagic symvers diff`. */
export function symversDiffReport(diff: SymversDiff, before: string, after: string): SymversDiffReport {
  return {
    before,
    after,
    same: diff.same,
    breaking: diff.breaking,
    changes: diff.changes.map(({ symbol, kind, before: one, after: two, breaks, toleratedBy }) => ({
      symbol,
      kind,
      breaks,
      toleratedBy: toleratedBy ?? null,
      before: side(one),
      after: side(two),
    })),
    unusedRules: diff.unusedRules,
  };
}

function side(symbol: ExportedSymbol | undefined) {
  if (symbol === undefined) return null;
  const { crc, exporter, gplOnly, namespace } = symbol;
  return {
    crc: crc === undefined ? null : crcText(crc),
    exporter,
    gplOnly,
    namespace,
  };
}
