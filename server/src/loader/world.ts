import type { MissingFact } from './verdict.ts';

/** One question that the known facts leave open, with the answer assumed in this world. */
export interface Decision {
  readonly missing: MissingFact;
  readonly alternatives: number;
  readonly chosen: number;
}

/**
 * One consistent set of assumptions about the facts that are missing. A check that needs a missing fact
 * asks for it here; the same question gets the same answer for the whole run. `explore` runs the loader
 * once for every set that makes a difference.
 */
export class World {
  readonly #script: readonly number[];
  readonly #answers = new Map<string, number>();
  readonly decisions: Decision[] = [];

  constructor(script: readonly number[] = []) {
    this.#script = script;
  }

  /** The first alternative is the one that lets the module through: it is explored first. */
  choose<T>(question: string, alternatives: readonly [T, ...T[]], missing: MissingFact): T {
    let chosen = this.#answers.get(question);
    if (chosen === undefined) {
      chosen = alternatives.length === 1 ? 0 : (this.#script[this.decisions.length] ?? 0);
      this.#answers.set(question, chosen);
      if (alternatives.length > 1) {
        this.decisions.push({ missing, alternatives: alternatives.length, chosen });
      }
    }
    return alternatives[chosen] ?? alternatives[0];
  }
}

/** All runs, as a tree whose inner nodes are the questions in the order they came up. */
export type WorldTree<T> =
  | { readonly kind: 'outcome'; readonly outcome: T }
  | { readonly kind: 'question'; readonly missing: MissingFact; readonly branches: readonly WorldTree<T>[] }
  | { readonly kind: 'unexplored' };

/**
 * Runs `attempt` in every world. Questions are asked only on the way, so a branch in which the module is
 * refused ends there: the number of runs grows with the number of questions, not with its power.
 */
export function explore<T>(attempt: (world: World) => T, maxRuns: number): WorldTree<T> {
  let runs = 0;
  function from(script: readonly number[]): WorldTree<T> {
    if (runs >= maxRuns) {
      return { kind: 'unexplored' };
    }
    runs += 1;
    const world = new World(script);
    let tree: WorldTree<T> = { kind: 'outcome', outcome: attempt(world) };
    const path = world.decisions.map((decision) => decision.chosen);
    for (let depth = world.decisions.length - 1; depth >= script.length; depth -= 1) {
      const decision = world.decisions[depth];
      if (decision === undefined) {
        continue;
      }
      const branches: WorldTree<T>[] = [tree];
      for (let alternative = 1; alternative < decision.alternatives; alternative += 1) {
        branches.push(from([...path.slice(0, depth), alternative]));
      }
      tree = { kind: 'question', missing: decision.missing, branches };
    }
    return tree;
  }
  return from([]);
}
