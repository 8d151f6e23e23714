import { type LogMessage, line, name } from './log-message.ts';

/** What the kernel says of a module's file and of how it was built (kernel/module/main.c and each architecture's module.c). */
export const fileMessages: readonly LogMessage[] = [
  {
    id: 'version-magic',
    pattern: line(`${name}: version magic '(?<actual>[^']*)' should be '(?<expected>[^']*)'`),
    cause: 'The module {module} was built for another kernel: {difference}',
    next: 'Rebuild it against the headers of the kernel that runs. Forcing it does not make it fit.',
    errno: 'ENOEXEC',
  },
  {
    id: 'struct-module-size',
    pattern: line(`(?:module )?${name}: \\.gnu\\.linkonce\\.this_module section size must match`),
    cause:
      'Struct module has another size in the kernel that {module} was built for. Since Linux 6.4 this is looked at before anything else that tells kernels apart',
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
    cause: 'The symbol table of {module}, which the kernel needs to link it, was removed by strip',
    next: 'Use strip --strip-debug (modules_install INSTALL_MOD_STRIP=1), never plain strip.',
    errno: 'ENOEXEC',
  },
  {
    id: 'no-module-found',
    pattern: line(`${name}: No module found in object`),
    cause: 'The file has no struct module: it is an object file, not a module',
    next: 'Load the .ko, not the .o.',
    errno: 'ENOEXEC',
  },
  {
    id: 'invalid-architecture',
    pattern: line('Invalid (?:module )?architecture in ELF header: (?<machine>\\d+)'),
    cause: 'The file is built for another processor (e_machine {machine}: {architecture})',
    next: 'Build with the right ARCH and CROSS_COMPILE.',
    errno: 'ENOEXEC',
  },
  {
    id: 'invalid-elf',
    pattern: line(
      'Invalid ELF (?:header|section|symbol|sh_link)|Module has invalid ELF structures|ELF Spec violation|Only one \\.modinfo section must exist|has an invalid section index|empty (?:section name|symbol string) table|symbol string table|extended version crc',
    ),
    cause: 'The file is no complete ELF module: cut short, empty, or damaged in a copy',
    next: 'Compare its size and checksum with the build output and copy it again.',
    errno: 'ENOEXEC',
  },
  {
    id: 'not-elf-compressed',
    pattern: line('not (?:an xz|a zstd|a gzip) compressed module|[Mm]odule decompression failed'),
    cause: 'The kernel was asked to unpack the module and does not know its compression',
    next: 'Compress as CONFIG_MODULE_COMPRESS_* of this kernel says, or not at all.',
    errno: 'EINVAL',
  },
  {
    id: 'blacklisted',
    pattern: line('Module (?<module>\\S+) is blacklisted'),
    cause: 'The kernel command line names {module} in module_blacklist=',
    next: 'Take it out of the boot arguments (/proc/cmdline).',
    errno: 'EPERM',
  },
  {
    id: 'section-flags',
    pattern: line(`${name}: section (?<section>\\S+) \\(index \\d+\\) has invalid WRITE\\|EXEC flags`),
    cause: 'The section {section} is both writable and executable, which CONFIG_STRICT_MODULE_RWX forbids',
    next: "Find the assembly or attribute that makes the section; build with Kbuild's own flags.",
    errno: 'ENOEXEC',
  },
  {
    id: 'relocation',
    pattern: line(
      'Unknown rela relocation|unsupported RELA relocation|overflow in relocation type|likely not compiled with -mcmodel=kernel|[Ii]nvalid relocation target|module PLT section\\(s\\) missing',
    ),
    cause:
      "The module contains code that cannot be placed in kernel memory: compiled without the kernel's own flags, or not linked with the kernel's linker script",
    next: 'Build with make -C /lib/modules/RELEASE/build M=..., not with a compiler command of your own.',
    errno: 'ENOEXEC',
  },
  {
    id: 'common-symbol',
    pattern: line(`${name}: please compile with -fno-common`),
    cause: 'A global variable was left in common storage',
    next: "Build with Kbuild's flags, or add -fno-common.",
    errno: 'ENOEXEC',
  },
  {
    id: 'livepatch',
    pattern: line(`${name}: module is marked as livepatch module, but livepatch support is disabled`),
    cause: 'The kernel was built without CONFIG_LIVEPATCH',
    next: 'Use a kernel with live patching.',
    errno: 'ENOEXEC',
  },
  {
    id: 'btf',
    pattern: line('failed to validate module \\[?(?<module>[\\w-]+)\\]? BTF: (?<error>-?\\d+)'),
    cause: 'The type information (BTF) of {module} was made against another vmlinux',
    next: 'Rebuild it with the vmlinux of this kernel beside the headers, or strip .BTF.',
  },
];
