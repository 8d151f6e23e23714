import type { InspectReport } from '@vermagic/shared';
import { printable, type Style } from './style.ts';

/** All that a module says of itself, for a person. */
export function inspectText(report: InspectReport, style: Style): string {
  const title = (text: string) => `\n${style.bold(text)}`;
  const kind = [
    report.machine,
    report.class === null ? null : `${report.class}-bit`,
    report.endian === null ? null : `${report.endian}-endian`,
  ];
  const lines = [
    style.bold(printable(report.path)),
    `  ${kind.filter((word) => word !== null).join(', ')}${packed(report)}`,
  ];
  for (const problem of report.problems) lines.push(`  ${style.red('problem')} ${printable(problem)}`);

  if (report.modinfo.length > 0) lines.push(title('modinfo'));
  for (const [key, value] of report.modinfo) {
    if (key !== 'parm' && key !== 'parmtype') lines.push(`  ${`${printable(key)}:`.padEnd(16)} ${printable(value)}`);
  }
  if (report.parameters.length > 0) lines.push(title('parameters'));
  for (const parameter of report.parameters) {
    const type = parameter.type === null ? '' : ` (${printable(parameter.type)})`;
    lines.push(
      `  ${printable(parameter.name)}${type}${parameter.description === null ? '' : `: ${printable(parameter.description)}`}`,
    );
  }
  if (report.signature !== null) {
    const { signer, keyId, hash, id } = report.signature;
    lines.push(
      title('signature'),
      `  ${id}, signer ${signer ?? 'unknown'}, key ${keyId ?? 'unknown'}, hash ${hash ?? 'unknown'}`,
    );
  }
  if (report.structModuleSize !== null) lines.push(`  struct module: ${report.structModuleSize} bytes`);
  if (report.exports.length > 0) lines.push(title(`exports (${report.exports.length})`));
  for (const entry of report.exports) {
    const words = [
      entry.crc ?? 'no CRC    ',
      printable(entry.symbol),
      entry.gplOnly ? 'GPL' : '',
      entry.namespace ? `namespace ${printable(entry.namespace)}` : '',
    ];
    lines.push(`  ${words.filter((word) => word !== '').join('  ')}`);
  }
  const crcs = new Map(report.versions.map((version) => [version.symbol, version.crc]));
  lines.push(
    title(
      `imports (${report.imports.length}; CRCs: ${report.versionsFormat === null ? 'none' : `${crcs.size}, ${report.versionsFormat}`})`,
    ),
  );
  for (const entry of report.imports) {
    lines.push(`  ${crcs.get(entry.symbol) ?? 'no CRC    '}  ${printable(entry.symbol)}${entry.weak ? '  weak' : ''}`);
  }
  lines.push('');
  return lines.join('\n');
}

function packed(report: InspectReport): string {
  return report.compression === 'none' ? '' : `, packed with ${report.compression}`;
}
