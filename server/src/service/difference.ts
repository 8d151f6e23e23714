import type { Difference, DifferenceParams, ModuleReport, TargetReport } from '@vermagic/shared';

/** The two sides of the native diff editor: the module's and the selected target's. */
export function difference(report: ModuleReport, kind: DifferenceParams['kind']): Difference | null {
  const [target] = report.targets;
  if (!target) return null;
  return kind === 'vermagic' ? vermagicDifference(target) : crcDifference(target);
}

function vermagicDifference({ check, tokens }: TargetReport): Difference | null {
  if (check.module.vermagic === null || check.target.vermagic === null) return null;
  const side = (words: readonly string[]) => `${words.join('\n')}\n`;
  return {
    title: `vermagic: ${fileName(check)} ↔ ${check.target.name}`,
    left: { label: fileName(check), text: side(tokens.map((token) => token.module)) },
    right: { label: check.target.name, text: side(tokens.map((token) => token.kernel)) },
  };
}

/** Lines as in Module.symvers, so that the eye finds what it knows: CRC, symbol, exporter. */
function crcDifference({ check, symbols }: TargetReport): Difference | null {
  const shown = symbols.filter((row) => row.actual !== null || row.expected !== null);
  if (shown.length === 0) return null;
  const ordered = [...shown].sort((a, b) => (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0));
  const side = (crc: (row: (typeof ordered)[number]) => string | null, missing: string) =>
    `${ordered.map((row) => `${crc(row) ?? missing}\t${row.symbol}`).join('\n')}\n`;
  return {
    title: `CRCs: ${fileName(check)} ↔ ${check.target.name}`,
    left: { label: fileName(check), text: side((row) => row.actual, '(no CRC)  ') },
    right: { label: check.target.name, text: side((row) => row.expected, '(not exported)') },
  };
}

function fileName(check: TargetReport['check']): string {
  return check.module.path.split('/').at(-1) ?? check.module.path;
}
