/** What a symbol does to modules: to vermagic, to CRCs, or to loading. */
export interface ConfigEffect {
  readonly effect: string;
  readonly on: 'vermagic' | 'crc' | 'loading';
}

/** Symbols that decide whether a module loads (include/linux/vermagic.h, kernel/module/). Names without `CONFIG_`. */
export const configEffects: Readonly<Record<string, ConfigEffect>> = {
  SMP: { on: 'vermagic', effect: 'Puts "SMP" into vermagic and changes the layout of almost every structure.' },
  PREEMPT: {
    on: 'vermagic',
    effect: 'Up to Linux 5.15 puts "preempt" into vermagic; selects PREEMPT_BUILD since 5.16.',
  },
  PREEMPT_BUILD: {
    on: 'vermagic',
    effect: 'Since Linux 5.16 puts "preempt" into vermagic (before 6.13 even beside PREEMPT_RT).',
  },
  PREEMPT_DYNAMIC: {
    on: 'vermagic',
    effect: 'Selects PREEMPT_BUILD: vermagic says "preempt", whatever model is booted.',
  },
  PREEMPT_RT: {
    on: 'vermagic',
    effect: 'Puts "preempt_rt" into vermagic and changes the CRCs of most symbols: stock modules are refused.',
  },
  PREEMPT_NONE: { on: 'vermagic', effect: 'No preemption word in vermagic, unless PREEMPT_DYNAMIC is set.' },
  PREEMPT_VOLUNTARY: { on: 'vermagic', effect: 'No preemption word in vermagic, unless PREEMPT_DYNAMIC is set.' },
  MODULE_UNLOAD: { on: 'vermagic', effect: 'Puts "mod_unload" into vermagic and adds fields to struct module.' },
  MODVERSIONS: {
    on: 'vermagic',
    effect:
      'Puts "modversions" into vermagic; every imported symbol must carry the CRC the kernel has. The release is then not compared.',
  },
  ASM_MODVERSIONS: { on: 'crc', effect: 'CRCs for symbols exported from assembly.' },
  EXTENDED_MODVERSIONS: {
    on: 'crc',
    effect: 'Since Linux 6.14: a second CRC table for long names; a kernel uses only that one where a module has it.',
  },
  BASIC_MODVERSIONS: {
    on: 'crc',
    effect: 'Since Linux 6.14: modules carry the classic CRC table; without it older tools and kernels see no CRCs.',
  },
  GENDWARFKSYMS: { on: 'crc', effect: 'CRCs come from debug information: no CRC agrees with one that genksyms made.' },
  GENKSYMS: { on: 'crc', effect: 'CRCs come from the source text of types.' },
  MODULE_REL_CRCS: { on: 'crc', effect: 'CRCs are stored relative (some architectures, up to 5.18).' },
  RANDSTRUCT: { on: 'vermagic', effect: "Puts the seed's hash into vermagic: only modules of this very build fit." },
  GCC_PLUGIN_RANDSTRUCT: {
    on: 'vermagic',
    effect: "Puts the seed's hash into vermagic (up to 5.18): only modules of this very build fit.",
  },
  LOCALVERSION: { on: 'vermagic', effect: "Appended to the release, before make's LOCALVERSION." },
  LOCALVERSION_AUTO: { on: 'vermagic', effect: 'Appends the commit to the release: every commit is another kernel.' },
  THUMB2_KERNEL: { on: 'vermagic', effect: 'Puts "thumb2" into vermagic (arm).' },
  ARM_PATCH_PHYS_VIRT: { on: 'vermagic', effect: 'Puts "p2v8" into vermagic (arm).' },
  MPROFILE_KERNEL: { on: 'vermagic', effect: 'Puts "mprofile-kernel" into vermagic (powerpc).' },
  RELOCATABLE: { on: 'vermagic', effect: 'Puts "relocatable" into vermagic (powerpc only).' },
  '64BIT': { on: 'vermagic', effect: 'Decides the architecture word of vermagic (mips, loongarch) and the ELF class.' },
  MODULES: { on: 'loading', effect: 'Without it there are no modules at all.' },
  MODULE_FORCE_LOAD: {
    on: 'loading',
    effect: 'Modules without usable vermagic or CRCs load and taint the kernel (F) instead of being refused.',
  },
  MODULE_FORCE_UNLOAD: { on: 'loading', effect: 'rmmod -f removes modules in use (taint R).' },
  MODULE_SIG: { on: 'loading', effect: 'Signatures are checked; an unsigned module taints the kernel (E).' },
  MODULE_SIG_FORCE: {
    on: 'loading',
    effect: 'A module without a trusted signature is refused ("Key was rejected by service").',
  },
  MODULE_SIG_ALL: {
    on: 'loading',
    effect: 'modules_install signs every module of the tree; modules built elsewhere are not signed by it.',
  },
  MODULE_SIG_KEY: {
    on: 'loading',
    effect: 'The key that signs modules, and whose certificate is built into the kernel.',
  },
  SYSTEM_TRUSTED_KEYS: {
    on: 'loading',
    effect: 'Certificates built into this kernel image; the next kernel has its own.',
  },
  SECONDARY_TRUSTED_KEYRING: { on: 'loading', effect: 'Keys may be added that a builtin one vouches for.' },
  INTEGRITY_MACHINE_KEYRING: {
    on: 'loading',
    effect: 'Keys enrolled with mokutil are trusted for modules (through the secondary keyring).',
  },
  INTEGRITY_PLATFORM_KEYRING: {
    on: 'loading',
    effect: 'UEFI keys are known; Debian and Ubuntu trust them for modules, upstream does not.',
  },
  SECURITY_LOCKDOWN_LSM: { on: 'loading', effect: 'A locked-down kernel takes signed modules only.' },
  STRICT_MODULE_RWX: { on: 'loading', effect: 'A module with a section both writable and executable is refused.' },
  DEBUG_INFO_BTF_MODULES: { on: 'loading', effect: "BTF of modules is checked against the kernel's." },
  MODULE_ALLOW_BTF_MISMATCH: { on: 'loading', effect: 'Modules whose BTF does not fit load without it.' },
  MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS: {
    on: 'loading',
    effect: 'A missing MODULE_IMPORT_NS is a warning instead of a refusal.',
  },
  LIVEPATCH: { on: 'loading', effect: 'Livepatch modules can be loaded.' },
  MODULE_COMPRESS_XZ: { on: 'loading', effect: 'modules_install writes .ko.xz.' },
  MODULE_COMPRESS_ZSTD: { on: 'loading', effect: 'modules_install writes .ko.zst.' },
  MODULE_COMPRESS_GZIP: { on: 'loading', effect: 'modules_install writes .ko.gz.' },
  MODULE_DECOMPRESS: { on: 'loading', effect: 'The kernel unpacks modules itself (since 5.17).' },
  TRIM_UNUSED_KSYMS: {
    on: 'loading',
    effect: 'Symbols that no module of the tree uses are not exported: external modules may miss them.',
  },
  MODULE_SCMVERSION: { on: 'loading', effect: 'Modules say the commit they were built from.' },
};
