import { type Fact, fact, type Origin } from './fact.ts';
import type { TargetKernel, TrustedKey } from './target-kernel.ts';

type KeysFact = Fact<readonly TrustedKey[]> | undefined;

/**
 * The keys that several sources know, the most trusted source first. What is compiled in is taken from the first source that
 * knows it, because it is a whole; keys of other rings, and those that only known-good modules name, add up.
 */
export function mergeTrustedKeys(sources: readonly KeysFact[]): KeysFact {
  const known = sources.filter((source) => source !== undefined);
  const compiledIn = known.find(({ value }) => value.some(isBuiltin));
  const keys = new Map<string, TrustedKey>();
  for (const source of compiledIn ? [compiledIn, ...known] : known) {
    for (const key of source.value) {
      const isOther = isBuiltin(key) && source !== compiledIn;
      const name = `${key.subject} ${key.serial}`;
      if (!isOther && (keys.get(name)?.certificate === undefined || !keys.has(name))) keys.set(name, key);
    }
  }
  const [first] = compiledIn ? [compiledIn] : known;
  return first && fact([...keys.values()], first.origin);
}

/** The target, with further keys: those of a file that someone named. */
export function withTrustedKeys<Target extends TargetKernel>(
  target: Target,
  keys: readonly TrustedKey[],
  origin: Origin,
): Target {
  return { ...target, trustedKeys: mergeTrustedKeys([target.trustedKeys, fact(keys, origin)]) };
}

/** The target with everything that can be read of its keys, however long that takes. */
export async function withLateKeys<Target extends TargetKernel>(target: Target): Promise<Target> {
  if (target.lateKeys === undefined) return target;
  const { keys, problems } = await target.lateKeys.get();
  return {
    ...target,
    trustedKeys: mergeTrustedKeys([target.trustedKeys, keys]),
    lateKeys: undefined,
    problems: [...target.problems, ...problems],
  };
}

/**
 * Whether the keys are all that the target has, as far as files can tell: what is compiled in is known, or it is known that
 * there is nothing. Otherwise another key may be trusted as well.
 */
export function knowsAllKeys(keys: readonly TrustedKey[]): boolean {
  return keys.length === 0 || keys.some(isBuiltin);
}

function isBuiltin({ keyring }: TrustedKey): boolean {
  return keyring === 'builtin';
}
