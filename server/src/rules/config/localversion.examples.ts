import type { RuleExample } from '../rule-example.ts';

const rule = 'localversion-drift';
const seeds = { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15\nLOCALVERSION=-tegra\n' };
const banner = '# Linux/arm64 5.15.148 Kernel Configuration\nCONFIG_ARM64=y\n';
const script = (text: string) => ({ '/w/02_build_kernel.sh': `#!/bin/bash\n${text}` });
// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
const fallback = 'LOCALVERSION=${LOCALVERSION:--tegra}\n';
const twice = { at: '"-tegra"', says: 'make\'s LOCALVERSION: "-tegra-tegra"' };

/** CONFIG_LOCALVERSION where no release is known as a whole. */
export const localversionExamples: readonly RuleExample[] = [
  {
    rule,
    shows: 'pins of a version without its third number say what the release ends in',
    path: '/w/arch/arm64/configs/tegra_defconfig',
    text: 'CONFIG_LOCALVERSION="-tegra2"\n',
    files: seeds,
    finds: [
      {
        at: '"-tegra2"',
        says: 'KERNEL_BASE_VERSION and LOCALVERSION in versions.env make "5.15.…-tegra"',
        fixed: 'CONFIG_LOCALVERSION="-tegra"\n',
      },
    ],
  },
  {
    rule,
    shows: 'the pinned suffix twice',
    path: '/w/.config',
    text: 'CONFIG_LOCALVERSION="-tegra"\n',
    files: seeds,
    finds: [{ ...twice, fixed: 'CONFIG_LOCALVERSION=""\n' }],
  },
  {
    rule,
    shows: 'pins in two places, or a default, do not make a release',
    path: '/w/.config',
    text: 'CONFIG_LOCALVERSION="-tegra2"\n',
    files: { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15\n', ...script(fallback) },
    finds: [],
  },
  ...[
    ['a script exports', 'export LOCALVERSION=-tegra\nmake ARCH=arm64 Image modules\n'],
    ['a script exports later', 'LOCALVERSION=-tegra\nexport ARCH LOCALVERSION\nmake Image\n'],
    ['a script gives to make', 'make -C linux O=out LOCALVERSION=-tegra Image\n'],
    ['a script sets for make', 'LOCALVERSION="-tegra" ARCH=arm64 make -j4\n'],
    ['every script gives to make', 'make LOCALVERSION=-tegra Image\nmake LOCALVERSION=-tegra modules\n'],
  ].map(
    ([by = '', text = '']): RuleExample => ({
      rule,
      shows: `the suffix that ${by} is in the configuration too`,
      path: '/w/.config',
      text: `${banner}CONFIG_LOCALVERSION="-tegra"\n`,
      files: script(text),
      finds: [{ ...twice, fixed: `${banner}CONFIG_LOCALVERSION=""\n` }],
    }),
  ),
  {
    rule,
    shows: 'a Makefile gives it to the kernel',
    path: '/w/.config',
    text: `${banner}CONFIG_LOCALVERSION="-tegra"\n`,
    files: { '/w/Makefile': 'kernel:\n\t$(MAKE) -C linux LOCALVERSION=-tegra Image\n' },
    finds: [{ ...twice, says: 'Makefile gives make LOCALVERSION="-tegra"' }],
  },
  ...[
    ['a variable of the script alone', 'LOCALVERSION=-tegra\ncp modules.tgz "modules-5.15$LOCALVERSION.tgz"\n'],
    ['a build of external modules', 'make -C linux M=$PWD/drv LOCALVERSION=-tegra modules\n'],
    ['builds that differ', 'make O=a LOCALVERSION=-tegra Image\nmake O=b LOCALVERSION= Image\nmake LOCALVERSION=-x\n'],
    ['a default that the caller may overrule', `${fallback}export LOCALVERSION\nmake Image\n`],
    ['another suffix, which may be meant to follow', 'export LOCALVERSION=-tegra-rt\nmake Image\n'],
  ].map(
    ([by = '', text = '']): RuleExample => ({
      rule,
      shows: `nothing is known to be doubled by ${by}`,
      path: '/w/.config',
      text: `${banner}CONFIG_LOCALVERSION="-tegra"\n`,
      files: script(text),
      finds: [],
    }),
  ),
  {
    rule,
    shows: 'the recorded configuration of a kernel from elsewhere',
    path: '/w/reference/config-5.15.148-tegra',
    text: `${banner}CONFIG_LOCALVERSION="-tegra"\n`,
    files: script('export LOCALVERSION=-tegra\n'),
    finds: [],
  },
  {
    rule,
    shows: 'a localversion file beside the .config of a build',
    path: '/w/localversion-rt',
    text: '-tegra3\n',
    files: {
      ...seeds,
      '/w/.config': 'CONFIG_LOCALVERSION="-tegra2"\n',
      '/w/EXPECTED_VERMAGIC': '5.15.148-tegra SMP preempt_rt mod_unload aarch64\n',
    },
    finds: [
      { at: '-tegra3', says: 'in this source "…-tegra3…"; EXPECTED_VERMAGIC in EXPECTED_VERMAGIC is "5.15.148-teg' },
    ],
  },
  {
    rule,
    shows: 'the configuration beside that file',
    path: '/w/.config',
    text: 'CONFIG_LOCALVERSION="-tegra2"\n',
    files: { '/w/localversion-rt': '-tegra3\n', '/w/EXPECTED_VERMAGIC': '5.15.148-tegra SMP mod_unload aarch64\n' },
    finds: [{ at: '"-tegra2"', says: 'CONFIG_LOCALVERSION adds "-tegra2"' }],
  },
  {
    rule,
    shows: 'a localversion file that is a part of the release',
    path: '/w/out/localversion-rt',
    text: '-rt53\n',
    files: { '/w/out/.config': '', '/w/EXPECTED_VERMAGIC': '5.15.148-rt53-tegra SMP mod_unload aarch64\n' },
    finds: [],
  },
];
