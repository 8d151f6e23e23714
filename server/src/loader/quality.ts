import type { LoadState } from './load-state.ts';
import { sortTaint, taintCleared, taintFlags } from './taint.ts';

/** Findings that never refuse a module: what its load leaves behind, and what it carries for nothing. */
export function moduleQuality(state: LoadState): void {
  const letters = state.refused === undefined ? sortTaint(state.moduleTaints) : sortTaint(state.kernelTaints);
  if (letters !== '') {
    const words = taintFlags
      .filter((flag) => letters.includes(flag.letter))
      .map((flag) => `${flag.letter} (${flag.meaning})`)
      .join(', ');
    const begin =
      state.refused === undefined
        ? 'Loading the module taints the kernel'
        : 'The attempt taints the kernel even though the load is refused';
    state.report('taint', 'info', `${begin}: ${words}. ${taintCleared}`, { actual: letters });
  }
  const debug = state.module.elf?.sections.filter((section) => /^\.z?debug_info/.test(section.name));
  if (debug !== undefined && debug.length > 0) {
    const bytes = state.module.elf?.sections
      .filter((section) => /^\.z?debug_/.test(section.name))
      .reduce((sum, section) => sum + section.size, 0);
    state.report(
      'debug-info-left',
      'hint',
      `The module carries ${Math.ceil((bytes ?? 0) / 1024)} KiB of debug information, which the kernel never loads. Install it with INSTALL_MOD_STRIP=1, or strip --strip-debug before signing.`,
    );
  }
}
