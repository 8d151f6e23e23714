import { SHF_ALLOC } from '../elf/constants.ts';
import type { Architecture } from '../kernel/architecture.ts';
import { architectures } from '../kernel/architecture.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import type { ElfRule } from './elf-validity-rules.ts';
import { earlyRules, headerRules, lateRules, lateRulesAfterSize, middleRules } from './elf-validity-rules.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { sectionsNamed } from './module-sections.ts';

const thisModule = '.gnu.linkonce.this_module';
const generic = 'Module has invalid ELF structures';

/** Up to 6.2: is the file an ELF module at all? 5.10 has one message for nearly every fault. */
export const elfValidityCheck: LoadCheck = {
  name: 'elf-validity-check',
  kernelFunction: 'kernel/module/main.c: elf_validity_check, setup_load_info',
  run(state, module) {
    const line = brokenRule(state, earlyRules);
    if (line !== undefined) {
      refuse(
        state,
        line.text,
        line.header,
        state.byVersion((version) => !atLeast(version, 5, 15)),
      );
      return;
    }
    const name = module.modinfo.find((entry) => entry.key === 'name')?.value ?? missingName;
    const sections = module.elf?.sections ?? [];
    if (!sections.some((section) => section.type === symtabType)) {
      refuse(state, `${name}: module has no symbols (stripped?)`, false, false);
    } else if (!sectionsNamed(module, thisModule).some((section) => (section.flags & SHF_ALLOC) !== 0)) {
      refuse(state, `${name}: No module found in object`, false, false);
    }
  },
};

const symtabType = 2;
const missingName = '(missing .modinfo section or name field)';

/** Since 6.4: the same, and the sections that must exist once, and the size of struct module. */
export const elfValidityCacheCopy: LoadCheck = {
  name: 'elf-validity-cache-copy',
  kernelFunction: 'kernel/module/main.c: elf_validity_cache_copy',
  run(state) {
    const late = state.byVersion((version) => atLeast(version, 6, 12));
    const line = brokenRule(state, late ? lateRules : middleRules);
    if (line !== undefined) {
      refuse(state, line.text, line.header, false);
      return;
    }
    checkStructModuleSize(state);
    const after = late ? brokenRule(state, lateRulesAfterSize, false) : undefined;
    if (after !== undefined) {
      refuse(state, after.text, false, false);
    }
  },
};

interface BrokenRule {
  readonly text: string;
  /** A rule of the ELF header: what follows in the file is not looked at. */
  readonly header: boolean;
}

function brokenRule(state: LoadState, rules: readonly ElfRule[], withHeader = true): BrokenRule | undefined {
  const architecture = state.target.architecture?.value ?? ownArchitecture(state);
  const comparesClass = /^(riscv|s390|powerpc|mips)/.test(architecture?.name ?? '');
  const expected = architecture ?? { machine: 0, class: 64, endian: undefined };
  const header = headerRules(expected, comparesClass);
  for (const [part, isHeader] of [
    [withHeader ? header : [], true],
    [rules, false],
  ] as const) {
    for (const rule of part) {
      const text = textOf(state, rule);
      if (text !== '') {
        return { text, header: isHeader };
      }
    }
  }
  return undefined;
}

/** Asks about the version only where the kernels that are possible differ. */
function textOf(state: LoadState, rule: ElfRule): string {
  return state.byVersion((version) => rule(state.module, version) ?? '');
}

/** Without the target's architecture the module's own is taken: another fact then has to tell them apart. */
function ownArchitecture(state: LoadState): Architecture | undefined {
  const header = state.module.elf?.header;
  const own = Object.values(architectures).find((one) => one.machine === header?.machine && one.class === header.class);
  if (own === undefined) {
    return undefined;
  }
  const same = state.choose('architecture', [true, false], {
    fact: "the target's architecture",
    supply: 'Give a configuration, a kernel image or a module of the target.',
    check: 'elf-validity-check',
  });
  return same ? own : { ...own, machine: 0 };
}

function refuse(state: LoadState, line: string, header: boolean, inOldWords: boolean): void {
  const sectionLine = /^Invalid ELF section (name )?in module/.test(line);
  if (!inOldWords || sectionLine) {
    state.print(line);
  }
  if (inOldWords) {
    state.print(generic);
  }
  const wrongArchitecture = line.startsWith('Invalid architecture');
  const architecture = state.target.architecture;
  const explained =
    wrongArchitecture && architecture !== undefined
      ? `The target is ${architecture.value.name} (${architecture.origin.label}), the module is built for ${machineName(state)}. Build it for the target: ARCH= and CROSS_COMPILE=.`
      : damage(state, line);
  state.refuse('ENOEXEC', wrongArchitecture ? 'wrong-architecture' : 'elf-invalid', explained);
  state.aborted = header || state.module.elf === undefined || state.module.elf.sections.length === 0;
}

function machineName(state: LoadState): string {
  const header = state.module.elf?.header;
  const known = Object.values(architectures).find(
    (one) => one.machine === header?.machine && one.class === header.class,
  );
  return known?.name ?? `e_machine ${header?.machine ?? 'unknown'}`;
}

function damage(state: LoadState, line: string): string {
  const { module } = state;
  if (module.sizeBytes === 0) {
    return 'The file is empty. Copy or build it again.';
  }
  if (module.allZero) {
    return 'The file holds nothing but zero bytes: an interrupted copy, or a placeholder that was never fetched. Copy or build it again.';
  }
  if (line.includes('section in module') || line.includes('overflow')) {
    return `The file is shorter than its own tables say (${line}): an interrupted copy. Copy or build it again.`;
  }
  if (line.includes('no symbols')) {
    return 'The module has no symbol table: it was stripped wholly. Use strip --strip-debug (-g), which modules survive.';
  }
  return `The loader does not take the file as a module: ${line}. Copy or build it again.`;
}

function checkStructModuleSize(state: LoadState): void {
  const actual = state.module.structModuleSize;
  const expected = state.target.structModuleSize;
  const line = `module ${state.infoName}: ${thisModule} section size must match the kernel's built struct module size at run time`;
  if (expected === undefined) {
    const same = state.choose('struct module size', [true, false], {
      fact: "the size of the target's struct module",
      supply:
        'Give any module of the target kernel (its lib/modules, or one known to load), or a kernel image with BTF.',
      check: 'elf-validity-cache-copy',
    });
    if (!same) {
      state.print(line);
      state.refuseFor('ENOEXEC', []);
    }
    return;
  }
  if (actual === expected.value) {
    return;
  }
  state.print(line);
  state.refuse(
    'ENOEXEC',
    'struct-module-size',
    `struct module has ${expected.value} bytes on the target (${expected.origin.label}) and ${actual ?? 'no'} bytes in the module: it was built for another kernel version or configuration. Rebuild it against the target's headers.`,
    { expected: String(expected.value), actual: String(actual ?? 0) },
  );
}
