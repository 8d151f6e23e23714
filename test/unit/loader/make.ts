import { ET_REL, SHF_ALLOC, SHT_PROGBITS, SHT_STRTAB, SHT_SYMTAB } from '../../../server/src/elf/constants.ts';
import type { ElfFile, ElfSection } from '../../../server/src/elf/elf-file.ts';
import type { ArchitectureName } from '../../../server/src/kernel/architecture.ts';
import { architectures } from '../../../server/src/kernel/architecture.ts';
import type { Fact } from '../../../server/src/kernel/fact.ts';
import { fact } from '../../../server/src/kernel/fact.ts';
import type { KernelConfig } from '../../../server/src/kernel/kernel-config.ts';
import { parseKernelVersion } from '../../../server/src/kernel/kernel-version.ts';
import type { ExportedSymbol, SymbolTable } from '../../../server/src/kernel/symbol-table.ts';
import type { TargetKernel, Vendor } from '../../../server/src/kernel/target-kernel.ts';
import type { LoadInput } from '../../../server/src/loader/load-state.ts';
import { predictLoad } from '../../../server/src/loader/pipeline.ts';
import type { LoadRequest, Verdict } from '../../../server/src/loader/verdict.ts';
import type {
  KernelModule,
  ModuleImport,
  ModuleSignature,
  SymbolVersion,
} from '../../../server/src/module/kernel-module.ts';

const origin = { label: 'the test' };

/** A configuration with these options set to `y`. */
export function config(...options: string[]): Fact<KernelConfig> {
  return fact(
    {
      get: (name) => (options.includes(name) ? 'y' : undefined),
      line: (name) => (options.includes(name) ? options.indexOf(name) : undefined),
      enabled: (name) => options.includes(name),
      size: options.length,
    },
    { label: '.config' },
  );
}

export type ExportSketch = Partial<Omit<ExportedSymbol, 'origin'>> & { readonly symbol: string };

export function symbolTable(exports: readonly ExportSketch[], complete = true): SymbolTable {
  const table = new Map(
    exports.map((sketch, line) => [
      sketch.symbol,
      {
        crc: undefined,
        exporter: 'vmlinux',
        gplOnly: false,
        namespace: '',
        origin: { label: `Module.symvers:${line + 1}`, uri: 'file:///t/Module.symvers', line },
        ...sketch,
      },
    ]),
  );
  return {
    origins: [{ label: 'Module.symvers' }],
    size: table.size,
    complete,
    get: (symbol) => table.get(symbol),
    symbols: () => table.values(),
  };
}

export const layoutCrc = 0x9060323f;
export const printkCrc = 0x92997ed8;

export interface TargetSketch {
  release?: string | undefined;
  vendor?: Vendor | undefined;
  arch?: ArchitectureName;
  vermagic?: string | undefined;
  options?: readonly string[] | undefined;
  exports?: readonly ExportSketch[] | undefined;
  complete?: boolean;
  structModuleSize?: number | undefined;
  more?: Partial<TargetKernel>;
}

const usual: readonly string[] = ['MODULES', 'MODULE_UNLOAD', 'MODVERSIONS', 'SMP', 'STRICT_MODULE_RWX', 'MODULE_SIG'];

/** A Debian 6.1 kernel with CRCs and signatures, not enforced, unless the sketch says otherwise. `undefined` removes a fact. */
export function target(sketch: TargetSketch = {}): TargetKernel {
  const filled = {
    release: '6.1.0-55-amd64',
    vendor: 'debian' as Vendor | undefined,
    arch: 'x86_64' as ArchitectureName,
    options: usual as readonly string[] | undefined,
    exports: [
      { symbol: 'module_layout', crc: layoutCrc },
      { symbol: '_printk', crc: printkCrc },
    ] as readonly ExportSketch[] | undefined,
    structModuleSize: 0x380 as number | undefined,
    complete: true,
    ...sketch,
  };
  const options = filled.options;
  const vermagic =
    'vermagic' in sketch
      ? sketch.vermagic
      : filled.release === undefined
        ? undefined
        : `${filled.release} SMP preempt mod_unload ${options?.includes('MODVERSIONS') === false ? '' : 'modversions '}`;
  const version = filled.release === undefined ? undefined : parseKernelVersion(filled.release);
  const optional = <T>(value: T | undefined): Fact<T> | undefined =>
    value === undefined ? undefined : fact(value, origin);
  return {
    name: 'test target',
    origins: [origin],
    architecture: fact(architectures[filled.arch], origin),
    release: optional(filled.release),
    version: optional(version),
    vendor: optional(filled.vendor),
    config: options === undefined ? undefined : config(...options),
    vermagic: optional(vermagic),
    symbols: filled.exports === undefined ? undefined : symbolTable(filled.exports, filled.complete),
    structModuleSize: optional(filled.structModuleSize),
    trustedKeys: undefined,
    sigEnforce: undefined,
    lockdown: undefined,
    moduleBlacklist: undefined,
    hasBtf: undefined,
    problems: [],
    ...sketch.more,
  };
}

/** Options of the usual target, with some added or (with a leading `-`) taken away. */
export function options(...changes: string[]): readonly string[] {
  const removed = changes.filter((change) => change.startsWith('-')).map((change) => change.slice(1));
  return [
    ...usual.filter((option) => !removed.includes(option)),
    ...changes.filter((change) => !change.startsWith('-')),
  ];
}

export interface SectionSketch {
  name: string;
  type?: number;
  flags?: number;
  size?: number;
  link?: number;
  offset?: number;
  nameOffset?: number;
}

export interface ModuleSketch {
  name?: string;
  modinfoName?: string | undefined;
  vermagic?: string | undefined;
  /** Further or replacing modinfo entries. */
  modinfo?: readonly (readonly [string, string])[];
  without?: readonly string[];
  imports?: readonly (string | Partial<ModuleImport>)[];
  /** CRCs in `__versions`; `undefined` for no section. */
  versions?: readonly SymbolVersion[] | undefined;
  extended?: readonly SymbolVersion[] | undefined;
  exports?: readonly { symbol: string; crc?: number; gplOnly?: boolean; namespace?: string }[];
  sections?: readonly SectionSketch[];
  withoutSections?: readonly string[];
  signed?: boolean;
  structModuleSize?: number;
  more?: Partial<KernelModule>;
}

/** A module that fits `target()`: in-tree, GPL, unsigned, with the CRCs of module_layout and _printk. */
export function module(sketch: ModuleSketch = {}): KernelModule {
  const name = sketch.name ?? 'demo';
  const versions = 'versions' in sketch ? sketch.versions : fittingVersions;
  const vermagic = 'vermagic' in sketch ? sketch.vermagic : '6.1.0-55-amd64 SMP preempt mod_unload modversions ';
  const modinfoName = 'modinfoName' in sketch ? sketch.modinfoName : name;
  const base: [string, string][] = [
    ['license', 'GPL'],
    ['intree', 'Y'],
    ['retpoline', 'Y'],
    ['depends', ''],
    ...(modinfoName === undefined ? [] : [['name', modinfoName] as [string, string]]),
    ...(vermagic === undefined ? [] : [['vermagic', vermagic] as [string, string]]),
  ];
  const replaced = new Set([...(sketch.modinfo ?? []).map(([key]) => key), ...(sketch.without ?? [])]);
  const modinfo = [...base.filter(([key]) => !replaced.has(key)), ...(sketch.modinfo ?? [])];
  const structModuleSize = sketch.structModuleSize ?? 0x380;
  const exports = (sketch.exports ?? []).map((one) => ({ crc: undefined, gplOnly: false, namespace: '', ...one }));
  const elf = elfFile(sketch, versions, structModuleSize, exports);
  const signature: ModuleSignature = {
    offset: elf.sizeBytes,
    data: new Uint8Array(100),
    message: undefined,
    trailer: {
      algorithm: 0,
      hash: 0,
      idType: 2,
      signerLength: 0,
      keyIdLength: 0,
      padding: [0, 0, 0],
      signatureLength: 100,
    },
    signer: 'Test key',
    keyId: 'AA:BB',
    hash: 'sha256',
    value: undefined,
    problems: [],
  };
  return {
    uri: `file:///t/${name}.ko`,
    fileName: name,
    compression: 'none',
    sizeBytes: sketch.signed === true ? elf.sizeBytes + 140 : elf.sizeBytes,
    leadingBytes: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]),
    allZero: false,
    elf,
    sectionNameTable: { sectionIndex: 1, sizeBytes: 1000, startsWithNul: true, endsWithNul: true },
    symbolNameTable: { sectionIndex: 3, sizeBytes: 1000, startsWithNul: true, endsWithNul: true },
    modinfo: modinfo.map(([key, value]) => ({ key, value })),
    versions: {
      format: versions !== undefined ? 'classic' : sketch.extended !== undefined ? 'extended' : undefined,
      sectionVisible: versions !== undefined,
      entries: versions ?? [],
      extended: sketch.extended,
    },
    exports,
    imports: (sketch.imports ?? ['_printk']).map((one, index) => ({
      symbol: '',
      weak: false,
      symbolIndex: index + 10,
      ...(typeof one === 'string' ? { symbol: one } : one),
    })),
    irregularSymbols: [],
    parameters: [],
    signature: sketch.signed === true ? signature : undefined,
    structModuleSize,
    structModuleName: name,
    hasInit: true,
    hasExit: true,
    problems: [],
    ...sketch.more,
  };
}

export const fittingVersions: readonly SymbolVersion[] = [
  { symbol: 'module_layout', crc: layoutCrc },
  { symbol: '_printk', crc: printkCrc },
];

function elfFile(
  sketch: ModuleSketch,
  versions: readonly SymbolVersion[] | undefined,
  structModuleSize: number,
  exports: KernelModule['exports'],
): ElfFile {
  const sketches: SectionSketch[] = [
    { name: '', type: 0, flags: 0, size: 0, offset: 0 },
    { name: '.shstrtab', type: SHT_STRTAB, flags: 0, size: 1000 },
    { name: '.symtab', type: SHT_SYMTAB, flags: 0, link: 3 },
    { name: '.strtab', type: SHT_STRTAB, flags: 0, size: 1000 },
    { name: '.text', flags: SHF_ALLOC | 4 },
    { name: '.modinfo' },
    { name: '.gnu.linkonce.this_module', size: structModuleSize },
    ...(versions === undefined ? [] : [{ name: '__versions' }]),
    ...(sketch.extended === undefined ? [] : [{ name: '__version_ext_crcs' }, { name: '__version_ext_names' }]),
    ...(exports.some((one) => !one.gplOnly) ? [{ name: '__ksymtab' }] : []),
    ...(exports.some((one) => one.gplOnly) ? [{ name: '__ksymtab_gpl' }] : []),
    ...(exports.some((one) => !one.gplOnly && one.crc !== undefined) ? [{ name: '__kcrctab' }] : []),
    ...(exports.some((one) => one.gplOnly && one.crc !== undefined) ? [{ name: '__kcrctab_gpl' }] : []),
    ...((sketch.more?.parameters ?? []).length === 0 ? [] : [{ name: '__param', size: 40 }]),
    ...(sketch.sections ?? []),
  ].filter((section) => !(sketch.withoutSections ?? []).includes(section.name));
  const sections: ElfSection[] = sketches.map((section, index) => ({
    index,
    nameOffset: index,
    type: SHT_PROGBITS,
    flags: SHF_ALLOC,
    addr: 0,
    offset: 64,
    size: 16,
    link: 0,
    info: 0,
    addralign: 1,
    entsize: 0,
    ...section,
  }));
  return {
    sizeBytes: 100_000,
    header: {
      ident: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      class: 64,
      endian: 'little',
      type: ET_REL,
      machine: architectures.x86_64.machine,
      version: 1,
      entry: 0,
      phoff: 0,
      shoff: 4096,
      flags: 0,
      ehsize: 64,
      phentsize: 0,
      phnum: 0,
      shentsize: 64,
      shnum: sections.length,
      shstrndx: 1,
    },
    sections,
  };
}

export interface PredictOptions extends Partial<Omit<LoadInput, 'request'>> {
  request?: LoadRequest;
}

export function predict(kernelModule: KernelModule, kernel: TargetKernel, more: PredictOptions = {}): Verdict {
  return predictLoad({ target: kernel, request: {}, loaded: [], ...more }, kernelModule);
}

export function rulesOf(verdict: Verdict): readonly string[] {
  return verdict.findings.map((finding) => finding.rule);
}
