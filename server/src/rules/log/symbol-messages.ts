import { type LogMessage, line, name } from './log-message.ts';

/** What the kernel says while it links a module: symbols, their CRCs and namespaces (kernel/module/main.c, version.c). */
export const symbolMessages: readonly LogMessage[] = [
  {
    id: 'module-layout',
    pattern: line(`${name}: disagrees about version of symbol module_layout`),
    cause:
      'The structures of the module {module} are those of another kernel build. The CRC of module_layout stands for all of struct module; it is compared before vermagic, so this is the usual face of "built for another kernel", real time against stock included',
    next: 'Rebuild {module} against the exact headers and Module.symvers of the running kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'crc-mismatch',
    pattern: line(`${name}: disagrees about version of symbol (?<symbol>\\S+)`),
    cause:
      'The kernel exports {symbol} with other types than {module} was built with; the same release name does not make two builds the same',
    next: "Rebuild {module} with the Module.symvers of this kernel build (for a symbol of another module: with that module's, in KBUILD_EXTRA_SYMBOLS).",
    errno: 'EINVAL',
  },
  {
    id: 'no-extended-version',
    pattern: line(`${name}: no extended symbol version for (?<symbol>\\S+)`),
    cause: 'The module {module} has a table of extended CRCs without {symbol}; the kernel accepts it and says so once',
    next: 'Rebuild {module} with the Module.symvers of every module it uses.',
  },
  {
    id: 'no-symbol-version',
    pattern: line(`${name}: no symbol version for (?<symbol>\\S+)`),
    cause:
      'The module {module} carries no CRC for {symbol}: it was built without the Module.symvers that lists it. Debian kernels refuse this, others accept it and say so once',
    next: 'Build with a complete Module.symvers; name those of other modules in KBUILD_EXTRA_SYMBOLS.',
  },
  {
    id: 'unknown-symbol-crc',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err -22\\)`),
    cause:
      'The kernel has {symbol}, but refuses it to {module}: another CRC or a namespace that is not imported. The line before says which',
    next: 'Look at the line before this one; rebuild {module} or add MODULE_IMPORT_NS.',
    errno: 'EINVAL',
  },
  {
    id: 'unknown-symbol-busy',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err -16\\)`),
    cause: 'The module that exports {symbol} is still running its init function and did not finish within 30 seconds',
    next: 'Find out why the other module hangs in its init function.',
    errno: 'EBUSY',
  },
  {
    id: 'unknown-symbol-memory',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err -12\\)`),
    cause: 'The kernel had no memory left while it looked up {symbol} for {module}',
    next: 'Free memory and load it again.',
    errno: 'ENOMEM',
  },
  {
    id: 'unknown-symbol',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err (?:-2|0)\\)`),
    cause:
      'Nothing that is loaded exports {symbol}, or it is for GPL modules only and the licence of {module} is none the kernel knows: the text is the same',
    next: 'Load the module that exports it first (modprobe does, insmod does not); check MODULE_LICENSE; check that the symbol is in Module.symvers of this kernel.',
    errno: 'ENOENT',
  },
  {
    id: 'namespace',
    pattern: line(
      `${name}: module uses symbol \\(?(?<symbol>\\w+)\\)? from namespace (?<namespace>\\S+), but does not import it`,
    ),
    cause: '{symbol} is exported in the namespace {namespace}, which {module} does not import',
    next: 'Add MODULE_IMPORT_NS({namespace}) (with quotes since Linux 6.13) and rebuild. A kernel with CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS only warns.',
    errno: 'EINVAL',
  },
  {
    id: 'module-namespace',
    pattern: line(`${name}: module tries to import module namespace: (?<namespace>\\S+)`),
    cause: 'Namespaces of the form module:NAME are given by name, not imported',
    next: 'Remove the MODULE_IMPORT_NS of that namespace.',
    errno: 'EPERM',
  },
  {
    id: 'gpl-and-proprietary',
    pattern: line(`${name}: module using GPL-only symbols uses symbols`),
    cause: '{module} uses GPL-only symbols and symbols of a proprietary module; it cannot have both',
    next: 'Do without one of the two, or ask the maker of the other module for a GPL-compatible licence.',
    errno: 'ENOENT',
  },
  {
    id: 'inherited-taint',
    pattern: line(
      `${name}: module uses symbols (?:\\[.*\\] )?from proprietary module (?<other>[\\w-]+), inheriting taint`,
    ),
    cause:
      '{module} uses symbols of the proprietary module {other} and counts as proprietary (P) from here on: GPL-only symbols are hidden from it',
    next: 'Expected with proprietary providers; GPL-only symbols have to be avoided.',
  },
  {
    id: 'duplicate-export-of-kernel',
    pattern: line(`${name}: exports duplicate symbol (?<symbol>\\S+) \\(owned by kernel\\)`),
    cause: '{symbol} is exported by the kernel itself already',
    next: 'Rename {symbol} in {module}, make it static, or leave that part of {module} out: this kernel has it built in.',
    errno: 'ENOEXEC',
  },
  {
    id: 'duplicate-export',
    pattern: line(`${name}: exports duplicate symbol (?<symbol>\\S+) \\(owned by (?<other>\\S+)\\)`),
    cause: '{symbol} is exported by the module {other} already',
    next: 'Unload {other} first if {module} replaces it; otherwise rename {symbol} or make it static.',
    errno: 'ENOEXEC',
  },
  {
    id: 'export-flags',
    pattern: line(`${name}: no flags for exported symbols`),
    cause: '{module} exports symbols in the table of an older kernel: since Linux 7.2 each export carries flags',
    next: 'Rebuild it against the headers of the running kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'init-wait',
    pattern: line(`${name}: gave up waiting for init of module (?<other>[\\w-]+)\\.?`),
    cause: '{other}, which {module} needs, has been in its init function for 30 seconds',
    next: 'Find out why {other} hangs.',
    errno: 'EBUSY',
  },
];
