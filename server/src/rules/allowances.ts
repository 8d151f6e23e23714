import { globCovers } from './package-glob.ts';
import type { Policy } from './policy.ts';
import type { Found } from './text-rule.ts';

/** True when the project permits this, with a reason, in its policy. `path` counts from the workspace folder. */
export function isAllowed(found: Found, path: string, policy: Policy): boolean {
  return policy.allowed.some(
    (allowance) =>
      allowance.rule === found.rule &&
      (allowance.match === undefined || (found.subject !== undefined && globCovers(allowance.match, found.subject))) &&
      (allowance.path === undefined || pathMatches(allowance.path, path)),
  );
}

/** Glob over a path: `*` and `?` stay within a directory, `**` does not. */
export function pathMatches(glob: string, path: string): boolean {
  const pattern = glob.replaceAll(/\*\*\/?|\*|\?|[.+^${}()|[\]\\]/g, (piece) => {
    if (piece.startsWith('**')) return piece.endsWith('/') ? '(?:.*/)?' : '.*';
    if (piece === '*') return '[^/]*';
    return piece === '?' ? '[^/]' : `\\${piece}`;
  });
  return new RegExp(`^${pattern}$`).test(path);
}
