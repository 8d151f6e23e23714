import type { LoadCheck } from './load-check.ts';

/** finit_module reads the file before it looks at anything: an empty one never reaches the signature gate. */
export const kernelReadFile: LoadCheck = {
  name: 'kernel-read-file',
  kernelFunction: 'fs/kernel_read_file.c: kernel_read_file',
  run(state, module) {
    if (module.sizeBytes !== 0 || module.compression !== 'none') {
      return;
    }
    const why = module.problems[0]?.message ?? 'The file is empty.';
    state.refuse(
      'EINVAL',
      'elf-invalid',
      `${why} The kernel refuses an empty file and prints nothing. Build or copy it again.`,
    );
    state.aborted = true;
  },
};
