import type { LoadState } from './load-state.ts';
import type { LoadRequest } from './verdict.ts';

/** The kernel's lockdown level (security/lockdown): as asked for, else as the target is known to be. */
export function lockdownOf(state: LoadState): NonNullable<LoadRequest['lockdown']> {
  return state.request.lockdown ?? state.target.lockdown?.value ?? 'none';
}
