import type { Severity } from './finding.ts';

export type RuleGroup = 'module' | 'tree' | 'script' | 'build' | 'source' | 'log';

export interface Rule {
  readonly group: RuleGroup;
  /** The default level; settings and `vermagic.json` may change it. */
  readonly level: Severity;
  /** In one line, for the settings, the index of docs/rules and SARIF. */
  readonly summary: string;
}

/**
 * Every rule id there is. Ids are stable: they stand in suppressions, settings and other people's CI.
 * Each has a page `docs/rules/<id>.md`; a test keeps pages, settings and this table in step.
 */
export const rules = {
  'vermagic-mismatch': {
    group: 'module',
    level: 'error',
    summary: "The module's vermagic differs from the target kernel's in a part that counts",
  },
  'crc-mismatch': {
    group: 'module',
    level: 'error',
    summary: 'An imported symbol has another CRC than the target exports',
  },
  'crc-missing': { group: 'module', level: 'error', summary: 'An imported symbol has no CRC in the module' },
  'versions-empty': {
    group: 'module',
    level: 'error',
    summary: 'Built without Module.symvers: vermagic says modversions, but there are no CRCs',
  },
  'unknown-symbol': { group: 'module', level: 'error', summary: 'The target exports no such symbol' },
  'gpl-only-symbol': { group: 'module', level: 'error', summary: 'A proprietary module imports a GPL-only export' },
  'namespace-not-imported': {
    group: 'module',
    level: 'error',
    summary: 'A symbol lies in a namespace that the module does not import',
  },
  'duplicate-export': {
    group: 'module',
    level: 'error',
    summary: 'The module exports a symbol that is exported already',
  },
  'struct-module-size': {
    group: 'module',
    level: 'error',
    summary: "The module's struct module has another size than the target's",
  },
  'elf-invalid': { group: 'module', level: 'error', summary: 'The file is no ELF module that the loader accepts' },
  'wrong-architecture': { group: 'module', level: 'error', summary: 'The module is built for another architecture' },
  'signature-missing': { group: 'module', level: 'warning', summary: 'The module is not signed' },
  'signature-untrusted': {
    group: 'module',
    level: 'warning',
    summary: 'The target does not know the key that signed the module',
  },
  'signature-invalid': { group: 'module', level: 'error', summary: 'The signature does not fit the file' },
  'module-blacklisted': { group: 'module', level: 'error', summary: 'module_blacklist= names the module' },
  'already-loaded': { group: 'module', level: 'error', summary: 'A module of this name is loaded already' },
  'parameter-invalid': { group: 'module', level: 'error', summary: 'A module parameter is refused by its type' },
  'relocation-unsupported': {
    group: 'module',
    level: 'error',
    summary: 'The kernel cannot apply one of the relocations',
  },
  'section-flags': { group: 'module', level: 'error', summary: 'A section is both writable and executable' },
  'btf-mismatch': { group: 'module', level: 'warning', summary: "The module's BTF does not fit the target's" },
  'livepatch-unsupported': {
    group: 'module',
    level: 'error',
    summary: 'A livepatch module on a kernel without CONFIG_LIVEPATCH',
  },
  taint: { group: 'module', level: 'info', summary: 'Loading the module taints the kernel until the next reboot' },
  'init-reference': {
    group: 'module',
    level: 'warning',
    summary: 'Persistent data points into code or data that is freed after init',
  },
  'license-missing': {
    group: 'module',
    level: 'warning',
    summary: 'No licence, or none that the kernel knows: GPL-only symbols are out of reach',
  },
  'retpoline-missing': { group: 'module', level: 'info', summary: 'Built without retpolines' },
  'debug-info-left': { group: 'module', level: 'hint', summary: 'The module still carries debug information' },
  'force-useless': {
    group: 'module',
    level: 'error',
    summary: 'Forcing cannot help on this target: CONFIG_MODULE_FORCE_LOAD is not set',
  },

  'mixed-vermagic': { group: 'tree', level: 'error', summary: 'Modules of one tree disagree about vermagic' },
  'release-dir-mismatch': {
    group: 'tree',
    level: 'error',
    summary: 'The directory under lib/modules is not named after the kernel it serves',
  },
  'headers-package-mismatch': {
    group: 'tree',
    level: 'error',
    summary: 'The shipped kernel headers do not match the shipped kernel',
  },
  'provider-missing': { group: 'tree', level: 'error', summary: 'A symbol is exported by no module of the tree' },
  'depends-missing': { group: 'tree', level: 'error', summary: 'A module named in depends= is not in the tree' },
  'stale-build': { group: 'tree', level: 'error', summary: 'An input changed after the build output was made' },
  'stale-rootfs': { group: 'tree', level: 'error', summary: 'The root file system holds modules of an older build' },
  'marker-drift': { group: 'tree', level: 'error', summary: 'A recorded expectation disagrees with the tree' },
  'hold-missing': { group: 'tree', level: 'error', summary: 'Vendor kernel packages are not held' },
  'pin-missing': { group: 'tree', level: 'error', summary: 'Vendor kernel packages are not pinned' },
  'modules-dep-stale': {
    group: 'tree',
    level: 'warning',
    summary: 'modules.dep does not cover the modules, or is older',
  },
  'loaded-module-differs': {
    group: 'tree',
    level: 'warning',
    summary: 'A loaded module is not the one that the next boot loads',
  },

  'force-load': { group: 'script', level: 'error', summary: 'A module is loaded by force' },
  'force-unload': { group: 'script', level: 'warning', summary: 'A module is removed by force' },
  'forbidden-package': { group: 'script', level: 'error', summary: 'Installs a package that the policy forbids' },
  'unguarded-upgrade': {
    group: 'script',
    level: 'warning',
    summary: 'Upgrades packages with no hold on the kernel before it',
  },
  'hold-released': { group: 'script', level: 'error', summary: 'Releases the hold of a protected package' },
  'pin-opens-kernel': { group: 'script', level: 'warning', summary: 'An apt preference pulls a vendor kernel in' },
  'unguarded-source': {
    group: 'script',
    level: 'info',
    summary: "A vendor's archive with its kernel is enabled, and no hold or pin beside it keeps that kernel out",
  },
  'foreign-module': {
    group: 'script',
    level: 'warning',
    summary: 'Loads or installs a module that the container build did not make',
  },
  'host-build': { group: 'script', level: 'info', summary: 'Builds kernel or modules outside the container' },
  'headers-not-checked': {
    group: 'script',
    level: 'info',
    summary: 'A DKMS build or installer runs with no matching headers step before it',
  },
  'suppression-without-reason': {
    group: 'script',
    level: 'warning',
    summary: 'A finding is suppressed without a reason',
  },

  'force-load-enabled': {
    group: 'build',
    level: 'warning',
    summary: 'CONFIG_MODULE_FORCE_LOAD lets anyone skip the checks',
  },
  'force-unload-enabled': {
    group: 'build',
    level: 'warning',
    summary: 'CONFIG_MODULE_FORCE_UNLOAD lets modules in use be removed',
  },
  'modversions-disabled': {
    group: 'build',
    level: 'warning',
    summary: 'Without CONFIG_MODVERSIONS nothing protects against a changed ABI',
  },
  'mod-unload-differs': {
    group: 'build',
    level: 'error',
    summary: 'CONFIG_MODULE_UNLOAD differs from the target: vermagic changes',
  },
  'preempt-drift': {
    group: 'build',
    level: 'error',
    summary: 'The preemption model differs from the target or the pins',
  },
  'localversion-drift': {
    group: 'build',
    level: 'error',
    summary: 'LOCALVERSION or EXTRAVERSION differs from the target or the pins',
  },
  'localversion-plus': { group: 'build', level: 'info', summary: 'A + or -dirty will be appended to the release' },
  'sig-force-without-key': {
    group: 'build',
    level: 'error',
    summary: 'Signatures are enforced, but no key of yours is built in',
  },
  'per-kernel-key': {
    group: 'build',
    level: 'info',
    summary: 'A key built into the kernel image does not survive a kernel update',
  },
  'config-syntax': { group: 'build', level: 'error', summary: 'A line that the configuration reader does not take' },
  'config-value-type': { group: 'build', level: 'error', summary: 'A value that its symbol cannot have' },
  'config-duplicate': { group: 'build', level: 'warning', summary: 'A symbol set more than once: the last one wins' },
  'config-dependency': {
    group: 'build',
    level: 'warning',
    summary: 'A value that Kconfig will change because a dependency is not met',
  },
  'extra-symbols-missing': {
    group: 'build',
    level: 'error',
    summary: 'KBUILD_EXTRA_SYMBOLS lacks a file, or names one that is not there',
  },
  'symvers-missing': {
    group: 'build',
    level: 'warning',
    summary: 'Building against a tree without Module.symvers: no CRCs will be written',
  },
  'kbuild-object-missing': { group: 'build', level: 'warning', summary: 'An object that no source makes' },
  'kbuild-unknown-variable': { group: 'build', level: 'warning', summary: 'A misspelt Kbuild variable' },
  'pins-inconsistent': { group: 'build', level: 'error', summary: 'Two files pin different versions' },

  'init-pointer-escape': {
    group: 'source',
    level: 'warning',
    summary: 'The address of an __init function outlives init',
  },
  'param-signedness': { group: 'source', level: 'info', summary: 'A size or count declared as a signed parameter' },
  'param-unchecked': { group: 'source', level: 'info', summary: 'A parameter used without a range check' },
  'module-license-missing': { group: 'source', level: 'warning', summary: 'No MODULE_LICENSE' },
  'namespace-import-missing': { group: 'source', level: 'warning', summary: 'A used symbol needs MODULE_IMPORT_NS' },

  'load-refusal': { group: 'log', level: 'info', summary: 'A loader message, explained' },
  'tainted-trace': {
    group: 'log',
    level: 'info',
    summary: 'A tainted kernel decoded, and the module that an oops lies in',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;

export function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}

/** Where the rule is explained. */
export function rulePage(id: string): string {
  return `https://github.com/vermagic/vermagic/blob/main/docs/rules/${id}.md`;
}
