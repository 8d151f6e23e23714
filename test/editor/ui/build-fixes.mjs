import { BuildWorkspace } from '../../server/build-workspace.ts';
import { fixAll, openFile, quickFix } from './text-editor.mjs';

const banner =
  '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.1.192 Kernel Configuration\n#\nCONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\n';
const config = `${banner}CONFIG_MODULES=y
CONFIG_MODULE_FORCE_LOAD=y
# CONFIG_MODULE_UNLOAD is not set
CONFIG_MODULE_FORCE_UNLOAD=y
# CONFIG_MODVERSIONS is not set
CONFIG_LOCALVERSION="-custom"
CONFIG_LOCALVERSION_AUTO=y
CONFIG_PREEMPT_NONE=y
# CONFIG_PREEMPT_RT is not set
CONFIG_NET = n
# CONFIG_NET is not set
CONFIG_NET_DSA=m
CONFIG_NET_DSA_QUEUES=8
#CONFIG_BT is not set
CONFIG_USB="y"
CONFIG_HZ="250"
CONFIG_EXT4_FS=m
# CONFIG_EXT4_FS is not set
CONFIG_NTE=y
`;
const kconfig = `mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"
config ARM64
	def_bool y
config 64BIT
	def_bool y
config SMP
	def_bool y
config MODULES
	bool "Enable loadable module support"
	modules
${['MODULE_FORCE_LOAD', 'MODULE_UNLOAD', 'MODULE_FORCE_UNLOAD', 'MODVERSIONS', 'LOCALVERSION_AUTO', 'NET', 'BT', 'USB']
  .map((name) => `config ${name}\n\tbool "${name}"\n`)
  .join('')}config LOCALVERSION
	string "Local version"
choice
	prompt "Preemption Model"
	default PREEMPT_NONE
config PREEMPT_NONE
	bool "No Forced Preemption"
config PREEMPT_RT
	bool "Fully Preemptible Kernel (Real-Time)"
endchoice
config NET_DSA
	tristate "Switches"
	depends on NET
config NET_DSA_QUEUES
	int "Queues"
	depends on NET_DSA
config HZ
	int "Ticks a second"
config EXT4_FS
	tristate "ext4"
`;
const doubled = `${banner}CONFIG_LOCALVERSION="-56-rt-arm64"\n`;
const fragment = 'CONFIG_BT=yes\nCONFIG_DEFAULT_HOSTNAME=orin\n';
const kbuild = `KBUILD_EXTRA_SYMBOLS := $(src)/../orka/Module.symvers
obj-m := mine.c
ccflag-y += -DX
`;
const makefile = 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION = -orin\nNAME = Test\n';
const script = '#!/bin/sh\nexport LOCALVERSION=-tegra\nmake -C kernel modules\n';

const files = {
  'kernel/src/Kconfig': kconfig,
  'kernel/src/.config': config,
  'kernel/doubled/.config': doubled,
  'kernel/orin.config': fragment,
  'kernel/tree/Makefile': makefile,
  'kernel/tree/Kconfig': kconfig,
  'source/fixes/Kbuild': kbuild,
  'source/fixes/mine.c': '',
  'scripts/local.sh': script,
};

/** The sample project with build files in which something of every kind is wrong. */
export const buildFixes = {
  name: 'build fixes',
  workspace() {
    const workspace = new BuildWorkspace();
    for (const [name, text] of Object.entries(files)) workspace.write(name, text);
    return { folder: workspace.folder, remove: () => workspace.remove() };
  },
  cases: {
    'forced loading is unset': fix(
      'kernel/src/.config',
      'CONFIG_MODULE_FORCE_LOAD=y',
      'Unset CONFIG_MODULE_FORCE_LOAD',
      [['CONFIG_MODULE_FORCE_LOAD=y', '# CONFIG_MODULE_FORCE_LOAD is not set']],
    ),
    'forced unloading is unset': fix(
      'kernel/src/.config',
      'CONFIG_MODULE_FORCE_UNLOAD=y',
      'Unset CONFIG_MODULE_FORCE_UNLOAD',
      [['CONFIG_MODULE_FORCE_UNLOAD=y', '# CONFIG_MODULE_FORCE_UNLOAD is not set']],
    ),
    'unloading is set as the target has it': fix(
      'kernel/src/.config',
      'CONFIG_MODULE_UNLOAD is',
      'Set CONFIG_MODULE_UNLOAD',
      [['# CONFIG_MODULE_UNLOAD is not set', 'CONFIG_MODULE_UNLOAD=y']],
    ),
    'versions of symbols are set': fix('kernel/src/.config', 'CONFIG_MODVERSIONS', 'Set CONFIG_MODVERSIONS=y', [
      ['# CONFIG_MODVERSIONS is not set', 'CONFIG_MODVERSIONS=y'],
    ]),
    'the suffix of the release is set to that of the target': fix(
      'kernel/src/.config',
      '"-custom"',
      'Set CONFIG_LOCALVERSION="-56-rt-arm64"',
      [['"-custom"', '"-56-rt-arm64"']],
    ),
    'a suffix that would stand twice is emptied': fix(
      'kernel/doubled/.config',
      '"-56-rt-arm64"',
      'Empty CONFIG_LOCALVERSION',
      [['"-56-rt-arm64"', '""']],
    ),
    'the suffix out of a checkout is unset': fix(
      'kernel/src/.config',
      'CONFIG_LOCALVERSION_AUTO',
      'Unset CONFIG_LOCALVERSION_AUTO',
      [['CONFIG_LOCALVERSION_AUTO=y', '# CONFIG_LOCALVERSION_AUTO is not set']],
    ),
    'the preemption model becomes that of the target': fix(
      'kernel/src/.config',
      'CONFIG_PREEMPT_RT',
      'Set CONFIG_PREEMPT_RT=y and unset the other preemption models',
      [
        ['CONFIG_PREEMPT_NONE=y', '# CONFIG_PREEMPT_NONE is not set'],
        ['# CONFIG_PREEMPT_RT is not set', 'CONFIG_PREEMPT_RT=y'],
      ],
    ),
    'blanks around "=" go': fix('kernel/src/.config', 'CONFIG_NET = n', 'Write "CONFIG_NET=n"', [
      ['CONFIG_NET = n', 'CONFIG_NET=n'],
    ]),
    'a line that Kconfig takes for a comment is written right': fix(
      'kernel/src/.config',
      '#CONFIG_BT',
      'Write "# CONFIG_BT is not set"',
      [['#CONFIG_BT is', '# CONFIG_BT is']],
    ),
    'quotes round a letter go': fix('kernel/src/.config', '"y"', 'Write CONFIG_USB=y', [['"y"', 'y']]),
    'quotes round a number go': fix('kernel/src/.config', '"250"', 'Write CONFIG_HZ=250', [['"250"', '250']]),
    'a text gets its quotes': fix('kernel/orin.config', 'orin', 'Write CONFIG_DEFAULT_HOSTNAME="orin"', [
      ['=orin', '="orin"'],
    ]),
    'a word becomes its letter': fix('kernel/orin.config', 'yes', 'Write CONFIG_BT=y', [['=yes', '=y']]),
    'the line that does not count is removed': fix('kernel/src/.config', '# CONFIG_EXT4_FS', 'Remove line', [
      ['CONFIG_EXT4_FS=m\n', ''],
    ]),
    'an unmet dependency: the line becomes what Kconfig makes of it': fix(
      'kernel/src/.config',
      'CONFIG_NET_DSA=m',
      'Write "# CONFIG_NET_DSA is not set", as Kconfig will',
      [['CONFIG_NET_DSA=m', '# CONFIG_NET_DSA is not set']],
    ),
    'a number that Kconfig drops is removed': fix(
      'kernel/src/.config',
      'CONFIG_NET_DSA_QUEUES',
      'Remove the line, as Kconfig will',
      [['CONFIG_NET_DSA_QUEUES=8\n', '']],
    ),
    'a symbol that this kernel does not have is removed': fix('kernel/src/.config', 'CONFIG_NTE', 'Remove the line', [
      ['CONFIG_NTE=y\n', ''],
    ]),
    'a finding in .config is silenced with a reason': fix(
      'kernel/src/.config',
      'CONFIG_MODULE_FORCE_LOAD=y',
      'Silence force-load-enabled here, with a reason',
      [
        [
          'CONFIG_MODULE_FORCE_LOAD=y',
          '# vermagic disable=force-load-enabled -- the reason why this is right here\nCONFIG_MODULE_FORCE_LOAD=y',
        ],
      ],
    ),
    'a source in obj-m becomes the object': fix('source/fixes/Kbuild', 'mine.c', 'Write mine.o', [
      ['mine.c', 'mine.o'],
    ]),
    'a misspelt variable is renamed': fix('source/fixes/Kbuild', 'ccflag-y', 'Rename to ccflags-y', [
      ['ccflag-y', 'ccflags-y'],
    ]),
    'a Module.symvers that is not there is replaced by one that is': fix(
      'source/fixes/Kbuild',
      '/orka/',
      'Use $(src)/../orca/Module.symvers',
      [['orka', 'orca']],
    ),
    "EXTRAVERSION of the kernel's Makefile becomes that of the target": fix(
      'kernel/tree/Makefile',
      '-orin',
      'Set EXTRAVERSION = -56-rt-arm64',
      [['-orin', '-56-rt-arm64']],
    ),
    'a pin in a script becomes that of versions.env': fix(
      'scripts/local.sh',
      '-tegra',
      'Use "-56-rt-arm64" from versions.env',
      [['-tegra', '-56-rt-arm64']],
    ),
    'everything in a configuration is fixed at once': async (workbench, workspace) => {
      await openFile(workbench, 'kernel/orin.config');
      const fixed = await fixAll(workbench, workspace, 'kernel/orin.config');
      if (fixed !== 'CONFIG_BT=y\nCONFIG_DEFAULT_HOSTNAME="orin"\n') throw new Error(fixed);
    },
  },
};

/** A case that clicks the fix with this title where the words stand, and expects the file with the parts replaced. */
function fix(name, words, title, replaced) {
  const text = files[name];
  const expected = replaced.reduce((result, [part, by]) => result.replace(part, () => by), text);
  const before = text.slice(0, text.indexOf(words) + Math.min(3, words.length - 1)).split('\n');
  const place = `${before.length}:${before.at(-1).length + 1}`;
  return (workbench, workspace) => quickFix(workbench, workspace, name, place, title, expected);
}
