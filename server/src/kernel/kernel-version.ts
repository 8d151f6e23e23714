import type { KernelVersion } from './target-kernel.ts';

/** True for `major.minor` or anything later; the patch level counts only when given. */
export function atLeast(version: KernelVersion, major: number, minor: number, patch = 0): boolean {
  if (version.major !== major) return version.major > major;
  if (version.minor !== minor) return version.minor > minor;
  return version.patch >= patch;
}

export function formatVersion(version: KernelVersion): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/**
 * VERSION.PATCHLEVEL.SUBLEVEL at the start of a release (`5.15.148-tegra`, `6.12-rc3`). A distributor may
 * put an ABI number where the patch level was (Debian's `6.1.0-56-amd64` is 6.1.192): trust other sources more.
 */
export function parseKernelVersion(release: string): KernelVersion | undefined {
  const found = /^\s*v?(\d{1,3})\.(\d{1,4})(?:\.(\d{1,5}))?(?![\d.]*\d)/.exec(release);
  return found ? version(found[1], found[2], found[3]) : undefined;
}

export interface MakefileVersion {
  readonly version: KernelVersion;
  readonly extraVersion: string;
  /** KERNELVERSION: what the release starts with. */
  readonly text: string;
}

/** VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION at the head of the kernel's Makefile. */
export function versionOfMakefile(text: string): MakefileVersion | undefined {
  const head = text.slice(0, 4096);
  const value = (name: string) => new RegExp(`^${name}[ \\t]*:?=[ \\t]*(.*?)[ \\t\\r]*$`, 'm').exec(head)?.[1];
  const major = value('VERSION');
  const minor = value('PATCHLEVEL');
  const patch = value('SUBLEVEL') ?? '';
  if (!isNumber(major) || !isNumber(minor)) return undefined;
  const extraVersion = value('EXTRAVERSION') ?? '';
  const parsed = version(major, minor, isNumber(patch) ? patch : '0');
  return { version: parsed, extraVersion, text: `${major}.${minor}${patch === '' ? '' : `.${patch}`}${extraVersion}` };
}

/**
 * `generated/uapi/linux/version.h`. LINUX_VERSION_CODE holds at most 255 as patch level (Makefile:filechk_version.h
 * clips it), so the LINUX_VERSION_MAJOR… lines, present since 5.4, are preferred.
 */
export function versionOfVersionHeader(text: string): KernelVersion | undefined {
  const number = (name: string) => new RegExp(`^#define[ \\t]+${name}[ \\t]+(\\d+)`, 'm').exec(text)?.[1];
  const major = number('LINUX_VERSION_MAJOR');
  if (major !== undefined) return version(major, number('LINUX_VERSION_PATCHLEVEL'), number('LINUX_VERSION_SUBLEVEL'));
  const code = number('LINUX_VERSION_CODE');
  if (code === undefined) return undefined;
  const value = Number(code);
  return { major: Math.floor(value / 65536), minor: (value >> 8) & 255, patch: value & 255 };
}

/** UTS_RELEASE in `generated/utsrelease.h`, with its 0-based line. */
export function releaseOfUtsHeader(text: string): { readonly release: string; readonly line: number } | undefined {
  const found = /^[ \t]*#[ \t]*define[ \t]+UTS_RELEASE[ \t]+"([^"\n]*)"/m.exec(text);
  if (!found || found[1] === undefined) return undefined;
  return { release: found[1], line: text.slice(0, found.index).split('\n').length - 1 };
}

export interface Banner {
  readonly release: string;
  readonly version: KernelVersion | undefined;
  /** The compiler and who built it, as printed. */
  readonly builder: string;
}

/** `Linux version 6.1.0-56-amd64 (…) (gcc-12 …) #1 SMP … Debian 6.1.192-2 (…)`, as in /proc/version. */
export function parseBanner(text: string): Banner | undefined {
  const found = /Linux version (\S+) (.*)/.exec(text);
  if (!found) return undefined;
  const [, release = '', builder = ''] = found;
  // The compiler before "#1" has a Debian version too.
  const build = builder.slice(Math.max(0, builder.lastIndexOf(' #')));
  return { release, version: versionOfBuildText(build) ?? parseKernelVersion(release), builder };
}

/**
 * The source version that a distributor adds to UTS_VERSION or LINUX_PACKAGE_ID (`Debian 6.1.192-2`,
 * in `compile.h`, `utsversion.h`, `package.h` and the banner); `undefined` when there is none.
 */
export function versionOfBuildText(text: string): KernelVersion | undefined {
  const found = /\bDebian (\d+\.\d+\.\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : parseKernelVersion(found);
}

function version(major: string | undefined, minor: string | undefined, patch: string | undefined): KernelVersion {
  return { major: Number(major ?? 0), minor: Number(minor ?? 0), patch: Number(patch ?? 0) };
}

function isNumber(text: string | undefined): text is string {
  return text !== undefined && /^\d+$/.test(text);
}
