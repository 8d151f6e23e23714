import type { LoadState } from './load-state.ts';

/**
 * What the kernel does where vermagic or CRCs cannot be compared (kernel/module/main.c: try_to_force_load).
 * True: taken, with taint F. False: refused by the caller, without any message.
 */
export function tryToForceLoad(state: LoadState, reason: string, check: string): boolean {
  if (!state.config('MODULE_FORCE_LOAD', true, check)) {
    return false;
  }
  if (!state.machine.taints.has('F')) {
    state.print(`${state.name}: ${reason}: kernel tainted.`);
  }
  state.taint('F', true);
  return true;
}

/** The sentence that explains a refusal of which dmesg shows nothing. */
export function silentRefusal(state: LoadState): string {
  return `${state.configOrigin('MODULE_FORCE_LOAD')} is not set, so the kernel refuses it without printing anything`;
}
