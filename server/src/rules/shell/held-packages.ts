import type { Place, ShellCommand } from '../../text/shell/shell-command.ts';
import { pinReaches } from '../apt-pins.ts';
import type { Policy } from '../policy.ts';
import { type PackageGuard, packageGuards } from './package-guards.ts';
import type { ScriptFacts } from './script-rule.ts';

/** Packages of kernels that no pack names; a hold of one of them counts as care taken. */
const kernelPackages = [
  'linux-image*',
  'linux-modules*',
  'raspberrypi-kernel*',
  'nvidia-l4t-kernel*',
  'linux-generic*',
];

/** What a document keeps from being upgraded. */
export class HeldPackages {
  readonly #guards: readonly PackageGuard[];
  readonly #policy: Policy;

  constructor(facts: ScriptFacts) {
    this.#policy = facts.policy;
    this.#guards = packageGuards(facts);
  }

  /** Globs that should be held before this command and are not; the first few kernel packages where no policy says. */
  missingBefore(command: ShellCommand): readonly string[] {
    const guards = this.#guards.filter(
      (guard) => guard.does !== 'release' && guard.order < command.order && samePlace(guard.place, command.place),
    );
    if (guards.some((guard) => guard.open)) return [];
    const wanted = this.#policy.requireHold;
    const isHeld = (glob: string): boolean => guards.some((guard) => concerns(guard, glob));
    if (wanted.length === 0) return kernelPackages.some(isHeld) ? [] : ['linux-image-*'];
    // One hold of the family shows that it was thought of; what is still missing is the gate's concern.
    return wanted.some(isHeld) ? [] : wanted;
  }

  /** True when a package is held once all has run, or when that cannot be told. */
  mayHold(name: string): boolean {
    let held = false;
    for (const guard of this.#here()) {
      if (guard.does === 'hold' && (guard.open || concerns(guard, name))) held = true;
      else if (guard.does === 'release' && !guard.conditional && concerns(guard, name)) held = false;
    }
    return held;
  }

  /** True when a pin that the document writes keeps the package away, or when that cannot be told. */
  mayPin(name: string): boolean {
    return this.#here().some((guard) => guard.does === 'pin' && (guard.open || concerns(guard, name)));
  }

  #here(): readonly PackageGuard[] {
    return this.#guards.filter((guard) => guard.place.kind === 'here');
  }
}

function samePlace(one: Place, two: Place): boolean {
  return one.kind === two.kind || one.kind === 'here';
}

function concerns(guard: PackageGuard, glob: string): boolean {
  return guard.packages.some((named) => pinReaches(named, glob));
}
