import type { PlacedFinding } from './sarif.ts';

/** @param problem a sentence that begins with the path, where there is one. */
export function unreadableFinding(problem: string, folder: string): PlacedFinding {
  return { path: /^(.+?): /.exec(problem)?.[1] ?? folder, rule: 'unreadable', severity: 'error', message: problem };
}
