import type { ArchitectureName } from '../kernel/architecture.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { findSection, sectionsNamed } from './module-sections.ts';
import { relocationRules } from './relocation-rules.ts';

/** Relocation types that the architecture's loader applies, and the sections it needs for its stubs. */
export const applyRelocations: LoadCheck = {
  name: 'apply-relocations',
  kernelFunction: 'arch/*/kernel/module.c: apply_relocate_add, module_frob_arch_sections',
  run(state) {
    const architecture = state.target.architecture?.value.name;
    const relocations = state.evidence.relocations;
    const rules = architecture === undefined ? undefined : relocationRules[architecture];
    if (relocations === undefined || rules === undefined || architecture === undefined) {
      return;
    }
    for (const relocation of relocations()) {
      if (!rules.types.has(relocation.type)) {
        state.print(rules.line(state.name, relocation.type));
        state.refuse(
          rules.errno,
          'relocation-unsupported',
          `Section ${relocation.section} needs relocation type ${relocation.type}, which the loader of ${architecture} kernels does not apply. ${cure(architecture)}`,
          { actual: String(relocation.type) },
        );
        return;
      }
      if (relocation.targetNotZero === true && architecture === 'x86_64') {
        refuseTarget(state, relocation.section, relocation.type);
        return;
      }
    }
  },
};

function refuseTarget(state: LoadState, section: string, type: number): void {
  const worded = state.byVersion((version) => atLeast(version, 6, 4));
  state.print(
    worded
      ? `module: x86/modules: Invalid relocation target, existing value is nonzero for type ${type}`
      : `module: x86/modules: Skipping invalid relocation target, existing value is nonzero for type ${type}`,
  );
  state.refuse(
    'ENOEXEC',
    'relocation-unsupported',
    `A place in section ${section} that is to be relocated (type ${type}) holds a value already: the file was linked or relocated twice. Build it again.`,
    { actual: String(type) },
  );
}

function cure(architecture: ArchitectureName): string {
  return architecture === 'x86_64'
    ? 'Compile with Kbuild’s flags: without -fPIC, with -mcmodel=kernel.'
    : 'Compile with Kbuild’s flags for this architecture, and not as position-independent code.';
}

/** Sections for stubs that scripts/module.lds adds to every module of these architectures. */
export const moduleFrobArchSections: LoadCheck = {
  name: 'module-frob-arch-sections',
  kernelFunction: 'arch/arm64/kernel/module-plts.c, arch/riscv/kernel/module-sections.c: module_frob_arch_sections',
  run(state, module) {
    const architecture = state.target.architecture?.value.name;
    if (architecture === 'arm64' || architecture === 'arm') {
      const needed = architecture === 'arm64' ? needsArm64Plts(state) : needsArmPlts(state);
      const missing = ['.plt', '.init.plt'].filter((name) => sectionsNamed(module, name).length === 0);
      if (missing.length > 0 && needed) {
        state.print(`${state.name}: module PLT section(s) missing`);
        refuseMissing(state, missing);
      }
    } else if (architecture === 'riscv64' || architecture === 'riscv32') {
      const missing = ['.plt', '.got', '.got.plt'].filter((name) => findSection(module, name) === undefined);
      if (missing.length > 0 && state.config('MODULE_SECTIONS', false, this.name)) {
        const kinds: Readonly<Record<string, string>> = { '.plt': 'PLT', '.got': 'GOT', '.got.plt': 'GOT.PLT' };
        state.print(`${state.name}: module ${kinds[missing[0] ?? '.plt']} section(s) missing`);
        refuseMissing(state, missing);
      }
    }
  },
};

function needsArm64Plts(state: LoadState): boolean {
  return (
    state.byVersion((version) => atLeast(version, 6, 4)) ||
    state.config('ARM64_MODULE_PLTS', false, 'module-frob-arch-sections')
  );
}

function needsArmPlts(state: LoadState): boolean {
  return state.config('ARM_MODULE_PLTS', false, 'module-frob-arch-sections');
}

function refuseMissing(state: LoadState, missing: readonly string[]): void {
  state.refuse(
    'ENOEXEC',
    'elf-invalid',
    `The module lacks ${missing.join(' and ')}, where the loader puts stubs for far calls: it was not linked with the kernel's scripts/module.lds. Build it with Kbuild of the target.`,
    { actual: missing.join(' ') },
  );
}
