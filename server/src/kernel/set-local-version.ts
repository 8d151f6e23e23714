import { atLeast } from './kernel-version.ts';
import type { KernelVersion } from './target-kernel.ts';

/**
 * How the tree's scripts/setlocalversion looks at git. `any-tag`: up to Linux 6.1, any annotated tag at HEAD counts.
 * `version-tag`: since 6.3, only that of KERNELVERSION (`v6.12.3`), or the one that `localversion*` files name.
 */
export type SetLocalVersion = 'any-tag' | 'version-tag';

/** A git checkout whose top folder is the kernel's. */
export interface Checkout {
  /** 40 hexadecimal digits. */
  readonly head: string;
  /** Annotated (or signed) tags that HEAD descends from, with the number of commits since; 0: HEAD itself. */
  readonly annotatedTags: ReadonlyMap<string, number>;
  /** Tracked files have changes that are not committed. */
  readonly changed: boolean;
}

/** What the release is put together from (scripts/setlocalversion, Makefile:filechk_kernel.release). */
export interface ReleaseParts {
  /** VERSION.PATCHLEVEL.SUBLEVEL with EXTRAVERSION. */
  readonly kernelVersion: string;
  /** Contents of the `localversion*` files, in the order of their names. */
  readonly files: string;
  readonly config: string;
  /** make's LOCALVERSION; `undefined`: not set at all, which an empty one is not. */
  readonly make: string | undefined;
  /** CONFIG_LOCALVERSION_AUTO=y. */
  readonly auto: boolean;
  readonly checkout: Checkout | undefined;
  /** Content of a `.scmversion` file, which the script of up to Linux 6.1 takes in place of asking git. */
  readonly scmVersion?: string | undefined;
}

/** UTS_RELEASE, as the kernel's own script makes it. */
export function composeRelease(parts: ReleaseParts, script: SetLocalVersion): string {
  const { kernelVersion, files, config, make = '' } = parts;
  return `${kernelVersion}${files}${config}${make}${scmVersion(parts, script)}`;
}

function scmVersion(parts: ReleaseParts, script: SetLocalVersion): string {
  const { auto, make, checkout, scmVersion: written } = parts;
  if (written !== undefined && script === 'any-tag')
    return auto ? written : written !== '' && make === undefined ? '+' : '';
  if (checkout === undefined || (!auto && make !== undefined)) return '';
  const commits = commitsSinceTag(parts, checkout, script);
  const dirty = checkout.changed ? '-dirty' : '';
  if (!auto) {
    // At the tag, the old script turns whatever it would have said into the plus; the new one says "-dirty".
    if (commits !== 0) return '+';
    return dirty && script === 'any-tag' ? '+' : dirty;
  }
  if (commits === 0) return dirty;
  const distance = commits === undefined ? '' : `-${String(commits).padStart(5, '0')}`;
  return `${distance}-g${checkout.head.slice(0, 12)}${dirty}`;
}

/** `undefined`: no tag that counts is below HEAD. */
function commitsSinceTag(parts: ReleaseParts, { annotatedTags }: Checkout, script: SetLocalVersion) {
  if (script === 'any-tag') {
    return annotatedTags.size === 0 ? undefined : Math.min(...annotatedTags.values());
  }
  const tag = tagsOfVersion(parts.kernelVersion, parts.files).find((name) => annotatedTags.has(name));
  return tag === undefined ? undefined : annotatedTags.get(tag);
}

/** The tags that the script of 6.3 and later looks for, in its order: `v6.12` for 6.12.0, `v6.2-rc5` for 6.2.0-rc5. */
export function tagsOfVersion(kernelVersion: string, files = ''): string[] {
  const tag = `v${kernelVersion.replace(/^(\d+\.\d+)\.0(?!\d)/, '$1')}`;
  const named = files.replace(/^-/, '');
  return [...(named === '' ? [] : [named]), ...(files === '' ? [] : [`${tag}${files}`]), tag];
}

/** By the script's own text where it is at hand, else by the version; `undefined` where neither tells (6.2). */
export function setLocalVersionOf(version: KernelVersion | undefined, script?: string): SetLocalVersion | undefined {
  if (script?.includes('scm_version')) return script.includes('KERNELVERSION') ? 'version-tag' : 'any-tag';
  if (version === undefined) return undefined;
  if (atLeast(version, 6, 3)) return 'version-tag';
  return atLeast(version, 6, 2) ? undefined : 'any-tag';
}
