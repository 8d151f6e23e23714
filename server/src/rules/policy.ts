import type { Severity } from '../findings/finding.ts';
import { type RuleId, rules } from '../findings/registry.ts';
import { limits } from '../limits.ts';
import { globCovers, isPlainPackageName, patternMeans } from './package-glob.ts';
import { type ForbiddenPackage, type PackName, policyPacks } from './policy-packs.ts';

export type Level = Severity | 'off';

/** Something the project permits although a rule speaks against it. */
export interface Allowance {
  readonly rule: RuleId;
  /** Glob over the thing found (a package name, a module file); absent: everything. */
  readonly match?: string;
  /** Glob over the path from the workspace folder; absent: every file. */
  readonly path?: string;
  readonly reason: string;
}

/** The part of a policy that a project writes down; everything absent is a default. */
export interface PolicySource {
  readonly levels?: Readonly<Partial<Record<RuleId, Level>>>;
  readonly packs?: readonly PackName[];
  readonly forbid?: readonly ForbiddenPackage[];
  readonly requireHold?: readonly string[];
  readonly allowed?: readonly Allowance[];
  readonly containerOnly?: boolean;
  readonly forbidErrorSuppression?: boolean;
}

/** The project's own law: `vermagic.json` and the packs that apply, merged. Data, immutable. */
export class Policy {
  readonly #source: PolicySource;
  /** Answers given, `null` for a name that nothing forbids: the same names are asked for at every keystroke. */
  readonly #forbidden = new Map<string, ForbiddenPackage | null>();
  readonly #withPack = new Map<PackName, Policy>();
  /** Packs in force; the packages a pack forbids count even when only `jetson-l4t`'s names could occur anywhere. */
  readonly packs: readonly PackName[];
  readonly forbid: readonly ForbiddenPackage[];
  /** Globs of packages that have to be held before anything is upgraded. */
  readonly requireHold: readonly string[];

  constructor(source: PolicySource = {}) {
    this.#source = source;
    this.packs = [...new Set(source.packs ?? [])];
    const forbidding = new Set<PackName>(['jetson-l4t', ...this.packs]);
    this.forbid = [...(source.forbid ?? []), ...[...forbidding].flatMap((name) => policyPacks[name].forbid)];
    this.requireHold = [
      ...new Set([...(source.requireHold ?? []), ...this.packs.flatMap((name) => policyPacks[name].requireHold)]),
    ];
  }

  get allowed(): readonly Allowance[] {
    return this.#source.allowed ?? [];
  }

  /** Kernel and modules are to be built in the container only. */
  get containerOnly(): boolean {
    return this.#source.containerOnly ?? false;
  }

  /** Comments may not silence findings of level error. */
  get forbidErrorSuppression(): boolean {
    return this.#source.forbidErrorSuppression ?? false;
  }

  /** True when the project itself, or a pack it was recognised for, says what has to be protected. */
  get protectsPackages(): boolean {
    return this.requireHold.length > 0;
  }

  levelOf(rule: RuleId): Level {
    return this.#source.levels?.[rule] ?? rules[rule].level;
  }

  /**
   * The entry that forbids a package, the project's own before a pack's. `name` may be a pattern as apt takes it: then the
   * worst of all that it covers decides.
   */
  forbiddenBy(name: string): ForbiddenPackage | undefined {
    let known = this.#forbidden.get(name);
    if (known === undefined) {
      known = this.#worstCovered(name) ?? this.forbid.find((entry) => patternMeans(name, entry.glob)) ?? null;
      if (this.#forbidden.size < limits.policyAnswers) this.#forbidden.set(name, known);
    }
    return known ?? undefined;
  }

  /** The first of the entries that speak of the worst of what a pattern covers as a whole; a plain name covers itself alone. */
  #worstCovered(pattern: string): ForbiddenPackage | undefined {
    if (isPlainPackageName(pattern)) return undefined;
    const covered = this.forbid.flatMap((entry) => {
      if (!globCovers(pattern, entry.glob)) return [];
      return isPlainPackageName(entry.glob) ? (this.forbiddenBy(entry.glob) ?? []) : [entry];
    });
    return covered.find((entry) => entry.atMost === undefined) ?? covered[0];
  }

  /** True for a package whose hold must not be released. */
  isProtected(name: string): boolean {
    return this.forbiddenBy(name) !== undefined || this.requireHold.some((glob) => patternMeans(name, glob));
  }

  /** The same policy with one more pack in force. */
  withPack(pack: PackName): Policy {
    if (this.packs.includes(pack)) return this;
    const known = this.#withPack.get(pack) ?? new Policy({ ...this.#source, packs: [...this.packs, pack] });
    this.#withPack.set(pack, known);
    return known;
  }
}
