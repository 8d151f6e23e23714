import type { Parsed, Problem } from '../ports/parsed.ts';
import type { Architecture } from './architecture.ts';
import { architectureWords } from './architecture-vermagic.ts';
import type { KernelConfig } from './kernel-config.ts';
import { atLeast } from './kernel-version.ts';
import type { KernelVersion } from './target-kernel.ts';

export interface VermagicFacts {
  /** UTS_RELEASE. */
  readonly release: string | undefined;
  readonly version: KernelVersion | undefined;
  readonly architecture: Architecture | undefined;
  readonly config: KernelConfig | undefined;
  /** RANDSTRUCT_HASHED_SEED of the build (`include/generated/randstruct_hash.h`). */
  readonly randstructHash?: string | undefined;
}

/** `value` is `undefined` exactly when something is `missing`. */
export interface ComposedVermagic extends Parsed<string | undefined> {
  /** The facts that are needed and not known, each with how to supply it. */
  readonly missing: readonly string[];
}

/**
 * VERMAGIC_STRING of a kernel from its release and configuration, byte for byte
 * (include/linux/vermagic.h and arch/ARCH/include/asm/vermagic.h of 5.4 to 7.3). Every generic word
 * brings its own trailing space, so the string of most architectures ends in one and that of arm64 and
 * riscv does not. What cannot be known is named in `missing`; nothing is guessed.
 */
export function composeVermagic(facts: VermagicFacts): ComposedVermagic {
  const missing: string[] = [];
  const problems: Problem[] = [];
  const { release, version, architecture, config } = facts;
  if (release === undefined) missing.push('the release: supply include/generated/utsrelease.h of the kernel build');
  if (config === undefined) missing.push("the configuration: supply the kernel's .config or /boot/config-RELEASE");
  if (architecture === undefined) missing.push("the architecture: supply the kernel's .config or one of its modules");
  if (config === undefined || architecture === undefined) return { value: undefined, problems, missing };
  if (version !== undefined && !atLeast(version, 5, 4)) {
    missing.push('the vermagic of a kernel before 5.4: supply a module that was built with it');
    return { value: undefined, problems, missing };
  }
  if (release !== undefined && release.length > 64) {
    problems.push({ message: `The release has ${release.length} characters; the kernel's build stops above 64.` });
  }
  const preempt = preemptWord(config, version);
  if (preempt === undefined) missing.push('the kernel version: it decides whether preempt or preempt_rt is written');
  const words = architectureWords(architecture, config);
  if ('missing' in words) missing.push(words.missing);
  const randstruct = randstructWord(facts, config);
  if (randstruct === undefined) {
    missing.push('the RANDSTRUCT seed: supply include/generated/randstruct_hash.h or a module of the same build');
  }
  if (missing.length > 0 || 'missing' in words) return { value: undefined, problems, missing };
  const generic = [
    config.enabled('SMP') ? 'SMP ' : '',
    preempt,
    config.enabled('MODULE_UNLOAD') ? 'mod_unload ' : '',
    config.enabled('MODVERSIONS') ? 'modversions ' : '',
  ].join('');
  return { value: `${release} ${generic}${words.text}${randstruct}`, problems, missing };
}

/**
 * The preemption word. Up to 5.15 it follows CONFIG_PREEMPT; since 5.16 CONFIG_PREEMPT_BUILD, which
 * PREEMPT_DYNAMIC selects; since 6.13 CONFIG_PREEMPT_RT is asked first. A kernel before 6.13 with both
 * PREEMPT_BUILD and PREEMPT_RT (Debian's 6.12 rt flavour) therefore says `preempt`.
 * `undefined` when the version is unknown and the three rules do not agree.
 */
export function preemptWord(config: KernelConfig, version: KernelVersion | undefined): string | undefined {
  const realtime = config.enabled('PREEMPT_RT') ? 'preempt_rt ' : '';
  const until515 = config.enabled('PREEMPT') ? 'preempt ' : realtime;
  const until612 = config.enabled('PREEMPT_BUILD') ? 'preempt ' : realtime;
  const since613 = realtime !== '' ? realtime : config.enabled('PREEMPT_BUILD') ? 'preempt ' : '';
  if (version === undefined) return until515 === until612 && until612 === since613 ? until612 : undefined;
  if (atLeast(version, 6, 13)) return since613;
  return atLeast(version, 5, 16) ? until612 : until515;
}

/** `RANDSTRUCT_PLUGIN_` up to 5.18, `RANDSTRUCT_` since 5.19; the hash follows at once. `undefined`: hash unknown. */
function randstructWord(facts: VermagicFacts, config: KernelConfig): string | undefined {
  const plugin = config.enabled('GCC_PLUGIN_RANDSTRUCT');
  const symbolIsNew = config.enabled('RANDSTRUCT') || config.line('RANDSTRUCT_NONE') !== undefined;
  const renamed = facts.version === undefined ? symbolIsNew : atLeast(facts.version, 5, 19);
  if (!(renamed ? config.enabled('RANDSTRUCT') : plugin)) return '';
  if (facts.randstructHash === undefined) return undefined;
  return `${renamed ? 'RANDSTRUCT_' : 'RANDSTRUCT_PLUGIN_'}${facts.randstructHash}`;
}
