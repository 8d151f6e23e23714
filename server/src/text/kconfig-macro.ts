/**
 * Replaces `$(NAME)` by what is known of the build (`SRCARCH`, `ARCH`, `KERNELVERSION`, variables of the
 * Kconfig files). `undefined`: something in it only the compiler or a shell can tell.
 */
export function expandMacros(text: string, variables: ReadonlyMap<string, string>, depth = 0): string | undefined {
  if (!text.includes('$(')) return text;
  if (depth > 8) return undefined;
  let known = true;
  const expanded = text.replace(/\$\(([A-Za-z_][\w-]*)\)/g, (_, name: string) => {
    const value = variables.get(name);
    const inner = value === undefined ? undefined : expandMacros(value, variables, depth + 1);
    if (inner === undefined) known = false;
    return inner ?? '';
  });
  return known && !expanded.includes('$(') ? expanded : undefined;
}

/** `SRCARCH` of an `ARCH` (the kernel's Makefile): where arch/ differs from the name. */
export function sourceArchitecture(arch: string): string {
  switch (arch) {
    case 'i386':
    case 'x86_64':
      return 'x86';
    case 'sparc32':
    case 'sparc64':
      return 'sparc';
    case 'parisc64':
      return 'parisc';
    default:
      return arch;
  }
}
