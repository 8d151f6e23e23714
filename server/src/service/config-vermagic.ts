import { architectureOf } from '../kernel/architecture-detection.ts';
import { type DotConfig, parseDotConfig } from '../kernel/dot-config.ts';
import { parseKernelVersion } from '../kernel/kernel-version.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { composeVermagic } from '../kernel/vermagic.ts';
import { compareVermagic } from '../kernel/vermagic-comparison.ts';
import type { PinPicture } from '../rules/kbuild/pin-picture.ts';
import { parseDotConfigSyntax } from '../text/dot-config-syntax.ts';

/** What a configuration makes of vermagic, for the line above it. */
export interface ConfigVermagic {
  /** `→ 5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64 · matches orin-rt`. */
  readonly title: string;
  /** `undefined` when something is missing; the title says what. */
  readonly vermagic: string | undefined;
  /** Where the release comes from. */
  readonly releaseFrom: string | undefined;
  /** Targets whose vermagic is the same, and those that differ with the words that do. */
  readonly matches: readonly string[];
  readonly differs: readonly { readonly target: string; readonly words: readonly string[] }[];
}

/** What lies beside a `.config` and has a say in the release. */
export interface ConfigSurroundings {
  /** Of `include/generated/utsrelease.h`: the release that the build has written down. */
  readonly release?: string | undefined;
  /** Contents of the tree's `localversion*` files, joined (`-rt53` of real-time trees). */
  readonly localVersionFiles?: string | undefined;
  /** What git makes setlocalversion append: the plus where LOCALVERSION is not set, the commit with CONFIG_LOCALVERSION_AUTO. */
  readonly git?: { readonly plus: string; readonly commit: string } | undefined;
}

/**
 * The vermagic that a kernel built with this configuration has. `undefined` for a file that is no whole
 * configuration.
 */
export function configVermagic(
  text: string,
  targets: readonly TargetKernel[],
  pins: PinPicture | undefined,
  beside: ConfigSurroundings = {},
): ConfigVermagic | undefined {
  const config = parseDotConfig(text).value;
  const architecture = architectureOf({ value: config, origin: { label: 'this file' } });
  if (architecture === undefined) return undefined;
  const { banner } = parseDotConfigSyntax(text);
  const own = releaseOf(banner?.kernelVersion, config, pins, beside);
  const composed = composeVermagic({
    release: own?.release,
    version: parseKernelVersion(banner?.kernelVersion ?? own?.release ?? ''),
    architecture: architecture.value,
    config,
  });
  if (composed.value === undefined) {
    const title = `vermagic is open: ${composed.missing.join('; ') || 'something is missing'}`;
    return { title, vermagic: undefined, releaseFrom: undefined, matches: [], differs: [] };
  }
  const matches: string[] = [];
  const differs: { target: string; words: string[] }[] = [];
  for (const target of targets) {
    if (target.vermagic === undefined || target.architecture?.value.name !== architecture.value.name) continue;
    const { tokens, same } = compareVermagic(composed.value, target.vermagic.value, { releaseCounts: true });
    if (same) matches.push(target.name);
    else differs.push({ target: target.name, words: tokens.filter((token) => !token.same).map(spell) });
  }
  const verdict =
    matches.length > 0
      ? ` · matches ${matches.join(', ')}`
      : differs[0]
        ? ` · ${differs[0].target}: ${differs[0].words.join(', ')}`
        : '';
  return {
    title: `→ ${composed.value.trimEnd()}${verdict}`,
    vermagic: composed.value,
    releaseFrom: own?.from,
    matches,
    differs,
  };
}

function spell(token: { readonly module: string; readonly kernel: string }): string {
  if (token.kernel === '') return `has no "${token.module}"`;
  return token.module === '' ? `has "${token.kernel}"` : `"${token.module}" ≠ "${token.kernel}"`;
}

/** KERNELVERSION, `localversion*` files, CONFIG_LOCALVERSION and make's LOCALVERSION, as scripts/setlocalversion puts them together. */
function releaseOf(
  kernelVersion: string | undefined,
  config: DotConfig,
  pins: PinPicture | undefined,
  { release: built, localVersionFiles = '', git }: ConfigSurroundings,
): { release: string; from: string } | undefined {
  if (built !== undefined) return { release: built, from: 'utsrelease.h of this build' };
  const pinned = pins?.pinned('version');
  const base = kernelVersion ?? (/^\d+\.\d+\.\d+/.test(pinned?.value ?? '') ? pinned?.value : undefined);
  if (base === undefined) return undefined;
  const localVersion = config.get('LOCALVERSION') ?? '';
  const fromMake = pins?.pinned('localversion')?.value ?? '';
  const isSet = pins?.pins.some((pin) => pin.role === 'localversion') ?? false;
  const fromGit = (config.enabled('LOCALVERSION_AUTO') ? git?.commit : isSet ? '' : git?.plus) ?? '';
  const parts = [
    kernelVersion === undefined ? pinned?.name : "the file's head",
    localVersionFiles && 'localversion files',
    localVersion && 'CONFIG_LOCALVERSION',
    fromMake && 'LOCALVERSION of the pins',
    fromGit && 'git',
  ];
  return {
    release: `${base}${localVersionFiles}${localVersion}${fromMake}${fromGit}`,
    from: parts.filter(Boolean).join(' + '),
  };
}
