import { atLeast } from '../kernel/kernel-version.ts';
import type { FoundSymbol } from './find-symbol.ts';
import type { LoadState } from './load-state.ts';

/**
 * kernel/module/main.c: inherit_taint (since 5.10; not in 5.4). A user of a proprietary module's symbols
 * becomes proprietary itself, unless it uses GPL-only symbols already: then the symbol is withheld.
 * Only the module's own flag is set, not the kernel's.
 */
export function inheritTaint(state: LoadState, symbol: string, found: FoundSymbol): boolean {
  const { owner, proprietary } = found;
  if (!proprietary || !state.byVersion((version) => atLeast(version, 5, 10))) {
    return true;
  }
  const named = state.byVersion((version) => atLeast(version, 5, 19)) ? `symbols ${symbol}` : 'symbols';
  if (state.usingGplOnlySymbols) {
    state.print(`${state.name}: module using GPL-only symbols uses ${named} from proprietary module ${owner}.`);
    state.report(
      'gpl-only-symbol',
      'error',
      `${symbol} comes from the proprietary module ${owner}, and this module has used GPL-only symbols before it: the kernel allows only one of the two. Do without the one or the other.`,
      { symbol },
    );
    return false;
  }
  if (!state.moduleTaints.has('P')) {
    state.print(`${state.name}: module uses ${named} from proprietary module ${owner}, inheriting taint.`);
    if (state.refused === undefined) {
      state.moduleTaints.add('P');
    }
  }
  return true;
}
