import { type RuleId, rules } from '../findings/registry.ts';

export interface RuleCompletion {
  readonly rule: RuleId;
  readonly summary: string;
  /** 0-based columns of the line that the rule id replaces. */
  readonly start: number;
  readonly end: number;
}

/** Rule ids for the place behind `vermagic disable=` in a line; those already named are left out. */
export function completeSuppression(line: string, character: number): readonly RuleCompletion[] {
  const before = line.slice(0, character);
  const match = /vermagic[ \t]+disable[ \t]*=[ \t]*((?:[\w-]+[ \t]*,[ \t]*)*)([\w-]*)$/.exec(before);
  if (match === null) return [];
  const named = new Set((match[1] ?? '').split(',').map((id) => id.trim()));
  const start = character - (match[2] ?? '').length;
  const end = character + (/^[\w-]*/.exec(line.slice(character))?.[0].length ?? 0);
  return (Object.keys(rules) as RuleId[])
    .filter((rule) => !named.has(rule) && rule !== 'suppression-without-reason')
    .map((rule) => ({ rule, summary: rules[rule].summary, start, end }));
}
