import { architectureOf } from '../../kernel/architecture-detection.ts';
import type { DotConfig } from '../../kernel/dot-config.ts';
import { parseKernelVersion } from '../../kernel/kernel-version.ts';
import type { KernelVersion, TargetKernel } from '../../kernel/target-kernel.ts';
import { preemptWord } from '../../kernel/vermagic.ts';
import type { DotConfigSetting, DotConfigSyntax } from '../../text/dot-config-syntax.ts';
import type { KconfigTree } from '../../text/kconfig-tree.ts';
import type { KconfigValues } from '../../text/kconfig-values.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { PinPicture } from '../kbuild/pin-picture.ts';
import type { Found, Span } from '../text-rule.ts';

/** One rule over configuration files. */
export interface ConfigRule {
  check(facts: ConfigFacts): Iterable<Found>;
}

/**
 * `complete`: written by Kconfig, what it does not name is not set. `defconfig`: what it does not name
 * has its default. `fragment`: merged over another file, says nothing of the rest.
 */
export type ConfigRole = 'complete' | 'defconfig' | 'fragment';

/** All that the rules know of one configuration file. */
export interface ConfigFacts {
  readonly document: TextDocument;
  readonly syntax: DotConfigSyntax;
  readonly config: DotConfig;
  readonly role: ConfigRole;
  /** Of the kernel that the file configures, as far as the file or its tree says; else of the target. */
  readonly version: KernelVersion | undefined;
  /** The kernel it has to fit; `undefined` when none is known, or when it is of another architecture. */
  readonly target: TargetKernel | undefined;
  readonly pins: PinPicture | undefined;
  readonly kconfig: KconfigTree | undefined;
  /** What the tree makes of the file; there when the tree is. */
  readonly values: KconfigValues | undefined;
}

export function configRole(document: TextDocument, config: DotConfig): ConfigRole {
  if (config.complete) return 'complete';
  const path = document.uri.replace(/[?#].*$/, '');
  if (/\/\.config(\.old)?$|\/config-\d[^/]*$/.test(path)) return 'complete';
  return /defconfig$/.test(path) ? 'defconfig' : 'fragment';
}

/** The target that a configuration has to fit: not one of another architecture, and not itself. */
export function comparableTarget(
  config: DotConfig,
  targets: readonly TargetKernel[] | undefined,
): TargetKernel | undefined {
  const target = targets?.[0];
  if (target === undefined) return undefined;
  const own = architectureOf({ value: config, origin: { label: '' } });
  const theirs = target.architecture?.value;
  return own !== undefined && theirs !== undefined && own.value.name !== theirs.name ? undefined : target;
}

export function versionOf(syntax: DotConfigSyntax, target: TargetKernel | undefined): KernelVersion | undefined {
  const own = syntax.banner && parseKernelVersion(syntax.banner.kernelVersion);
  return own ?? target?.version?.value;
}

export function nameSpan(facts: ConfigFacts, setting: DotConfigSetting): Span {
  const start = facts.document.lines.lineStart(setting.line);
  return { start: start + setting.nameStart, end: start + setting.nameEnd };
}

/** The whole setting, without the line break. */
export function lineSpan(facts: ConfigFacts, line: number): Span {
  const { lines } = facts.document;
  return { start: lines.lineStart(line), end: lines.lineEnd(line) };
}

/** Where a finding about a symbol stands: its line, or the file's first line when it has none. */
export function placeOf(facts: ConfigFacts, ...names: readonly string[]): Span {
  for (const name of names) {
    const setting = facts.syntax.settings.get(name);
    if (setting) return lineSpan(facts, setting.line);
  }
  return lineSpan(facts, 0);
}

/** True when the file decides the symbol: it names it, or it lists everything. */
export function decides(facts: ConfigFacts, name: string): boolean {
  return facts.role === 'complete' ? facts.syntax.settings.size > 0 : facts.syntax.settings.has(name);
}

export type PreemptToken = 'preempt' | 'preempt_rt' | 'none';

/** The preemption word that the target's vermagic has, with where that is known from. */
export function targetPreempt(target: TargetKernel): { token: PreemptToken; origin: string } | undefined {
  const vermagic = target.vermagic;
  if (vermagic) {
    const words = vermagic.value.split(' ');
    const token = words.includes('preempt_rt') ? 'preempt_rt' : words.includes('preempt') ? 'preempt' : 'none';
    return { token, origin: vermagic.origin.label };
  }
  if (target.config === undefined) return undefined;
  const word = preemptWord(target.config.value, target.version?.value);
  return word === undefined ? undefined : { token: asToken(word), origin: target.config.origin.label };
}

export function asToken(word: string): PreemptToken {
  const trimmed = word.trim();
  return trimmed === 'preempt' || trimmed === 'preempt_rt' ? trimmed : 'none';
}
