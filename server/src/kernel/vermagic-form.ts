/** A release as kernels have it: `5.15.148-tegra`, `6.1.0`, `6.16-rc3`. */
const release = /^\d+\.\d+(?:\.\d+|-)[\w.+~-]*$/;

/** Words that include/linux/vermagic.h and arch/ARCH/include/asm/vermagic.h write, of any version. */
const word =
  /^(?:SMP|preempt|preempt_rt|mod_unload|modversions|aarch64(?:RANDSTRUCT_\w+)?|riscv|ARMv\d+|thumb2|p2v8|mprofile-kernel|patchable-function-entry|relocatable|LOONGARCH|32BIT|64BIT|RANDSTRUCT_\w+|gcc-[\d.]+)$/;

/**
 * Whether a line can be VERMAGIC_STRING of a kernel: a release, and after it words that the kernel's build writes, at least one
 * of which is known (vendors have others besides). A kernel without any option has only the space behind its release.
 */
export function looksLikeVermagic(line: string): boolean {
  const [first = '', ...words] = line.split(' ');
  if (!/^\d+\.\d+/.test(first) || words.length === 0) return false;
  return words.some((one) => word.test(one)) || (words.join('') === '' && release.test(first));
}

/** Whether a line is the release of a kernel and nothing else. */
export function looksLikeRelease(line: string): boolean {
  return release.test(line);
}
