import { covers } from './glob.ts';
import type { Phase } from './phase.ts';

/**
 * The phases that each phase stands on. Where `after` is not written down: those whose outputs or image it takes, and
 * where there is none, the phase before it in the list. Only earlier phases count, so there are no circles.
 */
export function dependenciesOf(phases: readonly Phase[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  phases.forEach((phase, index) => {
    const earlier = phases.slice(0, index);
    const named = phase.after?.filter((name) => earlier.some((other) => other.name === name));
    if (named) {
      found.set(phase.name, named);
      return;
    }
    const makers = earlier.filter((other) => feeds(other, phase));
    const before = earlier.at(-1);
    const byOrder = makers.length === 0 && before ? [before] : makers;
    found.set(
      phase.name,
      byOrder.map((other) => other.name),
    );
  });
  return found;
}

function feeds(maker: Phase, user: Phase): boolean {
  if (maker.makesImage !== undefined && user.place.kind === 'container' && user.place.image === maker.makesImage) {
    return true;
  }
  return maker.outputs.some((output) => user.inputs.some((input) => covers(output, input.path)));
}

/** `names` and everything that follows from them, in the order of the list. */
export function withFollowers(phases: readonly Phase[], names: ReadonlySet<string>): readonly Phase[] {
  const dependencies = dependenciesOf(phases);
  const reached = new Set(names);
  for (const phase of phases) {
    if (dependencies.get(phase.name)?.some((before) => reached.has(before))) reached.add(phase.name);
  }
  return phases.filter((phase) => reached.has(phase.name));
}
