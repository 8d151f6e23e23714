import { atLeast } from '../kernel/kernel-version.ts';
import { absoluteField, holds, holdsAddresses } from './absolute-fields.ts';
import { findSymbol } from './find-symbol.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import type { RelocationFact } from './module-evidence.ts';
import { findSection, readAllNames, sectionsNamed } from './module-sections.ts';
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
      const table = relocation.rel === true ? 'REL' : 'RELA';
      if (table !== rules.table) {
        state.print(`module ${state.name}: ${table} relocation unsupported`);
        state.refuse(
          'ENOEXEC',
          'relocation-unsupported',
          `The relocations of section ${relocation.section} are of the form ${table}, and ${architecture} kernels take only ${rules.table}. ${cure(architecture)}`,
          { actual: table },
        );
        return;
      }
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
      const fault = faultOf(state, relocation);
      if (fault !== undefined) {
        fault === 'filled' ? refuseTarget(state, relocation) : refuseOverflow(state, relocation, architecture);
        return;
      }
      reportCallToNowhere(state, relocation);
    }
  },
};

/** The first thing that the loader finds wrong with a relocation whose type it knows. */
function faultOf(state: LoadState, relocation: RelocationFact): 'filled' | 'overflow' | undefined {
  const filled = relocation.targetNotZero === true && state.target.architecture?.value.name === 'x86_64';
  if (filled && !state.byVersion((version) => atLeast(version, 6, 4))) {
    return 'filled';
  }
  return overflows(state, relocation) ? 'overflow' : filled ? 'filled' : undefined;
}

function overflows(state: LoadState, { type, value }: RelocationFact): boolean {
  const machine = state.target.architecture?.value.machine ?? 0;
  const field = absoluteField(machine, type);
  if (field === undefined || value === undefined) {
    return false;
  }
  switch (value.kind) {
    case 'module':
      return !holdsAddresses(machine, field);
    case 'fixed':
      return !holds(field, value.value);
    case 'per-cpu':
      return !holdsAddresses(machine, field) && !hasSmallPerCpuAddresses(state);
    case 'import':
      return value.weak && findSymbol(state, value.symbol) === 'absent'
        ? !holds(field, value.ifNowhere)
        : !holdsAddresses(machine, field) && isAtAddress(state, value.symbol, value.isCalled);
  }
}

/** Whether an import has an address of the kernel, and not the small number of per-CPU data. */
function isAtAddress(state: LoadState, symbol: string, isCode: boolean): boolean {
  if (isCode || !hasSmallPerCpuAddresses(state)) {
    return true;
  }
  return !state.choose('per-CPU imports', [true, false], {
    fact: `whether ${symbol} is per-CPU data`,
    supply:
      'No source of facts says it. Compile the module with -mcmodel=kernel, as Kbuild does: then it does not matter.',
    check: 'apply-relocations',
  });
}

/** x86-64 counted per-CPU addresses from 0 up to 6.14 (arch/x86/kernel/vmlinux.lds.S). */
function hasSmallPerCpuAddresses(state: LoadState): boolean {
  return state.target.architecture?.value.name === 'x86_64' && state.byVersion((version) => !atLeast(version, 6, 15));
}

/** Where the kernel's line ends with the value, which depends on where things lie, the line here ends before it. */
function refuseOverflow(state: LoadState, { type, section, value }: RelocationFact, architecture: string): void {
  if (architecture === 'x86_64') {
    state.print(`module: overflow in relocation type ${type}`);
    state.print(`module: \`${state.name}' likely not compiled with -mcmodel=kernel`);
  } else {
    state.print(`module ${state.name}: overflow in relocation type ${type}`);
  }
  const what =
    value?.kind === 'import' ? value.symbol : value?.kind === 'fixed' ? 'a number' : 'an address of the module';
  state.refuse(
    'ENOEXEC',
    'relocation-unsupported',
    `Section ${section} stores ${what} with relocation type ${type}, which has too few bits for it: kernel and modules lie at the far end of the address space. ${cure(architecture)}`,
    { actual: String(type) },
  );
}

/** The kernel leaves a weak symbol that nothing exports at address 0, and calls that. */
function reportCallToNowhere(state: LoadState, { value }: RelocationFact): void {
  if (value?.kind !== 'import' || !value.onlyCalled) {
    return;
  }
  const found = findSymbol(state, value.symbol);
  if (found !== 'absent' && found !== 'open') {
    return;
  }
  const nobody = found === 'absent' ? 'nothing exports it' : 'nothing that is known of the target exports it';
  state.report(
    'unknown-symbol',
    found === 'absent' ? 'error' : 'warning',
    `The module calls ${value.symbol} without ever looking whether it is there: it is a weak symbol, and ${nobody}. The module loads, and the call jumps to address 0, which crashes the kernel when it is reached. Load the module that exports it first (--with), or test the symbol's address before the call.`,
    { symbol: value.symbol },
  );
}

function refuseTarget(state: LoadState, { section, type }: RelocationFact): void {
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

function cure(architecture: string): string {
  return architecture === 'x86_64'
    ? "Compile with Kbuild's flags: without -fPIC, with -mcmodel=kernel."
    : "Compile with Kbuild's flags for this architecture, and not as position-independent code.";
}

/** Sections for stubs that scripts/module.lds adds to every module of these architectures. */
export const moduleFrobArchSections: LoadCheck = {
  name: 'module-frob-arch-sections',
  kernelFunction: 'arch/arm64/kernel/module-plts.c, arch/riscv/kernel/module-sections.c: module_frob_arch_sections',
  run(state, module) {
    const architecture = state.target.architecture?.value.name;
    if (/^(arm|riscv)/.test(architecture ?? '')) {
      readAllNames(state);
    }
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
