import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EM_AARCH64, SHF_ALLOC, SHT_NOBITS } from '../../../server/src/elf/constants.ts';
import type { ElfHeader, ElfSection } from '../../../server/src/elf/elf-file.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import { module, options, predict, target } from './make.ts';

const generic = 'Module has invalid ELF structures';

function load(change: (base: KernelModule) => Partial<KernelModule>, release: string) {
  const base = module({ vermagic: `${release} SMP preempt mod_unload modversions ` });
  return predict(
    { ...base, ...change(base) },
    target({ release, vendor: 'upstream', options: options('-MODULE_SIG') }),
  );
}

function header(change: Partial<ElfHeader>) {
  return (base: KernelModule): Partial<KernelModule> =>
    base.elf === undefined ? {} : { elf: { ...base.elf, header: { ...base.elf.header, ...change } } };
}

function section(name: string, change: Partial<ElfSection>) {
  return (base: KernelModule): Partial<KernelModule> =>
    base.elf === undefined
      ? {}
      : {
          elf: {
            ...base.elf,
            sections: base.elf.sections.map((one) => (one.name === name ? { ...one, ...change } : one)),
          },
        };
}

function sections(change: (all: readonly ElfSection[]) => readonly ElfSection[]) {
  return (base: KernelModule): Partial<KernelModule> =>
    base.elf === undefined ? {} : { elf: { ...base.elf, sections: change(base.elf.sections) } };
}

const without = (name: string) => sections((all) => all.filter((one) => one.name !== name));
const twice = (name: string) =>
  sections((all) => [...all, ...all.filter((one) => one.name === name).map((one) => ({ ...one, index: all.length }))]);

const magic = 'Invalid ELF header magic: != \x7fELF';
const thisModule = '.gnu.linkonce.this_module';

interface Row {
  name: string;
  change: (base: KernelModule) => Partial<KernelModule>;
  /** Line by kernel; `null`: loads. */
  lines: Readonly<Record<string, string | null>>;
}

const rows: readonly Row[] = [
  {
    name: 'a file of ten bytes',
    change: () => ({ elf: undefined, sizeBytes: 10, leadingBytes: new Uint8Array(10) }),
    lines: { '5.10.0': generic, '5.15.0': 'Invalid ELF header len 10', '6.12.0': 'Invalid ELF header len 10' },
  },
  {
    name: 'a script',
    change: () => ({ elf: undefined, sizeBytes: 5000, leadingBytes: new TextEncoder().encode('#!/bin/sh') }),
    lines: { '5.10.0': generic, '6.1.0': magic, '6.8.0': magic },
  },
  {
    name: 'an executable',
    change: header({ type: 2 }),
    lines: {
      '5.10.0': generic,
      '6.1.0': 'Invalid ELF header type: 2 != 1',
      '7.3.4': 'Invalid ELF header type: 2 != 1',
    },
  },
  {
    name: 'another machine',
    change: header({ machine: EM_AARCH64 }),
    lines: { '5.10.0': generic, '6.1.0': 'Invalid architecture in ELF header: 183' },
  },
  {
    name: 'another word size of the same machine number',
    change: header({ shentsize: 40 }),
    lines: { '5.10.0': generic, '6.1.0': 'Invalid ELF section header size' },
  },
  {
    name: 'a section table beyond the file',
    change: header({ shoff: 99_990 }),
    lines: { '5.10.0': generic, '6.1.0': 'Invalid ELF section header overflow' },
  },
  {
    name: 'a section beyond the file',
    change: section('.text', { size: 200_000 }),
    lines: {
      '5.15.0': 'Invalid ELF section in module (section 4 type 1)',
      '6.12.0': 'Invalid ELF section in module (section 4 type 1)',
    },
  },
  {
    name: 'section names that do not end',
    change: () => ({ sectionNameTable: { sectionIndex: 1, sizeBytes: 1000, startsWithNul: true, endsWithNul: false } }),
    lines: { '5.10.0': generic, '6.1.0': "ELF Spec violation: section name table isn't null terminated" },
  },
  {
    name: 'a section zero with contents',
    change: sections((all) => all.map((one) => (one.index === 0 ? { ...one, type: 1, size: 8 } : one))),
    lines: {
      '5.10.0': generic,
      '6.1.0': 'ELF Spec violation: section 0 type(1)!=SH_NULL or non-zero len or addr',
      '6.14.0': 'ELF Spec violation: section 0 type(1)!=SH_NULL or non-zero len or addr',
    },
  },
  {
    name: 'a symbol table linked to nothing',
    change: section('.symtab', { link: 0 }),
    lines: { '6.1.0': 'Invalid ELF sh_link!=SHN_UNDEF(0) or (sh_link(0) >= hdr->e_shnum(8)' },
  },
  {
    name: 'a debug section with a name beyond the table',
    change: sections((all) => [...all, { ...(all[4] as ElfSection), index: 8, name: '', flags: 0, nameOffset: 5000 }]),
    lines: { '6.1.0': null, '6.8.0': null, '6.12.0': 'Invalid ELF section name in module (section 8 type 1)' },
  },
  {
    name: 'a loaded section with a name beyond the table',
    change: section('.text', { nameOffset: 5000 }),
    lines: { '6.1.0': 'Invalid ELF section name in module (section 4 type 1)' },
  },
  {
    name: 'two .modinfo sections',
    change: twice('.modinfo'),
    lines: {
      '6.1.0': null,
      '6.5.0': 'Only one .modinfo section must exist.',
      '6.12.0': 'Only one .modinfo section must exist.',
    },
  },
  {
    name: 'no symbol table',
    change: without('.symtab'),
    lines: {
      '5.10.0': 'demo: module has no symbols (stripped?)',
      '6.1.0': 'demo: module has no symbols (stripped?)',
      '6.12.0': 'demo: module has no symbols (stripped?)',
    },
  },
  {
    name: 'no struct module',
    change: without(thisModule),
    lines: {
      '6.1.0': 'demo: No module found in object',
      '6.8.0': `module demo: Only one ${thisModule} section must exist.`,
      '6.12.107': `module demo: Only one ${thisModule} section must exist.`,
      '6.12.117': `module demo: Exactly one ${thisModule} section must exist.`,
    },
  },
  {
    name: 'a struct module without contents',
    change: section(thisModule, { type: SHT_NOBITS }),
    lines: { '6.1.0': null, '6.12.0': `module demo: ${thisModule} section must have a size set` },
  },
  {
    name: 'a struct module that is not loaded',
    change: section(thisModule, { flags: 0 }),
    lines: {
      '6.1.0': 'demo: No module found in object',
      '6.12.0': `module demo: ${thisModule} must occupy memory during process execution`,
    },
  },
  {
    name: 'another size of struct module',
    change: () => ({ structModuleSize: 0x500 }),
    lines: {
      '5.10.0': null,
      '6.1.0': null,
      '6.8.0': `module demo: ${thisModule} section size must match the kernel's built struct module size at run time`,
      '7.3.4': `module demo: ${thisModule} section size must match the kernel's built struct module size at run time`,
    },
  },
  {
    name: 'a symbol name table without a leading NUL',
    change: () => ({ symbolNameTable: { sectionIndex: 3, sizeBytes: 9, startsWithNul: false, endsWithNul: true } }),
    lines: { '6.12.0': null, '6.13.0': 'symbol string table missing leading NUL' },
  },
  {
    name: 'half of the extended versions',
    change: sections((all) => [
      ...all,
      { ...(all[4] as ElfSection), index: 8, name: '__version_ext_crcs', flags: SHF_ALLOC },
    ]),
    lines: { '6.13.0': null, '6.14.0': 'extended version crc+name presence does not match' },
  },
  {
    name: 'extended versions with fewer names than CRCs',
    change: (own) => ({ versions: { ...own.versions, moreCrcsThanNames: true } }),
    lines: { '6.13.0': null, '6.14.0': 'more extended version crcs than names' },
  },
];

for (const row of rows) {
  for (const [release, line] of Object.entries(row.lines)) {
    test(`${row.name} on ${release}`, () => {
      const verdict = load(row.change, release);
      assert.equal(verdict.errno, line === null ? undefined : 'ENOEXEC');
      assert.deepEqual(verdict.dmesg, line === null ? [] : [line]);
    });
  }
}

test('5.10 adds its generic line to the one about a section', () => {
  const verdict = load(section('.text', { size: 200_000 }), '5.10.0');
  assert.deepEqual(verdict.dmesg, ['Invalid ELF section in module (section 4 type 1)', generic]);
});

test('a file of zeros, an empty one and another architecture are said plainly', () => {
  const zeros = load(() => ({ elf: undefined, allZero: true, leadingBytes: new Uint8Array(64) }), '6.1.0');
  assert.match(zeros.findings[0]?.message ?? '', /nothing but zero bytes/);
  const empty = load(() => ({ elf: undefined, sizeBytes: 0, leadingBytes: new Uint8Array() }), '6.1.0');
  assert.match(empty.findings[0]?.message ?? '', /^The file is empty/);
  const foreign = load(header({ machine: EM_AARCH64 }), '6.1.0');
  assert.equal(foreign.findings[0]?.rule, 'wrong-architecture');
  assert.match(foreign.findings[0]?.message ?? '', /x86_64 .* built for arm64/);
});

test('what follows a file that is no ELF is not judged', () => {
  const verdict = load(() => ({ elf: undefined, modinfo: [], leadingBytes: new Uint8Array(64) }), '6.1.0');
  assert.deepEqual(
    verdict.findings.map((one) => one.rule),
    ['elf-invalid'],
  );
});

test('with the architecture unknown a sound module is not refused by guess', () => {
  const kernel = target({ options: options('-MODULE_SIG'), more: { architecture: undefined } });
  const verdict = predict(module(), kernel);
  assert.equal(verdict.verdict, 'undetermined');
  assert.match(verdict.missing[0]?.fact ?? '', /architecture/);
});
