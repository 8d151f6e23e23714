/** A kernel that a module's Makefile builds against. */
export interface MakefileKernel {
  /** The variable (`KDIR`), or `-C` for the directory given to make. */
  readonly variable: string;
  /** Absolute path, or one relative to the Makefile's folder; `running` for `/lib/modules/$(uname -r)/build`. */
  readonly place: { readonly path: string } | 'running';
  /** 0-based. */
  readonly line: number;
}

const kernelVariables =
  /^(?:KDIR|KERNEL_?SRC|KERNEL_?DIR|KERN_?DIR|KSRC|KSRC_?DIR|KERNEL_PATH|KERNEL_SOURCE|LINUX_SRC|LINUX_DIR|KBUILD_DIR|KERNEL_TREE)$/;

/** The argument of -C, which may hold one level of make functions. */
const makeDirectory = /(?:\$[({]MAKE[)}]|\bmake\b).*?\s-C\s*((?:\$\([^()]*(?:\([^()]*\))?[^()]*\)|\S)+)/;

/** Longer lines are generated, and would make the expressions slow. */
const longestLine = 1000;

/**
 * Where a module's Makefile expects its kernel: assignments of KDIR, KERNEL_SRC and their like, and `make -C DIR`.
 * Only what can be told without running make is followed: literals, names assigned above, `$(shell uname -r)`, `$(shell pwd)`,
 * `$(PWD)` and `$(CURDIR)`. An empty list for Makefiles that build no module.
 */
export function kernelsOfMakefile(text: string): readonly MakefileKernel[] {
  if (!/\bobj-m\b|\bM=|KERNELRELEASE/.test(text)) return [];
  const values = new Map<string, string>();
  const found: MakefileKernel[] = [];
  for (const [line, content] of text.split('\n').entries()) {
    if (content.length > longestLine) continue;
    const assignment = /^\s*(?:export\s+|override\s+)*([A-Za-z_][\w.-]*)\s*(?:\?|::?|:::)?=\s*(.*?)\s*$/.exec(content);
    if (assignment?.[1] !== undefined) {
      const value = expand((assignment[2] ?? '').replace(/\s+#.*$/, ''), values);
      if (value === undefined) continue;
      values.set(assignment[1], value);
      const place = kernelVariables.test(assignment[1]) ? placeOf(value) : undefined;
      if (place) found.push({ variable: assignment[1], place, line });
      continue;
    }
    const given = makeDirectory.exec(content)?.[1];
    const value = given === undefined ? undefined : expand(given, values);
    const place = value === undefined ? undefined : placeOf(value);
    if (place) found.push({ variable: '-C', place, line });
  }
  const seen = new Set<string>();
  return found.filter((kernel) => {
    const key = kernel.place === 'running' ? 'running' : kernel.place.path;
    return seen.has(key) ? false : seen.add(key);
  });
}

function placeOf(value: string): MakefileKernel['place'] | undefined {
  if (/^\/(?:usr\/)?lib\/modules\/%running%\/(?:build|source)\/?$/.test(value)) return 'running';
  if (/^\/usr\/src\/linux-headers-%running%\/?$/.test(value)) return 'running';
  if (value === '' || value.includes('%running%') || /[$`%*?\s]/.test(value)) return undefined;
  return { path: value };
}

/** `undefined` when only make itself could tell. */
function expand(text: string, values: ReadonlyMap<string, string>): string | undefined {
  let known = true;
  const value = text
    .replace(/\$\(shell\s+uname\s+-r\s*\)|`uname -r`/g, '%running%')
    .replace(/\$\(shell\s+pwd\s*\)|\$[({](?:PWD|CURDIR)[)}]|`pwd`/g, '.')
    .replace(/\$\(realpath\s+([^()$]*)\)|\$\(abspath\s+([^()$]*)\)/g, (_, a?: string, b?: string) => a ?? b ?? '')
    .replace(/\$[({]([\w.-]+)[)}]/g, (_, name: string) => {
      const assigned = values.get(name);
      if (assigned === undefined) known = false;
      return assigned ?? '';
    });
  return known && !value.includes('$(') ? value : undefined;
}
