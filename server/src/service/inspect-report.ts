import type { InspectReport } from '@vermagic/shared';
import { SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE } from '../elf/constants.ts';
import type { ElfHeader } from '../elf/elf-file.ts';
import { architectures } from '../kernel/architecture.ts';
import type { KernelModule, ModuleSignature } from '../module/kernel-module.ts';

/**
 * All that a module says of itself, as `inspect` prints it.
 * @param path as the user gave it; the report shows it unchanged.
 */
export function inspectReport(module: KernelModule, path: string): InspectReport {
  const { elf, signature, versions } = module;
  const records = versions.format === 'extended' ? (versions.extended ?? []) : versions.entries;
  return {
    path,
    compression: module.compression,
    class: elf?.header.class ?? null,
    endian: elf?.header.endian ?? null,
    machine: elf === undefined ? null : machineName(elf.header),
    modinfo: module.modinfo.map(({ key, value }) => [key, value] as const),
    versions: records.map(({ symbol, crc }) => ({ symbol, crc: crcText(crc) })),
    versionsFormat: versions.format ?? null,
    exports: module.exports.map(({ symbol, crc, gplOnly, namespace }) => ({
      symbol,
      crc: crc === undefined ? null : crcText(crc),
      gplOnly,
      namespace,
    })),
    imports: module.imports.map(({ symbol, weak }) => ({ symbol, weak })),
    parameters: module.parameters.map(({ name, type, description }) => ({
      name,
      type: type ?? null,
      description: description ?? null,
    })),
    signature: signature === undefined ? null : signatureReport(signature),
    structModuleSize: module.structModuleSize ?? null,
    sections: (elf?.sections ?? []).map(({ name, type, flags, size }) => ({
      name,
      type,
      flags: sectionFlags(flags),
      size,
    })),
    problems: [...module.problems, ...(signature?.problems ?? [])].map((problem) => problem.message),
  };
}

/** A CRC as Module.symvers writes it. */
export function crcText(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}

/** The architecture's name, or its number where this project knows no name for it. */
export function machineName(header: ElfHeader): string {
  const known = Object.values(architectures).find(
    ({ machine, class: elfClass }) => machine === header.machine && elfClass === header.class,
  );
  return known?.name ?? `e_machine ${header.machine}`;
}

const signatureIds = ['PGP', 'X509', 'PKCS#7'];

function signatureReport(signature: ModuleSignature): NonNullable<InspectReport['signature']> {
  const { idType } = signature.trailer;
  return {
    signer: signature.signer ?? null,
    keyId: signature.keyId ?? null,
    hash: signature.hash ?? null,
    id: signatureIds[idType] ?? `type ${idType}`,
  };
}

/** In readelf's letters and order. */
function sectionFlags(flags: number): string {
  const letters = [
    [SHF_WRITE, 'W'],
    [SHF_ALLOC, 'A'],
    [SHF_EXECINSTR, 'X'],
    [0x10, 'M'],
    [0x20, 'S'],
    [0x40, 'I'],
    [0x80, 'L'],
    [0x200, 'G'],
    [0x400, 'T'],
  ] as const;
  return letters.map(([bit, letter]) => ((flags & bit) !== 0 ? letter : '')).join('');
}
