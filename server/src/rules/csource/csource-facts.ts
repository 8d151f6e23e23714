import type { TargetKernel } from '../../kernel/target-kernel.ts';
import type { CSource } from '../../text/c-source.ts';
import type { Found } from '../text-rule.ts';

/** One rule over C sources of modules. */
export interface CSourceRule {
  check(facts: CSourceFacts): Iterable<Found>;
}

export interface CSourceFacts {
  readonly source: CSource;
  readonly target: TargetKernel | undefined;
  /** Texts of the other sources that are linked into the same module. */
  readonly siblings: readonly string[];
}
