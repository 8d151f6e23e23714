import { atLeast } from '../kernel/kernel-version.ts';
import type { LoadCheck } from './load-check.ts';

const knownFlags = 3;
const compressedFile = 4;

/**
 * May the caller load modules at all, and does finit_module know its flags? Both refusals are silent.
 * MODULE_INIT_COMPRESSED_FILE came with 5.17: 5.15 has it not, 5.19 has.
 */
export const mayInitModule: LoadCheck = {
  name: 'may-init-module',
  kernelFunction: 'kernel/module/main.c: may_init_module, finit_module',
  run(state) {
    const { request, target } = state;
    if (request.notPermitted === true) {
      state.refuse(
        'EPERM',
        'module-blacklisted',
        'The caller lacks CAP_SYS_MODULE, or loading is switched off (kernel.modules_disabled=1, nomodule). The kernel prints nothing. Load as root on a kernel that still allows it.',
      );
    }
    const unknownFlags = (request.otherFlags ?? 0) & ~(knownFlags | compressedFile);
    const compressed = request.compressedFile === true || ((request.otherFlags ?? 0) & compressedFile) !== 0;
    if (unknownFlags !== 0 || (compressed && !state.byVersion((version) => atLeast(version, 5, 17)))) {
      state.refuse(
        'EINVAL',
        'elf-invalid',
        'finit_module is called with a flag that this kernel does not know. The kernel prints nothing. Load without that flag.',
      );
      state.aborted = true;
      return;
    }
    if (!compressed) {
      return;
    }
    if (!state.config('MODULE_DECOMPRESS', true, this.name)) {
      state.refuse(
        'EOPNOTSUPP',
        'elf-invalid',
        `The kernel cannot unpack modules itself (${state.configOrigin('MODULE_DECOMPRESS')} is not set). Unpack the module, or let insmod do it.`,
      );
      state.aborted = true;
      return;
    }
    const format = (['GZIP', 'XZ', 'ZSTD'] as const).find((name) =>
      target.config?.value.enabled(`MODULE_COMPRESS_${name}`),
    );
    const compression = state.module.compression;
    if (format !== undefined && format.toLowerCase() !== compression) {
      const article = format === 'XZ' ? 'an' : 'a';
      const word = format === 'ZSTD' ? 'zstd' : format.toLowerCase();
      state.print(`not ${article} ${word} compressed module`);
      state.refuse(
        'EINVAL',
        'elf-invalid',
        `The kernel unpacks ${word} only (${state.configOrigin(`MODULE_COMPRESS_${format}`)}), and the module is ${compression === 'none' ? 'not compressed' : compression}. Compress it with ${word}.`,
      );
      state.aborted = true;
    }
  },
};
