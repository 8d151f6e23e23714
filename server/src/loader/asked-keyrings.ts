import type { TrustedKey } from '../kernel/target-kernel.ts';
import type { LoadState } from './load-state.ts';

/**
 * Whether the target's kernel looks for a module's key in a keyring (kernel/module/signing.c: mod_verify_sig;
 * certs/system_keyring.c). `.machine` is part of `.secondary_trusted_keys` where the configuration says so; Machine
 * Owner Keys that do not get there lie in `.platform`, which only some distributors' kernels ask.
 */
export function asksKeyring(state: LoadState, keyring: TrustedKey['keyring'], check: string): boolean {
  switch (keyring) {
    case 'builtin':
    case 'known-good':
      return true;
    case 'secondary':
      return state.config('SECONDARY_TRUSTED_KEYRING', true, check);
    case 'machine':
      return state.config('INTEGRITY_MACHINE_KEYRING', true, check) || asksPlatform(state, check);
    case 'platform':
      return asksPlatform(state, check);
  }
}

function asksPlatform(state: LoadState, check: string): boolean {
  return (
    state.byVendor((profile) => profile.platformKeyring, check) &&
    state.config('INTEGRITY_PLATFORM_KEYRING', true, check)
  );
}
