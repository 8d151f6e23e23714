import type { TextRange } from '../findings/finding.ts';
import { crcText } from '../kernel/crc-text.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';

/** The line of a Module.symvers as columns. */
export interface SymversLine {
  readonly symbol: string;
  readonly range: TextRange;
}

/** The symbol of a line of Module.symvers; `undefined` for a line of another form. */
export function symversLine(text: string, line: number): SymversLine | undefined {
  const match = /^(0x[0-9a-fA-F]+\t)([^\t]+)\t/.exec(text);
  if (!match) return undefined;
  const start = (match[1] ?? '').length;
  const symbol = match[2] ?? '';
  return { symbol, range: { start: { line, character: start }, end: { line, character: start + symbol.length } } };
}

/** Markdown about an exported symbol: what it is here, who imports it, and its CRC in other targets. */
export function hoverExport(
  symbol: string,
  table: SymbolTable,
  targets: readonly TargetKernel[],
  importers: readonly string[],
): string | undefined {
  const here = table.get(symbol);
  if (here === undefined) return undefined;
  // A module built outside the kernel's tree is listed with the whole path of its build folder.
  const module = here.exporter.startsWith('/') ? here.exporter.replace(/^.*\//, '') : here.exporter;
  const exporter = here.exporter === 'vmlinux' ? 'the kernel itself' : `${module}.ko`;
  const lines = [
    `**${symbol}** · CRC \`${hex(here.crc)}\` · exported by ${exporter}`,
    here.gplOnly
      ? 'GPL-only: a module without a GPL-compatible licence does not see it.'
      : 'Open to modules of any licence.',
  ];
  if (here.namespace !== '') lines.push(`Namespace \`${here.namespace}\`: importers need MODULE_IMPORT_NS.`);
  if (importers.length > 0) lines.push(`Imported by ${listed(importers)}.`);
  for (const target of targets) {
    if (target.symbols === undefined) continue;
    const theirs = target.symbols.get(symbol);
    const state =
      theirs === undefined
        ? 'not exported'
        : theirs.crc === here.crc
          ? `the same CRC`
          : `CRC \`${hex(theirs.crc)}\`, **differs**`;
    lines.push(`${target.name}: ${state}`);
  }
  return lines.join('\n\n');
}

/** Symbols whose name has all letters of the query in order, the closest first. */
export function searchSymbols(table: SymbolTable, query: string, most: number): string[] {
  const wanted = query.toLowerCase();
  const found: { name: string; rank: number }[] = [];
  for (const { symbol } of table.symbols()) {
    const name = symbol.toLowerCase();
    const at = name.indexOf(wanted);
    if (at >= 0) found.push({ name: symbol, rank: at * 1000 + name.length });
    else if (isSubsequence(wanted, name)) found.push({ name: symbol, rank: 1_000_000 + name.length });
  }
  return found
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map((one) => one.name);
}

function isSubsequence(query: string, name: string): boolean {
  let at = 0;
  for (const letter of query) {
    at = name.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function listed(names: readonly string[]): string {
  return names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`;
}

function hex(crc: number | undefined): string {
  return crc === undefined ? 'none' : crcText(crc);
}
