import { ET_REL, SHF_ALLOC, SHT_NOBITS, SHT_NULL, SHT_STRTAB, SHT_SYMTAB } from '../elf/constants.ts';
import type { ElfHeader, ElfSection } from '../elf/elf-file.ts';
import type { Architecture } from '../kernel/architecture.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import type { KernelVersion } from '../kernel/target-kernel.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { sectionsNamed } from './module-sections.ts';

/** The tables of one file against the rules of one kernel. `undefined`: nothing to object; else the kernel's line. */
export type ElfRule = (module: KernelModule, version: KernelVersion) => string | undefined;

const ehdrBytes = { 32: 52, 64: 64 } as const;
const shdrBytes = { 32: 40, 64: 64 } as const;
const unnamed = '(missing .modinfo section or name field)';

/** Bytes of the file that count: without an appended signature, if there is one. */
function length(module: KernelModule): number {
  return module.elf?.sizeBytes ?? module.sizeBytes;
}

function nameForMessage(module: KernelModule): string {
  return module.modinfo.find((entry) => entry.key === 'name')?.value ?? unnamed;
}

function fits(module: KernelModule, section: ElfSection): boolean {
  return section.offset + section.size <= length(module);
}

/** The rules of the ELF header, the same since 5.15, as a kernel of `expected` reads the file: e_ident is not asked. */
export function headerRules(
  expected: Pick<Architecture, 'machine' | 'class' | 'endian'>,
  comparesClass: boolean,
): readonly ElfRule[] {
  const expectedClass = expected.class;
  return [
    (module) => {
      const bytes = length(module);
      return bytes < ehdrBytes[expectedClass] ? `Invalid ELF header len ${bytes}` : undefined;
    },
    (module) => {
      const magic = [0x7f, 0x45, 0x4c, 0x46].every((byte, index) => module.leadingBytes[index] === byte);
      return magic ? undefined : 'Invalid ELF header magic: != \x7fELF';
    },
    ({ elf }) => {
      const type = inOrderOf(expected.endian, elf?.header.type ?? 0, elf?.header.endian);
      return type === ET_REL ? undefined : `Invalid ELF header type: ${type} != 1`;
    },
    ({ elf }) => {
      const machine = inOrderOf(expected.endian, elf?.header.machine ?? 0, elf?.header.endian);
      const right = machine === expected.machine && (!comparesClass || statedClass(elf?.header) === expectedClass);
      return right ? undefined : `Invalid architecture in ELF header: ${machine}`;
    },
    ({ elf }) => (elf?.header.shentsize === shdrBytes[expectedClass] ? undefined : 'Invalid ELF section header size'),
    (module) => {
      const header = module.elf?.header;
      const end = (header?.shoff ?? 0) + (header?.shnum ?? 0) * shdrBytes[expectedClass];
      return (header?.shoff ?? 0) < length(module) && end <= length(module)
        ? undefined
        : 'Invalid ELF section header overflow';
    },
  ];
}

/** A 16-bit field as a kernel of the byte order `expected` reads it (`undefined`: of the file's own). */
function inOrderOf(expected: Architecture['endian'], value: number, actual: ElfHeader['endian'] | undefined): number {
  return expected === undefined || actual === undefined || expected === actual
    ? value
    : ((value & 0xff) << 8) | (value >> 8);
}

/** The word size that e_ident states: some architectures compare it. */
function statedClass(header: ElfHeader | undefined): 32 | 64 | undefined {
  const byte = header?.ident[4];
  return byte === 2 ? 64 : byte === 1 ? 32 : undefined;
}

const sectionNameIndex: ElfRule = ({ elf }) => {
  const { shstrndx = 0, shnum = 0 } = elf?.header ?? {};
  return shstrndx !== 0 && shstrndx < shnum
    ? undefined
    : `Invalid ELF section name index: ${shstrndx} || e_shstrndx (${shstrndx}) >= e_shnum (${shnum}) `.trimEnd();
};

const sectionNameTableInFile: ElfRule = (module) => {
  const table = module.elf?.sections[module.elf.header.shstrndx];
  return table === undefined || fits(module, table) ? undefined : `Invalid ELF section hdr(type ${table.type})`;
};

const sectionNameTableType: ElfRule = ({ elf }, version) => {
  const table = elf?.sections[elf.header.shstrndx];
  return table === undefined || table.type === SHT_STRTAB || !checksTableTypes(version)
    ? undefined
    : `Invalid ELF section name table type: ${table.type}`;
};

/** A later fix, in 7.2 and in stable updates of 6.12, but not in 6.13, 6.14 or 6.17. */
function checksTableTypes(version: KernelVersion): boolean {
  return atLeast(version, 7, 2) || (version.major === 6 && version.minor === 12 && version.patch >= 117);
}

const sectionNameTableEnds: ElfRule = ({ elf, sectionNameTable }) => {
  const table = elf?.sections[elf.header.shstrndx];
  if (table?.size === 0) {
    return 'empty section name table';
  }
  return sectionNameTable?.endsWithNul === false
    ? "ELF Spec violation: section name table isn't null terminated"
    : undefined;
};

const sectionZero: ElfRule = ({ elf }) => {
  const zero = elf?.sections[0];
  return zero === undefined || (zero.type === SHT_NULL && zero.size === 0 && zero.addr === 0)
    ? undefined
    : `ELF Spec violation: section 0 type(${zero.type})!=SH_NULL or non-zero len or addr`;
};

function badSymtabLink(module: KernelModule, section: ElfSection): string | undefined {
  const shnum = module.elf?.header.shnum ?? 0;
  return section.type === SHT_SYMTAB && (section.link === 0 || section.link >= shnum)
    ? `Invalid ELF sh_link!=SHN_UNDEF(${section.link}) or (sh_link(${section.link}) >= hdr->e_shnum(${shnum})`
    : undefined;
}

function outOfFile(module: KernelModule, section: ElfSection): string | undefined {
  return fits(module, section)
    ? undefined
    : `Invalid ELF section in module (section ${section.index} type ${section.type})`;
}

function badName(module: KernelModule, section: ElfSection): string | undefined {
  const table = module.elf?.sections[module.elf.header.shstrndx];
  return section.nameOffset >= (table?.size ?? 0)
    ? `Invalid ELF section name in module (section ${section.index} type ${section.type})`
    : undefined;
}

function firstOf(
  module: KernelModule,
  ...rules: readonly ((module: KernelModule, section: ElfSection) => string | undefined)[]
): string | undefined {
  for (const section of module.elf?.sections ?? []) {
    if (section.index === 0) {
      continue;
    }
    for (const rule of rules) {
      const line = rule(module, section);
      if (line !== undefined) {
        return line;
      }
    }
  }
  return undefined;
}

const hasContents = (section: ElfSection) => section.type !== SHT_NULL && section.type !== SHT_NOBITS;

/** Up to 6.11: one walk over the sections; names matter for allocated ones only. */
const sectionsInOneWalk: ElfRule = (module) =>
  firstOf(
    module,
    badSymtabLink,
    (_, section) => (hasContents(section) ? outOfFile(module, section) : undefined),
    (_, section) => (hasContents(section) && (section.flags & SHF_ALLOC) !== 0 ? badName(module, section) : undefined),
  );

const sectionBounds: ElfRule = (module) =>
  firstOf(module, (_, section) => (hasContents(section) ? outOfFile(module, section) : undefined));

const sectionNames: ElfRule = (module) =>
  firstOf(module, (_, section) => (section.type === SHT_NULL ? undefined : badName(module, section)));

const oneModinfo: ElfRule = (module) =>
  sectionsNamed(module, '.modinfo').length > 1 ? 'Only one .modinfo section must exist.' : undefined;

const oneSymbolTable: ElfRule = (module) => {
  const tables = module.elf?.sections.filter((section) => section.type === SHT_SYMTAB).length;
  return tables === 1 ? undefined : `${nameForMessage(module)}: module has no symbols (stripped?)`;
};

const symbolTableLink: ElfRule = (module) => firstOf(module, badSymtabLink);

const thisModule = '.gnu.linkonce.this_module';

/** Everything but the size, which needs a fact of the target. */
const thisModuleSection: ElfRule = (module, version) => {
  const found = sectionsNamed(module, thisModule);
  const [section] = found;
  const name = nameForMessage(module);
  if (section === undefined || found.length > 1) {
    const many = atLeast(version, 6, 13) || atLeastStable(version, 6, 12, 117) ? 'Exactly' : 'Only';
    return `module ${name}: ${many} one ${thisModule} section must exist.`;
  }
  if (section.type === SHT_NOBITS) {
    return `module ${name}: ${thisModule} section must have a size set`;
  }
  return (section.flags & SHF_ALLOC) === 0
    ? `module ${name}: ${thisModule} must occupy memory during process execution`
    : undefined;
};

function atLeastStable(version: KernelVersion, major: number, minor: number, patch: number): boolean {
  return version.major === major && version.minor === minor && version.patch >= patch;
}

const symbolNameTableType: ElfRule = ({ elf }, version) => {
  const symtab = elf?.sections.find((section) => section.type === SHT_SYMTAB);
  const table = symtab === undefined ? undefined : elf?.sections[symtab.link];
  return table === undefined || table.type === SHT_STRTAB || !checksTableTypes(version)
    ? undefined
    : `Invalid ELF symbol string table type: ${table.type}`;
};

const extendedVersions: ElfRule = (module, version) => {
  if (!atLeast(version, 6, 14)) {
    return undefined;
  }
  const allocated = (name: string) => sectionsNamed(module, name).some((section) => (section.flags & SHF_ALLOC) !== 0);
  if (allocated('__version_ext_crcs') !== allocated('__version_ext_names')) {
    return 'extended version crc+name presence does not match';
  }
  return module.versions.moreCrcsThanNames === true ? 'more extended version crcs than names' : undefined;
};

const symbolNames: ElfRule = (module, version) => {
  const table = module.symbolNameTable;
  if (!atLeast(version, 6, 13) || table === undefined) {
    return undefined;
  }
  if (table.sizeBytes === 0) {
    return 'empty symbol string table';
  }
  if (!table.startsWithNul) {
    return 'symbol string table missing leading NUL';
  }
  if (!table.endsWithNul) {
    return "symbol string table isn't NUL terminated";
  }
  return module.irregularSymbols.some((symbol) => symbol.nameOffset >= table.sizeBytes)
    ? 'symbol name out of bounds in string table'
    : undefined;
};

/** Section rules up to 6.2, in order (elf_validity_check); 5.10 says one thing for most of them. */
export const earlyRules: readonly ElfRule[] = [
  sectionNameIndex,
  sectionNameTableInFile,
  sectionNameTableEnds,
  sectionZero,
  sectionsInOneWalk,
];

/** 6.4 to 6.11 (elf_validity_cache_copy). */
export const middleRules: readonly ElfRule[] = [...earlyRules, oneModinfo, oneSymbolTable, thisModuleSection];

/** Since 6.12 (elf_validity_ehdr, elf_validity_cache_*), up to struct module's size. */
export const lateRules: readonly ElfRule[] = [
  sectionZero,
  sectionBounds,
  sectionNameIndex,
  sectionNameTableType,
  sectionNameTableEnds,
  sectionNames,
  oneModinfo,
  thisModuleSection,
];

/** Since 6.12, after struct module's size. */
export const lateRulesAfterSize: readonly ElfRule[] = [
  oneSymbolTable,
  symbolTableLink,
  symbolNameTableType,
  extendedVersions,
  symbolNames,
];
