import { limits } from '../limits.ts';
import type { LoadState } from './load-state.ts';

/** Exports of the target whose names are close to `symbol`: a version suffix, a leading underscore, a typo. */
export function similarSymbols(state: LoadState, symbol: string): readonly string[] {
  const { symbols } = state.target;
  if (symbols === undefined || state.refused !== undefined || state.similarSearches >= limits.similarSymbolSearches) {
    return [];
  }
  state.similarSearches += 1;
  const wanted = symbol.replace(/^_+/, '');
  const found: string[] = [];
  for (const { symbol: candidate } of symbols.symbols()) {
    const name = candidate.replace(/^_+/, '');
    if (name === wanted || (wanted.length >= 8 && Math.abs(name.length - wanted.length) <= 2 && near(name, wanted))) {
      found.push(candidate);
      if (found.length === 3) {
        break;
      }
    }
  }
  return found;
}

/** At most two characters differ between a common beginning and a common end. */
function near(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
    end += 1;
  }
  return Math.max(a.length, b.length) - start - end <= 2;
}
