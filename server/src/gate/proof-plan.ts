import { EM_MIPS, EM_X86_64, SHT_REL, SHT_RELA } from '../elf/constants.ts';
import type { Architecture } from '../kernel/architecture.ts';
import type { KernelConfig } from '../kernel/kernel-config.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { absoluteField, holdsAddresses } from '../loader/absolute-fields.ts';
import { pointerTypes } from '../loader/init-reference.ts';
import { versionOf } from '../loader/kernel-versions.ts';
import { patchedBytes } from '../loader/relocation-facts.ts';
import { relocationRules } from '../loader/relocation-rules.ts';
import { usesFlexibleVersions, vendorProfiles } from '../loader/vendor-profile.ts';
import type { LoadRequest } from '../loader/verdict.ts';
import { gplCompatibleLicenses } from '../module/proprietary.ts';
import type { ExportTableImage } from './export-table.ts';
import { stub } from './module-sections.ts';

/** What an unsigned or signed module is in the eyes of one target, as far as it is the same for all modules. */
export type SignatureRule =
  /** CONFIG_MODULE_SIG is not set: signatures are not looked at. */
  | 'ignored'
  /** They are looked at and not enforced. */
  | 'lenient'
  /** Enforced by the configuration, the command line or lockdown. */
  | 'enforced';

/** What is known of a relocation type. Neither `any` nor `address`: in doubt. */
export const relocationUse = {
  /** Applied whatever the value is. */
  any: 1,
  /** Applied if the value is an address. */
  address: 2,
  /** A plain pointer. */
  pointer: 4,
  /** Above these bits, the number of bytes at the place that the loader wants to be zero. */
  widthShift: 3,
} as const;

/** Everything that the proof compares a module with, as plain data that threads can share. */
export interface ProofPlan {
  readonly exports: ExportTableImage;
  /** VERMAGIC_STRING in bytes. */
  readonly vermagic: Uint8Array;
  /** The first space in it and all after it: what is compared of modules with CRCs. */
  readonly vermagicTail: Uint8Array;
  readonly modversions: boolean;
  readonly elfClass: 32 | 64;
  readonly machine: number;
  /** `undefined`: not compared by this kernel. */
  readonly structModuleSize: number | undefined;
  /** By relocation type (below 512): bits of `relocationUse`, and the bytes that have to be zero before. */
  readonly relocations: Uint8Array;
  /** The only form of relocation tables that is applied: SHT_REL or SHT_RELA; 0 where that is not judged. */
  readonly relocationTable: number;
  /** Bits of `stub` (gate/module-sections.ts): sections without which no module is loaded. */
  readonly stubs: number;
  readonly signature: SignatureRule;
  readonly smp: boolean;
  /** 7.2 and later keep the GPL mark of exports in a section that the proof does not read. */
  readonly exportFlags: boolean;
  readonly licenses: readonly Uint8Array[];
  readonly blacklist: readonly string[];
  /** Names of the modules that the table has exports of. */
  readonly providers: ReadonlySet<string>;
}

/**
 * The plan for a target, or in one sentence why nothing can be proven for it: then every module is checked in full.
 * A plan exists only where every fact is known that one of the loader's checks would ask for.
 */
export function proofPlan(
  target: TargetKernel,
  request: LoadRequest,
  exports: ExportTableImage,
): ProofPlan | { readonly obstacle: string } {
  const { config, vermagic, architecture, symbols } = target;
  const version = versionOf(target);
  if (Object.values(request).some((value) => value !== undefined && value !== false && value !== 'none')) {
    return { obstacle: 'loading in a special way' };
  }
  if (config === undefined) return { obstacle: "the target's configuration is not known" };
  if (vermagic === undefined) return { obstacle: "the target's vermagic is not known" };
  if (architecture === undefined) return { obstacle: "the target's architecture is not known" };
  if (version === undefined) return { obstacle: "the target's version is not known" };
  if (symbols?.complete !== true) return { obstacle: "the target's exports are not all known" };
  if (architecture.value.endian !== 'little' || !hostIsLittle()) return { obstacle: 'big-endian' };
  // Its relocations are laid out in their own way.
  if (architecture.value.machine === EM_MIPS) return { obstacle: 'MIPS' };
  const profiles = target.vendor ? [vendorProfiles[target.vendor.value]] : Object.values(vendorProfiles);
  if (profiles.some((profile) => usesFlexibleVersions(profile, version))) {
    return { obstacle: 'records of variable length in __versions' };
  }
  const late = atLeast(version, 6, 4);
  if (late && target.structModuleSize === undefined) return { obstacle: 'the size of struct module is not known' };
  const modversions = config.value.enabled('MODVERSIONS');
  if (modversions && symbols.get('module_layout')?.crc === undefined) {
    return { obstacle: 'the CRC of module_layout is not known' };
  }
  const encoder = new TextEncoder();
  return {
    exports,
    vermagic: encoder.encode(vermagic.value),
    vermagicTail: encoder.encode(/ .*$/s.exec(vermagic.value)?.[0] ?? ''),
    providers: new Set(exports.exporters.slice(1)),
    modversions,
    elfClass: architecture.value.class,
    machine: architecture.value.machine,
    structModuleSize: late ? target.structModuleSize?.value : undefined,
    relocations: relocationUses(architecture.value),
    relocationTable: relocationTable(architecture.value),
    stubs: neededStubs(architecture.value, config.value, late),
    signature: signatureRule(target),
    smp: config.value.enabled('SMP'),
    exportFlags: atLeast(version, 7, 2),
    licenses: gplCompatibleLicenses.map((license) => encoder.encode(license)),
    blacklist: target.moduleBlacklist?.value ?? [],
  };
}

function signatureRule(target: TargetKernel): SignatureRule {
  if (target.config?.value.enabled('MODULE_SIG') !== true) return 'ignored';
  return enforcesSignatures(target) ? 'enforced' : 'lenient';
}

/** Whether the target refuses unsigned modules, by what is known of it. */
export function enforcesSignatures(target: TargetKernel): boolean {
  const enforced = target.sigEnforce?.value ?? target.config?.value.enabled('MODULE_SIG_FORCE') ?? false;
  return enforced || (target.lockdown !== undefined && target.lockdown.value !== 'none');
}

function relocationUses({ name, machine }: Architecture): Uint8Array {
  const types = relocationRules[name]?.types;
  const uses = new Uint8Array(512);
  for (let type = 0; type < uses.length; type++) {
    const field = absoluteField(machine, type);
    // An architecture without rules is not judged.
    if (types !== undefined && !types.has(type)) continue;
    if (field === undefined) uses[type] = relocationUse.any;
    else if (holdsAddresses(machine, field)) uses[type] = relocationUse.address;
    if (pointerTypes[machine]?.includes(type)) uses[type] = (uses[type] as number) | relocationUse.pointer;
    const width = machine === EM_X86_64 ? (patchedBytes[type] ?? 0) : 0;
    uses[type] = (uses[type] as number) | (width << relocationUse.widthShift);
  }
  return uses;
}

function relocationTable({ name }: Architecture): number {
  const table = relocationRules[name]?.table;
  return table === undefined ? 0 : table === 'REL' ? SHT_REL : SHT_RELA;
}

/** As loader/apply-relocations.ts demands them (module_frob_arch_sections). */
function neededStubs({ name }: Architecture, config: KernelConfig, late: boolean): number {
  if (name === 'arm64') return late || config.enabled('ARM64_MODULE_PLTS') ? stub.plt | stub.initPlt : 0;
  if (name === 'arm') return config.enabled('ARM_MODULE_PLTS') ? stub.plt | stub.initPlt : 0;
  const isRiscv = name === 'riscv64' || name === 'riscv32';
  return isRiscv && config.enabled('MODULE_SECTIONS') ? (stub.plt | stub.got | stub.gotPlt) << stub.allocated : 0;
}

function hostIsLittle(): boolean {
  return new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
}
