import { type LogMessage, line } from './log-message.ts';

/** What modpost and its makefile say while a module is built. */
export const modpostMessages: readonly LogMessage[] = [
  {
    id: 'modpost-undefined',
    pattern: line('(?:ERROR|WARNING): (?:modpost: )?"(?<symbol>[^"]+)" \\[(?<file>[^\\]]+\\.ko)\\] undefined!'),
    cause: 'No Module.symvers that the build of {module} reads lists {symbol}',
    next: 'Build against a tree with Module.symvers; name the one of the module that exports it in KBUILD_EXTRA_SYMBOLS.',
  },
  {
    id: 'modpost-namespace',
    pattern: line(
      "modpost: (?:\\S+: )?(?:module (?<module>[\\w-]+)|module) uses symbol '?(?<symbol>\\w+)'? from namespace '?(?<namespace>[^\\s',]+)'?, but does not import it",
    ),
    cause: '{symbol} is exported in the namespace {namespace}, which {module} does not import',
    next: 'Add MODULE_IMPORT_NS({namespace}), with quotes since Linux 6.13.',
  },
  {
    id: 'symvers-missing',
    pattern: line('WARNING: (?:Symbol version dump )?"?(?<path>[^\\s"]*Module\\.symvers)"? is missing'),
    cause:
      '{path} is missing, so the modules get no CRCs and no dependencies: a kernel with CONFIG_MODVERSIONS refuses them or loads them unchecked. Up to Linux 6.1 symbols that nobody exports are only warned of in such a build',
    next: "Build against the headers package or the build tree of the kernel, which has it; in a kernel's own tree, build the kernel first.",
  },
  {
    id: 'section-mismatch',
    pattern: line(
      '[sS]ection mismatch in reference: (?<from>\\S+) \\(section: (?<section>[^)]+)\\) -> (?<to>\\S+) \\(section: (?<target>[^)]+)\\)',
    ),
    cause:
      '{from} ({section}) refers to {to} ({target}). What lies in .init sections is freed once the init function has returned: whoever uses it later runs or reads memory that holds something else. What lies in .exit sections may be left out',
    next: 'Remove __init or __exit from {to}, or mark {from} in the same way if nothing uses it after init.',
  },
  {
    id: 'section-mismatch-old',
    pattern: line(
      'Section mismatch in reference from the (?:function|variable|\\(unknown reference\\)) ?(?<from>[^\\s(]*)(?:\\(\\))? (?:\\([^)]*\\) )?to the (?:function|variable|\\(unknown reference\\)) (?<target>\\.[\\w.]+):(?<to>[^\\s(]+)',
    ),
    cause:
      '{from} refers to {to} ({target}). What lies in .init sections is freed once the init function has returned: whoever uses it later runs or reads memory that holds something else. What lies in .exit sections may be left out',
    next: 'Remove __init or __exit from {to}, or mark {from} in the same way if nothing uses it after init.',
  },
];
