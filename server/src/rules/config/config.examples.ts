import type { ExampleTarget, RuleExample } from '../rule-example.ts';

const orin: ExampleTarget = {
  name: 'orin-rt',
  vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64',
};
const stock: ExampleTarget = {
  name: 'orin-stock',
  vermagic: '5.15.148-tegra SMP preempt mod_unload modversions aarch64',
};
const head =
  '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 5.15.148 Kernel Configuration\n#\nCONFIG_ARM64=y\n';

/** A small kernel tree: what the Kconfig examples are checked against. */
const tree: Readonly<Record<string, string>> = {
  '/src/Makefile': 'VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 148\nEXTRAVERSION =\n',
  '/src/Kconfig':
    'mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"\nsource "arch/$(SRCARCH)/Kconfig"\nsource "net/Kconfig"\n',
  '/src/arch/arm64/Kconfig': `config ARM64
	def_bool y
	select GENERIC_BUG
config GENERIC_BUG
	bool
config MODULES
	bool "Enable loadable module support"
	modules
choice
	prompt "Preemption Model"
	default PREEMPT_NONE
config PREEMPT_NONE
	bool "No Forced Preemption"
config PREEMPT
	bool "Preemptible Kernel"
config PREEMPT_RT
	bool "Fully Preemptible Kernel"
	depends on ARCH_SUPPORTS_RT
endchoice
config ARCH_SUPPORTS_RT
	bool
config NR_CPUS
	int "Maximum number of CPUs"
	range 2 4096
	default 256
`,
  '/src/net/Kconfig': `menuconfig NET
	bool "Networking support"
if NET
config INET
	bool "TCP/IP networking"
config BT
	tristate "Bluetooth"
	depends on INET
	select CRC16
config BT_NAME
	string "Name"
	depends on BT
endif
config CRC16
	tristate "CRC16"
`,
};

export const configExamples: readonly RuleExample[] = [
  {
    rule: 'preempt-drift',
    shows: 'the stock preemption model on a target that runs PREEMPT_RT',
    path: '/w/.config',
    text: `${head}CONFIG_PREEMPT=y\n# CONFIG_PREEMPT_RT is not set\n`,
    target: orin,
    finds: [
      {
        at: '# CONFIG_PREEMPT_RT is not set',
        says: 'gives vermagic the word "preempt"; orin-rt has the word "preempt_rt" (the modules of orin-rt)',
        fixed: `${head}# CONFIG_PREEMPT is not set\nCONFIG_PREEMPT_RT=y\n`,
      },
    ],
  },
  {
    rule: 'preempt-drift',
    shows: 'a real-time configuration for a stock target',
    path: '/w/kernel/arch/arm64/configs/tegra_defconfig',
    text: 'CONFIG_PREEMPT_RT=y\n',
    target: stock,
    finds: [{ at: 'CONFIG_PREEMPT_RT=y', says: 'has the word "preempt"' }],
  },
  {
    rule: 'preempt-drift',
    shows: 'a fragment that says nothing of preemption leaves it alone',
    path: '/w/config/rt.cfg',
    text: 'CONFIG_MODVERSIONS=y\n',
    target: orin,
    finds: [],
  },
  {
    rule: 'preempt-drift',
    shows: 'since 5.16 PREEMPT_DYNAMIC makes the word preempt of a voluntary kernel',
    path: '/boot/config-6.1.0-56-amd64',
    text: '# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_X86_64=y\nCONFIG_PREEMPT_BUILD=y\nCONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_PREEMPT_DYNAMIC=y\n',
    target: {
      name: 'bookworm',
      vermagic: '6.1.0-56-amd64 SMP preempt mod_unload modversions ',
      architecture: 'x86_64',
      version: '6.1.192',
    },
    finds: [],
  },
  {
    rule: 'preempt-drift',
    shows: 'a configuration of another architecture is not measured against the target',
    path: '/boot/config-6.1.0-56-amd64',
    text: '# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_X86_64=y\nCONFIG_PREEMPT_NONE=y\n',
    target: orin,
    finds: [],
  },
  {
    rule: 'mod-unload-differs',
    shows: 'modules cannot be unloaded, on a target where they can',
    path: '/w/.config',
    text: `${head}CONFIG_MODULES=y\n# CONFIG_MODULE_UNLOAD is not set\n`,
    target: orin,
    finds: [
      {
        at: '# CONFIG_MODULE_UNLOAD is not set',
        says: 'vermagic lacks the word "mod_unload"',
        fixed: `${head}CONFIG_MODULES=y\nCONFIG_MODULE_UNLOAD=y\n`,
      },
    ],
  },
  {
    rule: 'mod-unload-differs',
    shows: 'both agree',
    path: '/w/.config',
    text: `${head}CONFIG_MODULE_UNLOAD=y\n`,
    target: orin,
    finds: [],
  },
  {
    rule: 'modversions-disabled',
    shows: 'the target has CRCs, this kernel will not',
    path: '/w/.config',
    text: `${head}CONFIG_MODULES=y\n# CONFIG_MODVERSIONS is not set\n`,
    target: orin,
    finds: [
      {
        at: '# CONFIG_MODVERSIONS is not set',
        says: 'its vermagic says "modversions", this configuration\'s will not',
        severity: 'warning',
        fixed: `${head}CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n`,
      },
    ],
  },
  {
    rule: 'modversions-disabled',
    shows: 'a file that Kconfig wrote without the symbol has it off; the line of MODULES is marked',
    path: '/w/.config',
    text: `${head}CONFIG_MODULES=y\n`,
    finds: [
      {
        at: 'CONFIG_MODULES=y',
        says: 'No symbol carries a CRC then',
        severity: 'warning',
        fixed: `${head}CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n`,
      },
    ],
  },
  {
    rule: 'force-load-enabled',
    shows: 'forced loading is on',
    path: '/w/.config',
    text: 'CONFIG_MODULE_FORCE_LOAD=y\nCONFIG_MODULES=y\n',
    finds: [
      {
        at: 'CONFIG_MODULE_FORCE_LOAD=y',
        says: 'only taints itself (F)',
        fixed: '# CONFIG_MODULE_FORCE_LOAD is not set\nCONFIG_MODULES=y\n',
      },
    ],
  },
  {
    rule: 'force-unload-enabled',
    shows: 'forced unloading is on',
    path: '/w/debug.config.cfg',
    text: 'CONFIG_MODULE_FORCE_UNLOAD=y\n',
    finds: [
      { at: 'CONFIG_MODULE_FORCE_UNLOAD=y', says: 'rmmod -f', fixed: '# CONFIG_MODULE_FORCE_UNLOAD is not set\n' },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'CONFIG_LOCALVERSION of another kernel',
    path: '/w/.config',
    text: `${head}CONFIG_LOCALVERSION="-custom"\n`,
    target: orin,
    finds: [{ at: '"-custom"', says: 'orin-rt is "5.15.148-tegra"', fixed: `${head}CONFIG_LOCALVERSION="-tegra"\n` }],
  },
  {
    rule: 'localversion-drift',
    shows: 'the suffix is given twice: by the configuration and by the script that calls make',
    path: '/w/.config',
    text: `${head}CONFIG_LOCALVERSION="-tegra"\n`,
    target: orin,
    files: { '/w/scripts/02_build_kernel.sh': '#!/bin/sh\nexport LOCALVERSION=-tegra\nmake Image modules\n' },
    finds: [{ at: '"-tegra"', says: 'make\'s LOCALVERSION: "-tegra-tegra"', fixed: `${head}CONFIG_LOCALVERSION=""\n` }],
  },
  {
    rule: 'localversion-drift',
    shows: 'an empty CONFIG_LOCALVERSION leaves the suffix to make',
    path: '/w/.config',
    text: `${head}CONFIG_LOCALVERSION=""\n`,
    target: orin,
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'the commit is appended',
    path: '/w/.config',
    text: 'CONFIG_LOCALVERSION_AUTO=y\n',
    finds: [{ at: 'CONFIG_LOCALVERSION_AUTO=y', says: '-dirty', fixed: '# CONFIG_LOCALVERSION_AUTO is not set\n' }],
  },
  {
    rule: 'sig-force-without-key',
    shows: 'only the key that the build makes for itself',
    path: '/w/.config',
    text: 'CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\nCONFIG_MODULE_SIG_KEY="certs/signing_key.pem"\nCONFIG_SYSTEM_TRUSTED_KEYS=""\n',
    finds: [{ at: 'CONFIG_MODULE_SIG_FORCE=y', says: 'nothing built later can be signed with it', noFix: true }],
  },
  {
    rule: 'sig-force-without-key',
    shows: "a key of one's own",
    path: '/w/.config',
    text: 'CONFIG_MODULE_SIG_FORCE=y\nCONFIG_MODULE_SIG_KEY="/keys/board.pem"\n',
    finds: [],
  },
  {
    rule: 'per-kernel-key',
    shows: 'a certificate in the image is gone with the next kernel',
    path: '/w/.config',
    text: 'CONFIG_SYSTEM_TRUSTED_KEYS="certs/admin.pem"\n',
    finds: [{ at: 'CONFIG_SYSTEM_TRUSTED_KEYS', says: 'mokutil --import' }],
  },
  {
    rule: 'config-value-type',
    shows: "with the kernel source at hand the symbol's own type counts",
    path: '/boot/config-5.15.148',
    text: `${head}CONFIG_NET=m\nCONFIG_INET="y"\nCONFIG_NR_CPUS="8"\nCONFIG_BT=m\nCONFIG_BT_NAME=orin\n`,
    files: tree,
    kernelSource: '/src',
    finds: [
      { at: 'm', line: 6, says: 'cannot be a module' },
      { at: '"y"', says: 'expected y or n' },
      {
        at: '"8"',
        says: 'expected a decimal number',
        fixed: `${head}CONFIG_NET=m\nCONFIG_INET="y"\nCONFIG_NR_CPUS=8\nCONFIG_BT=m\nCONFIG_BT_NAME=orin\n`,
      },
      { at: 'orin', says: 'text in double quotes' },
    ],
  },
  {
    rule: 'config-duplicate',
    shows: 'the later line wins',
    path: '/w/.config',
    text: 'CONFIG_A=y\nCONFIG_B=y\n# CONFIG_A is not set\n',
    finds: [
      { at: '# CONFIG_A is not set', says: 'set to y in line 1', fixed: 'CONFIG_B=y\n# CONFIG_A is not set\n' },
    ].map((find) => ({ ...find, says: 'and to y in line 1: the last line wins' })),
  },
  {
    rule: 'config-dependency',
    shows: 'what Kconfig will change, and why',
    path: '/boot/config-5.15.148',
    text: `${head}# CONFIG_GENERIC_BUG is not set\nCONFIG_MODULES=y\nCONFIG_PREEMPT_RT=y\nCONFIG_NR_CPUS=8192\n# CONFIG_NET is not set\nCONFIG_INET=y\nCONFIG_OLD_THING=y\n# CONFIG_OLD_ONE is not set\nCONFIG_OLD_TWO=n\nCONFIG_OLD_TEXT="n"\n`,
    files: tree,
    kernelSource: '/src',
    finds: [
      {
        at: '# CONFIG_GENERIC_BUG is not set',
        says: 'make this "CONFIG_GENERIC_BUG=y": it is selected by CONFIG_ARM64',
      },
      { at: 'CONFIG_PREEMPT_RT=y', says: 'depends on ARCH_SUPPORTS_RT, which is not set' },
      { at: 'CONFIG_NR_CPUS=8192', says: 'make this "CONFIG_NR_CPUS=256": a value from 2 to 4096 is expected' },
      { at: 'CONFIG_INET=y', says: 'depends on NET, which is not set' },
      { at: 'CONFIG_OLD_THING=y', says: 'has no symbol OLD_THING' },
      { at: 'CONFIG_OLD_TEXT="n"', says: 'has no symbol OLD_TEXT' },
    ],
  },
  {
    rule: 'config-dependency',
    shows: 'a configuration as Kconfig would write it',
    path: '/boot/config-5.15.148',
    text: `${head}CONFIG_GENERIC_BUG=y\nCONFIG_MODULES=y\nCONFIG_PREEMPT_NONE=y\n# CONFIG_PREEMPT is not set\nCONFIG_NR_CPUS=8\nCONFIG_NET=y\nCONFIG_INET=y\nCONFIG_BT=m\nCONFIG_BT_NAME="orin"\nCONFIG_CRC16=m\n`,
    files: tree,
    kernelSource: '/src',
    finds: [],
  },
  {
    rule: 'config-dependency',
    shows: 'a module that is selected by a module, and a choice of two values',
    path: '/boot/config-5.15.148',
    text: `${head}CONFIG_GENERIC_BUG=y\nCONFIG_MODULES=y\nCONFIG_PREEMPT_NONE=y\nCONFIG_PREEMPT=y\nCONFIG_NET=y\nCONFIG_INET=y\nCONFIG_BT=m\n# CONFIG_CRC16 is not set\n`,
    files: tree,
    kernelSource: '/src',
    finds: [
      { at: 'CONFIG_PREEMPT_NONE=y', says: 'CONFIG_PREEMPT is chosen in the same choice' },
      { at: '# CONFIG_CRC16 is not set', says: 'make this "CONFIG_CRC16=m": it is selected by CONFIG_BT' },
    ],
  },
];
