import type { Problem } from '../ports/parsed.ts';
import type { Architecture } from './architecture.ts';
import { architectureOf } from './architecture-detection.ts';
import type { DotConfig } from './dot-config.ts';
import type { Fact, Origin } from './fact.ts';
import type { KernelConfig } from './kernel-config.ts';
import type { KernelPart, OpenedTarget, SourceKind } from './kernel-part.ts';
import { formatVersion, parseKernelVersion } from './kernel-version.ts';
import { mergeSymbolTables } from './merged-symbols.ts';
import type { SymbolTable } from './symbol-table.ts';
import type { KernelVersion } from './target-kernel.ts';
import { mergeTrustedKeys } from './trusted-keys.ts';
import { detectVendor } from './vendor-detection.ts';
import { composeVermagic } from './vermagic.ts';

/** Who is believed when two disagree: the kernel itself, then what it is built from, then what someone wrote down. */
const trust: readonly SourceKind[] = [
  'running',
  'image',
  'known-good-module',
  'build-tree',
  'headers',
  'package',
  'rootfs',
  'settings',
  'pins',
];

/** Kinds whose vermagic was read out of something the kernel's own build compiled. */
const firstHand: ReadonlySet<SourceKind | undefined> = new Set(['running', 'image', 'known-good-module', 'rootfs']);

/**
 * One TargetKernel of what several sources say. Of each fact the most trusted source's is taken; others that
 * differ are problems that name both. Vermagic that nobody read is composed, and its origin says so.
 */
export function mergeTargets(name: string, parts: readonly KernelPart[]): OpenedTarget {
  const problems: Problem[] = parts.flatMap((part) => part.problems);
  const ranked = parts
    .map((part, index) => ({
      part,
      index,
      rank: part.kind === undefined ? trust.indexOf('rootfs') + 0.5 : trust.indexOf(part.kind),
    }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ part }) => part);
  const pick = <T>(
    what: string,
    get: (part: KernelPart) => Fact<T> | undefined,
    same: (a: T, b: T) => boolean = Object.is,
    show: (value: T) => string = String,
  ): Fact<T> | undefined => {
    const facts = ranked.map(get).filter((fact) => fact !== undefined);
    const [best, ...others] = facts;
    for (const other of others) {
      if (best && !same(best.value, other.value)) {
        problems.push({ message: disagreement(what, show(best.value), best.origin, show(other.value), other.origin) });
      }
    }
    return best;
  };
  const release = pick('release', (part) => part.release);
  const config = pickConfig(ranked, problems);
  const architecture =
    pick(
      'architecture',
      (part) => part.architecture,
      sameArchitecture,
      (value) => value.name,
    ) ??
    (config && architectureOf(config));
  const version =
    pick('kernel version', (part) => part.version, sameVersion, formatVersion) ??
    versionOfConfig(config) ??
    versionOfRelease(release);
  const vendor = pick('distributor', (part) => part.vendor) ?? detectVendor({ release, config });
  const randstructHash = ranked.find((part) => part.randstructHash !== undefined)?.randstructHash;
  const composed = composeFact({ release, version, architecture, config, randstructHash });
  const vermagic = pickVermagic(ranked, composed, problems);
  const symbols = pickSymbols(ranked, config, problems);
  const trustedKeys = mergeTrustedKeys(ranked.map((part) => part.trustedKeys));
  const knowsBuiltin = trustedKeys?.value.some(({ keyring }) => keyring === 'builtin') === true;
  if (config && version) checkConfigVersion(config, version, problems);
  if (config && release) checkBuildSalt(config, release, problems);
  return {
    name,
    origins: uniqueOrigins(ranked.flatMap((part) => part.origins)),
    architecture,
    release,
    version,
    vendor,
    config,
    vermagic,
    symbols,
    structModuleSize: pick('size of struct module', (part) => part.structModuleSize),
    trustedKeys,
    lateKeys: knowsBuiltin ? undefined : ranked.find((part) => part.lateKeys !== undefined)?.lateKeys,
    lateExports: symbols?.complete ? undefined : ranked.find((part) => part.lateExports !== undefined)?.lateExports,
    sigEnforce: pick('signature enforcement', (part) => part.sigEnforce),
    lockdown: pick('lockdown mode', (part) => part.lockdown),
    moduleBlacklist: pick(
      'module blacklist',
      (part) => part.moduleBlacklist,
      (a, b) => a.join() === b.join(),
    ),
    hasBtf: pick('BTF', (part) => part.hasBtf) ?? btfOfConfig(config),
    problems: uniqueProblems(problems),
    dependsOn: [...new Set(parts.flatMap((part) => part.dependsOn ?? []))],
  };
}

function disagreement(what: string, value: string, origin: Origin, other: string, otherOrigin: Origin): string {
  return `The ${what} is "${value}" by ${origin.label}, but "${other}" by ${otherOrigin.label}; the first is used. Rebuild or correct the one that is out of date.`;
}

interface ComposeFacts {
  readonly release: Fact<string> | undefined;
  readonly version: Fact<KernelVersion> | undefined;
  readonly architecture: Fact<Architecture> | undefined;
  readonly config: Fact<KernelConfig> | undefined;
  readonly randstructHash: string | undefined;
}

function composeFact(facts: ComposeFacts): Fact<string> | undefined {
  const { value } = composeVermagic({
    release: facts.release?.value,
    version: facts.version?.value,
    architecture: facts.architecture?.value,
    config: facts.config?.value,
    randstructHash: facts.randstructHash,
  });
  if (value === undefined || !facts.release || !facts.config) return undefined;
  const label = `composed from ${facts.release.origin.label} and ${facts.config.origin.label}`;
  return { value, origin: { ...facts.release.origin, label } };
}

/** Read first-hand where possible, else composed, else as someone wrote it down. */
function pickVermagic(
  ranked: readonly KernelPart[],
  composed: Fact<string> | undefined,
  problems: Problem[],
): Fact<string> | undefined {
  const read = ranked.filter((part) => firstHand.has(part.kind)).map((part) => part.vermagic);
  const written = ranked.filter((part) => !firstHand.has(part.kind)).map((part) => part.vermagic);
  const [best, ...others] = [...read, composed, ...written].filter((fact) => fact !== undefined);
  for (const other of others) {
    if (best && best.value !== other.value) {
      problems.push({ message: disagreement('vermagic', best.value, best.origin, other.value, other.origin) });
    }
  }
  return best;
}

/** The options that decide vermagic or a verdict; two configurations of one kernel agree on them. */
const decisive = [
  ...['SMP', 'PREEMPT', 'PREEMPT_BUILD', 'PREEMPT_RT', 'MODULE_UNLOAD', 'MODVERSIONS', 'LOCALVERSION', 'RANDSTRUCT'],
  ...['MODULE_FORCE_LOAD', 'MODULE_SIG', 'MODULE_SIG_FORCE', 'LIVEPATCH', 'DEBUG_INFO_BTF_MODULES'],
] as const;

function pickConfig(ranked: readonly KernelPart[], problems: Problem[]): Fact<KernelConfig> | undefined {
  const [best, ...others] = ranked.map((part) => part.config).filter((config) => config !== undefined);
  if (!best) return undefined;
  for (const other of others) {
    const differing = decisive.filter((symbol) => best.value.get(symbol) !== other.value.get(symbol));
    if (differing.length === 0) continue;
    const names = differing.map((symbol) => `CONFIG_${symbol}`).join(', ');
    problems.push({
      message: `${best.origin.label} and ${other.origin.label} are configurations of different kernels: they differ in ${names}. The first is used.`,
    });
  }
  return best;
}

function pickSymbols(
  ranked: readonly KernelPart[],
  config: Fact<KernelConfig> | undefined,
  problems: Problem[],
): SymbolTable | undefined {
  const tables = ranked.map((part) => part.symbols).filter((symbols) => symbols !== undefined);
  if (tables.length === 0) return undefined;
  const merged = mergeSymbolTables(tables);
  problems.push(...merged.problems);
  const layout = merged.value.get('module_layout');
  if (config && layout && config.value.enabled('MODVERSIONS') !== (layout.crc !== undefined)) {
    const has = layout.crc === undefined ? 'has no CRCs' : 'has CRCs';
    const says = layout.crc === undefined ? 'CONFIG_MODVERSIONS is set' : 'CONFIG_MODVERSIONS is not set';
    problems.push({
      message: `${layout.origin.label} ${has}, but by ${config.origin.label} ${says}: they come from different builds.`,
    });
  }
  return merged.value;
}

function sameArchitecture(a: Architecture, b: Architecture): boolean {
  return a.name === b.name && (a.endian === b.endian || a.endian === undefined || b.endian === undefined);
}

/** A source that knows no patch level says 0. */
function sameVersion(a: KernelVersion, b: KernelVersion): boolean {
  if (a.major !== b.major || a.minor !== b.minor) return false;
  return a.patch === b.patch || a.patch === 0 || b.patch === 0;
}

function headerVersion(config: Fact<KernelConfig>): KernelVersion | undefined {
  return (config.value as Partial<DotConfig>).header?.version;
}

function versionOfConfig(config: Fact<KernelConfig> | undefined): Fact<KernelVersion> | undefined {
  const version = config && headerVersion(config);
  return version && { value: version, origin: config.origin };
}

function versionOfRelease(release: Fact<string> | undefined): Fact<KernelVersion> | undefined {
  const version = release && parseKernelVersion(release.value);
  return version && { value: version, origin: { ...release.origin, label: `the release in ${release.origin.label}` } };
}

function checkConfigVersion(config: Fact<KernelConfig>, version: Fact<KernelVersion>, problems: Problem[]): void {
  const own = headerVersion(config);
  if (own && !sameVersion(own, version.value)) {
    problems.push({
      message: `${config.origin.label} is the configuration of ${formatVersion(own)}, but ${version.origin.label} says ${formatVersion(version.value)}: they belong to different kernels.`,
    });
  }
}

/** Debian and others write the release into CONFIG_BUILD_SALT. */
function checkBuildSalt(config: Fact<KernelConfig>, release: Fact<string>, problems: Problem[]): void {
  const salt = config.value.get('BUILD_SALT');
  if (salt === undefined || salt === release.value || !/^\d+\.\d+.*-[a-z]/.test(salt)) return;
  if (!/\(Debian /.test(config.value.get('CC_VERSION_TEXT') ?? '')) return;
  problems.push({
    message: `${config.origin.label} is the configuration of ${salt}, but the release is "${release.value}" by ${release.origin.label}: they belong to different kernels.`,
  });
}

function btfOfConfig(config: Fact<KernelConfig> | undefined): Fact<boolean> | undefined {
  return config && { value: config.value.enabled('DEBUG_INFO_BTF'), origin: config.origin };
}

function uniqueOrigins(origins: readonly Origin[]): Origin[] {
  const seen = new Map(origins.map((origin) => [`${origin.uri} ${origin.label}`, origin]));
  return [...seen.values()];
}

function uniqueProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
