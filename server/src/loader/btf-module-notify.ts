import { atLeast } from '../kernel/kernel-version.ts';
import { modinfoValue } from '../module/kernel-module.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { findSection } from './module-sections.ts';

/**
 * The module's BTF refers to types of the very vmlinux it was built with. Whether it validates is known only
 * when that was computed beforehand; another release alone proves nothing and is told as a risk.
 */
export const btfModuleNotify: LoadCheck = {
  name: 'btf-module-notify',
  kernelFunction: 'kernel/bpf/btf.c: btf_module_notify',
  run(state, module) {
    const { target, evidence } = state;
    const own = findSection(module, '.BTF') !== undefined || module.elf?.sections.some((one) => one.name === '.BTF');
    if (
      own !== true ||
      target.hasBtf?.value === false ||
      target.config?.value.enabled('DEBUG_INFO_BTF_MODULES') === false
    ) {
      return;
    }
    if (evidence.btfFault !== undefined && state.config('DEBUG_INFO_BTF_MODULES', false, this.name)) {
      const { text, errno } = evidence.btfFault;
      state.print(`BPF: ${text}`);
      mismatch(state, `The module's .BTF section is damaged (${text}).`, errno);
      return;
    }
    if (evidence.btf === 'mismatch' && state.config('DEBUG_INFO_BTF_MODULES', false, this.name)) {
      mismatch(state, "The module's BTF does not fit the types of the target's vmlinux.", 22);
      return;
    }
    const base = module.elf?.sections.some((section) => section.name === '.BTF.base') === true;
    const built = modinfoValue(module, 'vermagic')?.split(' ', 1)[0];
    const release = target.release?.value;
    if (evidence.btf === undefined && !base && built !== undefined && release !== undefined && built !== release) {
      state.report(
        'btf-mismatch',
        'info',
        `The module's BTF was made against the types of ${built}, the target is ${release}: if they differ, a kernel without CONFIG_MODULE_ALLOW_BTF_MISMATCH refuses the module. Build it against this target's vmlinux, or remove the section: objcopy --remove-section .BTF.`,
        { expected: release, actual: built },
      );
    }
  },
};

const errnos = { 7: 'E2BIG', 22: 'EINVAL', 524: 'ENOTSUPP' } as const;

function mismatch(state: LoadState, what: string, errno: keyof typeof errnos): void {
  const allowed = state.config('MODULE_ALLOW_BTF_MISMATCH', true, 'btf-module-notify');
  const message = `${what} Build it against this target's vmlinux, or remove the section: objcopy --remove-section .BTF.`;
  const failed = `failed to validate module [${state.name}] BTF: -${errno}`;
  if (allowed) {
    // Up to 6.2 the failure is told each time, although nothing comes of it.
    if (!state.byVersion((version) => atLeast(version, 6, 3))) {
      state.print(failed);
      state.report('btf-mismatch', 'warning', message);
      return;
    }
    state.printOnce(
      'btf-mismatch',
      'Kernel module BTF mismatch detected, BTF debug info may be unavailable for some modules',
    );
    state.report('btf-mismatch', 'warning', message);
    return;
  }
  state.print(failed);
  state.refuse(errnos[errno], 'btf-mismatch', message);
}
