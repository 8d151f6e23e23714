import type { RuleExample } from '../rule-example.ts';

const tegra = { name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64' };
const versions = { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n' };
const makefile = (extra = '') => `VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 148\nEXTRAVERSION =${extra}\n`;
const commit = '0123456789012345678901234567890123456789';
const checkout = (tag?: string) => ({
  '/w/linux/.git/HEAD': `${commit}\n`,
  '/w/linux/.git/packed-refs': `# pack-refs with: peeled fully-peeled sorted \n${tag ? `${'9'.repeat(40)} refs/tags/${tag}\n^${commit}\n` : ''}`,
});

/** What makes the release of a kernel. */
export const releaseExamples: readonly RuleExample[] = [
  {
    rule: 'localversion-drift',
    shows: 'LOCALVERSION given to make differs from the pinned one',
    path: '/w/build.sh',
    text: '#!/bin/sh\nmake -j8 LOCALVERSION=-rt Image\n',
    files: versions,
    finds: [
      {
        at: '-rt',
        says: 'LOCALVERSION is "-tegra" in versions.env',
        fixed: '#!/bin/sh\nmake -j8 LOCALVERSION=-tegra Image\n',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'debian/rules gives make another LOCALVERSION',
    path: '/w/debian/rules',
    text: '#!/usr/bin/make -f\noverride_dh_auto_build:\n\t$(MAKE) LOCALVERSION=-nvidia bindeb-pkg\n',
    files: versions,
    finds: [{ at: '-nvidia', says: 'LOCALVERSION is "-tegra" in versions.env' }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'KERNELRELEASE of debian/rules is of another kernel',
    path: '/w/debian/rules',
    text: '#!/usr/bin/make -f\nKERNELRELEASE = 5.15.136-tegra\nbinary:\n\t$(MAKE) bindeb-pkg\n',
    files: versions,
    finds: [{ at: '5.15.136-tegra', says: 'says "5.15.136-tegra", but KERNEL_BASE_VERSION is "5.15.148"' }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'packages named for another kernel than they hold',
    path: '/w/build.sh',
    text: '#!/bin/sh\nmake LOCALVERSION=-tegra KDEB_PKGVERSION=5.15.136-1 bindeb-pkg\n',
    files: versions,
    finds: [
      { at: '5.15.136-1', says: 'gives the packages the version "5.15.136-1", but KERNEL_BASE_VERSION is "5.15.148"' },
    ],
  },
  {
    rule: 'pins-inconsistent',
    shows: "a package version that is the packager's own count, or the right one",
    path: '/w/build.sh',
    text: '#!/bin/sh\nmake KDEB_PKGVERSION=1 bindeb-pkg\nmake KDEB_PKGVERSION=5.15.148-tegra-3 bindeb-pkg\n',
    files: versions,
    finds: [],
  },
  {
    rule: 'pins-inconsistent',
    shows: "the changelog of the kernel's package is of another version",
    path: '/w/debian/changelog',
    text: 'linux-jetson (5.15.136-2) bookworm; urgency=medium\n\n  * Import.\n\n -- A <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n',
    files: versions,
    finds: [{ at: '5.15.136-2', says: 'gives the packages the version "5.15.136-2"' }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'the changelog of a driver',
    path: '/w/debian/changelog',
    text: 'metis-dkms (1.2.3-1) bookworm; urgency=medium\n',
    files: versions,
    finds: [],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'the changelog of firmware, which is no kernel',
    path: '/w/debian/changelog',
    text: 'linux-firmware (20.1-1) bookworm; urgency=low\n',
    files: versions,
    finds: [],
  },
  {
    rule: 'pins-inconsistent',
    shows: "the changelog of the right kernel's package",
    path: '/w/debian/changelog',
    text: 'linux (5.15.148-tegra-1) bookworm; urgency=low\n',
    files: versions,
    finds: [],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'EXTRAVERSION belongs to the release that the pins make',
    path: '/w/EXPECTED_VERMAGIC',
    text: '5.15.148-tegra SMP preempt_rt mod_unload aarch64\n',
    files: { '/w/build.sh': '#!/bin/sh\nmake EXTRAVERSION=-rt77\n', ...versions },
    finds: [
      {
        at: '5.15.148-tegra SMP preempt_rt mod_unload aarch64',
        says: 'KERNEL_BASE_VERSION, EXTRAVERSION and LOCALVERSION make "5.15.148-rt77-tegra"',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'at the pinned place stands who does not follow it',
    path: '/w/versions.env',
    text: 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n',
    files: {
      '/w/scripts/a.sh': '#!/bin/sh\nexport LOCALVERSION=-rt\n',
      '/w/scripts/build': '#!/bin/bash\nmake LOCALVERSION=-x\n',
    },
    finds: [{ at: '-tegra', says: 'scripts/a.sh:2 ("-rt"), scripts/build:2 ("-x") do not agree with it', noFix: true }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'the kernel source is of another version than is pinned',
    path: '/w/linux/Makefile',
    text: makefile().replace('148', '136'),
    files: versions,
    finds: [{ at: '136', says: 'This source is Linux 5.15.136; KERNEL_BASE_VERSION in versions.env is "5.15.148"' }],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'a kernel source of the pinned version, pinned without its third number',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15\n' },
    finds: [],
  },
  {
    rule: 'localversion-drift',
    shows: 'EXTRAVERSION differs from the release that is pinned',
    path: '/w/linux/Makefile',
    text: makefile(' -custom'),
    files: versions,
    finds: [
      {
        at: '-custom',
        says: 'makes this kernel "5.15.148-custom"; KERNEL_BASE_VERSION and LOCALVERSION in versions.env make "5.15.148-tegra"',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'CONFIG_LOCALVERSION and the pinned LOCALVERSION are both appended',
    path: '/w/configs/board_defconfig',
    text: 'CONFIG_LOCALVERSION="-tegra"\n',
    files: versions,
    finds: [{ at: '"-tegra"', says: '"-tegra-tegra"', fixed: 'CONFIG_LOCALVERSION=""\n' }],
  },
  {
    rule: 'localversion-drift',
    shows: 'a localversion file of the source appends what the target does not have',
    path: '/w/linux/localversion-rt',
    text: '-rt53\n',
    files: { '/w/linux/Makefile': makefile() },
    target: tegra,
    finds: [
      {
        at: '-rt53',
        says: 'makes the release of every build in this source "5.15.148-rt53…"; orin-rt is "5.15.148-tegra"',
      },
    ],
  },
  {
    rule: 'localversion-drift',
    shows: 'localversion files that the release has, and one that nobody reads',
    path: '/w/linux/localversion.20-tegra',
    text: '-tegra\n',
    files: { '/w/linux/Makefile': makefile(), '/w/linux/localversion.10-rt': '-rt53\n', '/w/localversion-x': '-x\n' },
    target: { ...tegra, vermagic: '5.15.148-rt53-tegra SMP mod_unload aarch64' },
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'a checkout that is at no tag, and nothing sets LOCALVERSION',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: checkout(),
    finds: [
      { at: 'EXTRAVERSION =', says: 'A build in this source makes "5.15.148+": HEAD is not at an annotated tag' },
    ],
  },
  {
    rule: 'localversion-plus',
    shows: 'before 6.2 any annotated tag keeps the plus away',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: checkout('board-1.0'),
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'since 6.3 only the tag of the version does',
    path: '/w/linux/Makefile',
    text: makefile().replace('= 5', '= 6').replace('148', '0'),
    files: checkout('board-1.0'),
    finds: [{ at: 'EXTRAVERSION =', says: 'makes "6.15.0+": HEAD is not at the annotated tag v6.15, and' }],
  },
  {
    rule: 'localversion-plus',
    shows: 'LOCALVERSION is set somewhere, if only to nothing',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: { ...checkout(), '/w/build.sh': '#!/bin/sh\nexport LOCALVERSION=\nmake\n' },
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'an empty .scmversion keeps git from being asked, another one makes the plus',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: { ...checkout(), '/w/linux/.scmversion': '' },
    finds: [],
  },
  {
    rule: 'localversion-plus',
    shows: 'a tag of which only git knows what it stands for',
    path: '/w/linux/Makefile',
    text: makefile(),
    files: { ...checkout(), '/w/linux/.git/refs/tags/v5.15.148': `${'8'.repeat(40)}\n` },
    finds: [],
  },
];
