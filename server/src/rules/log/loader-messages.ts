/** A line that the module loader, kmod or modpost prints, as data: what it looks like, why it comes, what to do. */
export interface LoaderMessage {
  /** Stable, kebab-case; the tests and the documentation name it. */
  readonly id: string;
  /** Groups: `module`, `symbol`, and others that `cause` and `next` use as `{name}`. */
  readonly pattern: RegExp;
  readonly cause: string;
  readonly next: string;
  /** The errno the load ends with, when this line decides. */
  readonly errno?: string;
}

const name = '(?<module>[\\w.-]+)';

function line(text: string): RegExp {
  return new RegExp(text);
}

/**
 * Literal texts of kernels 5.4 to 7.3 (kernel/module/main.c, version.c, signing.c, kernel/params.c, security/lockdown)
 * and of kmod. Stable series change wording: patterns hold what all of them share. The first that fits counts.
 */
export const loaderMessages: readonly LoaderMessage[] = [
  {
    id: 'version-magic',
    pattern: line(`${name}: version magic '(?<actual>[^']*)' should be '(?<expected>[^']*)'`),
    cause: 'the module {module} was built for another kernel: {difference}',
    next: 'Rebuild it against the headers of the kernel that runs. Forcing it does not make it fit.',
    errno: 'ENOEXEC',
  },
  {
    id: 'module-layout',
    pattern: line(`${name}: disagrees about version of symbol module_layout`),
    cause:
      'the structures of the module {module} are those of another kernel build. The CRC of module_layout stands for all of struct module; it is compared before vermagic, so this is the usual face of "built for another kernel", real time against stock included',
    next: 'Rebuild {module} against the exact headers and Module.symvers of the running kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'crc-mismatch',
    pattern: line(`${name}: disagrees about version of symbol (?<symbol>\\S+)`),
    cause:
      'the kernel exports {symbol} with other types than {module} was built with; the same release name does not make two builds the same',
    next: "Rebuild {module} with the Module.symvers of this kernel build (for a symbol of another module: with that module's, in KBUILD_EXTRA_SYMBOLS).",
    errno: 'EINVAL',
  },
  {
    id: 'no-extended-version',
    pattern: line(`${name}: no extended symbol version for (?<symbol>\\S+)`),
    cause: 'the module {module} has a table of extended CRCs without {symbol}; the kernel accepts it and says so once',
    next: 'Rebuild {module} with the Module.symvers of every module it uses.',
  },
  {
    id: 'no-symbol-version',
    pattern: line(`${name}: no symbol version for (?<symbol>\\S+)`),
    cause:
      'the module {module} carries no CRC for {symbol}: it was built without the Module.symvers that lists it. Debian kernels refuse this, others accept it and say so once',
    next: 'Build with a complete Module.symvers; name those of other modules in KBUILD_EXTRA_SYMBOLS.',
  },
  {
    id: 'unknown-symbol-crc',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err -22\\)`),
    cause:
      'the kernel has {symbol}, but refuses it to {module}: another CRC or a namespace that is not imported. The line before says which',
    next: 'Look at the line before this one; rebuild {module} or add MODULE_IMPORT_NS.',
    errno: 'EINVAL',
  },
  {
    id: 'unknown-symbol-busy',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err -16\\)`),
    cause: 'the module that exports {symbol} is still running its init function and did not finish within 30 seconds',
    next: 'Find out why the other module hangs in its init function.',
    errno: 'EBUSY',
  },
  {
    id: 'unknown-symbol',
    pattern: line(`${name}: Unknown symbol (?<symbol>\\S+) \\(err (?:-2|0)\\)`),
    cause:
      'nothing that is loaded exports {symbol}, or it is for GPL modules only and the licence of {module} is none the kernel knows: the text is the same',
    next: 'Load the module that exports it first (modprobe does, insmod does not); check MODULE_LICENSE; check that the symbol is in Module.symvers of this kernel.',
    errno: 'ENOENT',
  },
  {
    id: 'namespace',
    pattern: line(
      `${name}: module uses symbol \\(?(?<symbol>\\w+)\\)? from namespace (?<namespace>\\S+), but does not import it`,
    ),
    cause: '{symbol} is exported in the namespace {namespace}, which {module} does not import',
    next: 'Add MODULE_IMPORT_NS({namespace}) (with quotes since Linux 6.13) and rebuild.',
    errno: 'EINVAL',
  },
  {
    id: 'module-namespace',
    pattern: line(`${name}: module tries to import module namespace: (?<namespace>\\S+)`),
    cause: 'namespaces of the form module:NAME are given by name, not imported',
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
    id: 'struct-module-size',
    pattern: line(`(?:module )?${name}: \\.gnu\\.linkonce\\.this_module section size must match`),
    cause:
      'struct module has another size in the kernel that {module} was built for. Since Linux 6.4 this is looked at before anything else that tells kernels apart',
    next: 'Rebuild {module} against the headers of the running kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'this-module-section',
    pattern: line(`(?:module )?${name}: (?:Only one|Exactly one|\\.gnu\\.linkonce\\.this_module section must)`),
    cause: '{module} does not have exactly one struct module: it is no finished module, or a tool has damaged it',
    next: 'Build it again with Kbuild; do not link .ko files by hand.',
    errno: 'ENOEXEC',
  },
  {
    id: 'no-symbols',
    pattern: line(`${name}: module has no symbols \\(stripped\\?\\)`),
    cause: 'strip removed the symbol table of {module}, which the kernel needs to link it',
    next: 'Use strip --strip-debug (modules_install INSTALL_MOD_STRIP=1), never plain strip.',
    errno: 'ENOEXEC',
  },
  {
    id: 'no-module-found',
    pattern: line(`${name}: No module found in object`),
    cause: 'the file has no struct module: it is an object file, not a module',
    next: 'Load the .ko, not the .o.',
    errno: 'ENOEXEC',
  },
  {
    id: 'invalid-architecture',
    pattern: line('Invalid (?:module )?architecture in ELF header: (?<machine>\\d+)'),
    cause: 'the file is built for another processor (e_machine {machine}: {architecture})',
    next: 'Build with the right ARCH and CROSS_COMPILE.',
    errno: 'ENOEXEC',
  },
  {
    id: 'invalid-elf',
    pattern: line(
      'Invalid ELF (?:header|section|symbol|sh_link)|Module has invalid ELF structures|ELF Spec violation|empty (?:section name|symbol string) table|symbol string table',
    ),
    cause: 'the file is no complete ELF module: cut short, empty, or damaged in a copy',
    next: 'Compare its size and checksum with the build output and copy it again.',
    errno: 'ENOEXEC',
  },
  {
    id: 'not-elf-compressed',
    pattern: line('not (?:an xz|a zstd|a gzip) compressed module|[Mm]odule decompression failed'),
    cause: 'the kernel was asked to unpack the module and does not know its compression',
    next: 'Compress as CONFIG_MODULE_COMPRESS_* of this kernel says, or not at all.',
    errno: 'EINVAL',
  },
  {
    id: 'forced',
    pattern: line(`${name}: (?<what>[\\w ]+): kernel tainted\\.`),
    cause:
      '{module} was accepted although "{what}" is not right: CONFIG_MODULE_FORCE_LOAD allows it. The kernel carries F until it reboots',
    next: 'Do not force: rebuild the module. Crashes after this line prove nothing about the kernel.',
  },
  {
    id: 'signature-missing-taint',
    pattern: line(`${name}: module verification failed: signature and/or required key missing`),
    cause:
      '{module} has no signature that this kernel trusts; it is loaded, and the kernel carries E until it reboots. Said once a boot',
    next: 'Nothing, unless signatures are wanted: sign it with a key of the builtin, secondary or machine keyring.',
  },
  {
    id: 'signature-rejected',
    pattern: line(
      'Loading of (?<what>unsigned module|module with unavailable key|module with unsupported crypto) is rejected',
    ),
    cause: 'signatures are enforced (CONFIG_MODULE_SIG_FORCE or module.sig_enforce=1), and this is a {what}',
    next: 'Sign it with a key that this kernel trusts. A key built into an earlier kernel image is not in this one; a key enrolled with mokutil stays with the machine.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'lockdown',
    pattern: line('Lockdown: (?<process>\\S+): (?<what>unsigned module loading|.*module.*) is restricted'),
    cause: 'the kernel is locked down (usually because Secure Boot is on) and takes signed modules only',
    next: 'Sign the module with a key enrolled by mokutil --import, or switch Secure Boot off.',
    errno: 'EPERM',
  },
  {
    id: 'module-hash-blacklisted',
    pattern: line(
      'Module hash (?<hash>[0-9a-f]+) is blacklisted|PKCS#7 signature info has unexpected non-zero params|Invalid module sig',
    ),
    cause: 'the signature of the module is damaged or revoked',
    next: 'Sign the module again; a stripped or edited module has to be signed after that.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'not-pkcs7',
    pattern: line('not signed with expected PKCS#7 message'),
    cause: 'the signature is in a form that this kernel does not read',
    next: 'Sign with the scripts/sign-file of this kernel.',
  },
  {
    id: 'blacklisted',
    pattern: line('Module (?<module>\\S+) is blacklisted'),
    cause: 'module_blacklist= on the kernel command line names {module}',
    next: 'Take it out of the boot arguments (/proc/cmdline).',
    errno: 'EPERM',
  },
  {
    id: 'duplicate-export',
    pattern: line(`${name}: exports duplicate symbol (?<symbol>\\S+) \\(owned by (?<other>\\S+)\\)`),
    cause: '{symbol} is exported by {other} already',
    next: 'Unload {other}, or build only one of the two: the same driver may be in the kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'section-flags',
    pattern: line(`${name}: section (?<section>\\S+) \\(index \\d+\\) has invalid WRITE\\|EXEC flags`),
    cause: 'the section {section} is both writable and executable, which CONFIG_STRICT_MODULE_RWX forbids',
    next: "Find the assembly or attribute that makes the section; build with Kbuild's own flags.",
    errno: 'ENOEXEC',
  },
  {
    id: 'relocation',
    pattern: line(
      'Unknown rela relocation|unsupported RELA relocation|overflow in relocation type|likely not compiled with -mcmodel=kernel|[Ii]nvalid relocation target|module PLT section\\(s\\) missing',
    ),
    cause:
      "the module contains code that cannot be placed in kernel memory: compiled without the kernel's own flags, or not linked with the kernel's linker script",
    next: 'Build with make -C /lib/modules/RELEASE/build M=..., not with a compiler command of your own.',
    errno: 'ENOEXEC',
  },
  {
    id: 'common-symbol',
    pattern: line(`${name}: please compile with -fno-common`),
    cause: 'a global variable was left in common storage',
    next: "Build with Kbuild's flags, or add -fno-common.",
    errno: 'ENOEXEC',
  },
  {
    id: 'export-versions',
    pattern: line(`${name}: no (?:versions|flags) for exported symbols`),
    cause:
      '{module} exports symbols without CRCs to a kernel with CONFIG_MODVERSIONS, or was built for an older layout of the export table',
    next: 'Rebuild it against the headers of the running kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'livepatch',
    pattern: line(`${name}: module is marked as livepatch module, but livepatch support is disabled`),
    cause: 'the kernel was built without CONFIG_LIVEPATCH',
    next: 'Use a kernel with live patching.',
    errno: 'ENOEXEC',
  },
  {
    id: 'btf',
    pattern: line('failed to validate module \\[?(?<module>[\\w-]+)\\]? BTF: (?<error>-?\\d+)'),
    cause: 'the type information (BTF) of {module} was made against another vmlinux',
    next: 'Rebuild it with the vmlinux of this kernel beside the headers, or strip .BTF.',
  },
  {
    id: 'parameter-invalid',
    pattern: line(`${name}: \`(?<value>[^']*)' (?:invalid|too large) for parameter \`(?<parameter>[^']*)'`),
    cause:
      'the value "{value}" is none that the parameter {parameter} of {module} takes: wrong form, or out of the range of its type',
    next: 'modinfo -p {module} shows the types. "-1" for an unsigned one is refused, as is more than 2147483647 for an int.',
    errno: 'EINVAL',
  },
  {
    id: 'parameter-unknown',
    pattern: line(`${name}: unknown parameter '(?<parameter>[^']*)' ignored`),
    cause: '{module} has no parameter {parameter}; it is loaded without it',
    next: 'modinfo -p {module} shows the names. Look into /etc/modprobe.d and the kernel command line for the misspelt one.',
  },
  {
    id: 'dangerous-option',
    pattern: line('Setting dangerous option (?<parameter>\\S+) - tainting kernel'),
    cause: 'the parameter {parameter} is marked unsafe by its author; the kernel carries U until it reboots',
    next: 'Take the option out if it is not meant.',
  },
  {
    id: 'out-of-tree',
    pattern: line(`${name}: loading out-of-tree module taints kernel`),
    cause: '{module} is not part of the kernel source; the kernel carries O until it reboots. It is loaded',
    next: 'Nothing to do. For a report to kernel developers reproduce the fault without it.',
  },
  {
    id: 'license',
    pattern: line(`${name}: module license (?:'(?<license>[^']*)' )?taints kernel`),
    cause:
      'the licence of {module} is none the kernel counts as GPL-compatible; the kernel carries P until it reboots and hides GPL-only symbols from {module}',
    next: 'If it is meant to be free: write MODULE_LICENSE("GPL"); the text is compared exactly.',
  },
  {
    id: 'retpoline',
    pattern: line(`${name}: loading module not compiled with retpoline compiler`),
    cause: '{module} was compiled without retpolines; it is loaded, and the machine may be open to Spectre variant 2',
    next: "Build with a compiler and configuration as the kernel's own.",
  },
  {
    id: 'staging',
    pattern: line(`${name}: module is from the staging directory`),
    cause: '{module} is a staging driver; the kernel carries C until it reboots',
    next: 'Nothing to do.',
  },
  {
    id: 'init-wait',
    pattern: line(`${name}: gave up waiting for init of module (?<other>[\\w-]+)\\.?`),
    cause: '{other}, which {module} needs, has been in its init function for 30 seconds',
    next: 'Find out why {other} hangs.',
    errno: 'EBUSY',
  },
  {
    id: 'invalid-module-format',
    pattern: line(
      "(?:insmod: ERROR: could not insert module (?<file>\\S+): Invalid module format|modprobe: ERROR: could not insert '(?<module>[^']+)': Exec format error|insmod: error inserting '(?<old>[^']+)': -1 Invalid module format|(?:Invalid module format|Exec format error))",
    ),
    cause:
      'the kernel refused the module (ENOEXEC; insmod says "Invalid module format", modprobe "Exec format error"). The reason is in the kernel log; an empty log means missing CRCs or vermagic, or forcing on a kernel that does not allow it',
    next: 'Read dmesg right after; check the module against this kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'key-rejected',
    pattern: line('Key was rejected by service|Required key not available'),
    cause:
      'signatures are enforced and the module has none that this kernel trusts, or its signature does not fit the file',
    next: 'Sign it (again) with a key of the keyrings; after a kernel update a key that was built into the old image is gone, one enrolled with mokutil is not.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'unknown-symbol-user',
    pattern: line('could not insert (?:module )?\\S+: Unknown symbol in module'),
    cause: 'a symbol that the module needs is not there (ENOENT); the kernel log names it',
    next: 'Use modprobe, which loads dependencies; after a new module was copied run depmod.',
    errno: 'ENOENT',
  },
  {
    id: 'invalid-parameters-user',
    pattern: line('could not insert (?:module )?\\S+: Invalid (?:parameters|argument)'),
    cause:
      'the kernel answered EINVAL. That is a bad parameter, but also a symbol with another CRC or a namespace that is not imported',
    next: 'Read dmesg: it says which of these.',
    errno: 'EINVAL',
  },
  {
    id: 'modpost-undefined',
    pattern: line('(?:ERROR|WARNING): modpost: "(?<symbol>[^"]+)" \\[(?<module>[^\\]]+)\\.ko\\] undefined!'),
    cause: 'no Module.symvers that the build of {module} reads lists {symbol}',
    next: 'Build against a tree with Module.symvers; name the one of the module that exports it in KBUILD_EXTRA_SYMBOLS.',
  },
];
